"""The command line as a person meets it."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app
from gateway.sqlite_store import SqliteStore
from gateway.store import Batch
from scenarios.drill_loader import load_drill_with_school
from scenarios.loader import load_school, shipped_schools
from twins.engine import Engine
from twins.incident import Answer, HandleIncident, RecipientAnswered
from twins.instant import SECOND, seconds
from twins.observation import Observation
from twins.records import TimeAdvanced
from twins.state import EngineState, encode_state


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


def test_two_runs_of_a_drill_with_one_seed_write_the_same_bytes(run, tmp_path):
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for file in files:
        done = run("drill", "run", "d01", "--on", "sim", "--seed", 7, "--json", file)
        assert done.exit_code == 0, done.output
    assert files[0].read_bytes() == files[1].read_bytes()
    assert json.loads(files[0].read_text())["passed"]


def test_the_hash_seed_of_python_changes_nothing(tmp_path):
    texts = []
    for hash_seed in ("1", "2"):
        file = tmp_path / f"{hash_seed}.json"
        command = [sys.executable, "-m", "gatehouse", "drill", "run", "d01", "--json", str(file)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": hash_seed}, capture_output=True)
        texts.append(file.read_bytes())
    assert texts[0] == texts[1]


def test_another_seed_is_another_story(run, tmp_path):
    files = []
    for seed in (1, 2):
        files.append(tmp_path / f"{seed}.json")
        run("drill", "run", "d01", "--seed", seed, "--json", files[-1])
    assert files[0].read_bytes() != files[1].read_bytes()


def test_what_is_shipped_is_right(run):
    done = run("check", "demo-primary", "d01", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "demo-primary: school with" in done.output


def test_chinese_is_spoken_when_asked(run):
    done = run("check", "demo-primary", "--lang", "zh")
    assert "所学校" in done.output or "学校" in done.output


def test_a_school_that_is_written_right_is_told_what_is_wrong_with_it(run):
    english = run("check", "demo-primary", "--lang", "en").output
    chinese = run("check", "demo-primary", "--lang", "zh").output

    assert "spray-1 · Pepper spray, expired 2026-06-30 · overdue since 2026-07-07" in english
    assert "house-rules/no-parking · Nobody parks before the gate: no point" in english
    assert "gate-post · volunteer: 1 gap in the peaks of the coming week" in english
    assert "4 four systems: Duty 100% · Visitors 100% · Equipment 0% · Emergency 100%" in english
    assert "Integration of functions –" in english  # only a gateway's log can tell
    assert "the tests of 3 buttons" in english
    assert "single point of failure: Gatehouse switch, 13 devices" in english
    assert "moves barrier; removes old-bell-push" in english
    assert "spray-1 · 防卫喷雾，有效期至 2026-06-30 · 已超期（应于 2026-07-07 前整改）" in chinese
    assert "标准化" in chinese


def test_a_school_with_fewer_guards_than_its_norm_is_told_so(run, tmp_path):
    folder = tmp_path / "demo-primary"
    shutil.copytree(shipped_schools()["demo-primary"], folder)
    registers = folder / "registers.yaml"
    text = registers.read_text(encoding="utf-8")
    registers.write_text(text.replace("norm: gb-t-29315-2022", "norm: chongqing"), encoding="utf-8")

    told = run("check", folder, "--lang", "en").output

    assert "3 of 4 guards, 1 short (Chongqing)" in told


def test_with_a_log_the_devices_are_judged_too(run, tmp_path):
    log = tmp_path / "log.sqlite"
    empty = EngineState()
    store = SqliteStore(log)

    async def written():
        await store.open(["demo-primary"])
        batch = Batch(number=1, now=1, inputs=(TimeAdvanced(),), outputs=())
        await store.append(batch, encode_state(empty))
        await store.close()

    asyncio.run(written())

    told = run("check", "demo-primary", "--lang", "en", "--log", log).output

    assert "A button was not tested for a quarter\n    gate-button · last tested: never" in told
    assert "A function does not work\n    off-post-warning" in told
    assert "Integration of functions 0%" in told


@pytest.fixture
def broken_school(tmp_path):
    source = shipped_schools()["demo-primary"]
    folder = tmp_path / "demo-primary"
    folder.mkdir()
    for file in source.iterdir():
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")

    def change(file, old, new):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    change("devices.yaml", "model: ipso-push-button", "model: ipso-push-buton")
    change("devices.yaml", "wired: {sounding: do0}", "wired: {sounding: dx0}")
    change("school.yaml", "zone: Asia/Shanghai", "zone: Asia/Shanghay")
    (folder / "works.csv").unlink()
    return folder


def test_a_broken_school_gives_every_error_at_once_with_its_place(run, broken_school):
    done = run("check", broken_school)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    lines = done.stderr.strip().splitlines()
    assert [line for line in lines if "did you mean 'ipso-push-button'?" in line]
    assert [line for line in lines if "Asia/Shanghay" in line]
    assert [line for line in lines if "works.csv" in line and "is missing" in line]
    for line in lines:
        place = line.removeprefix(f"{broken_school}/").split(": ")[0]
        assert place == "works.csv" or place.count(":") == 2, line


def test_a_point_that_the_module_does_not_have_is_named_with_its_place(run, broken_school):
    file = broken_school / "devices.yaml"
    text = file.read_text(encoding="utf-8").replace("ipso-push-buton", "ipso-push-button")
    file.write_text(text, encoding="utf-8")
    source = shipped_schools()["demo-primary"]
    (broken_school / "works.csv").write_bytes((source / "works.csv").read_bytes())
    (broken_school / "school.yaml").write_bytes((source / "school.yaml").read_bytes())
    done = run("check", broken_school)
    assert done.exit_code == 2
    assert "devices.yaml:" in done.stderr
    assert "has no point 'dx0'; did you mean 'do0'?" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "no-such-thing"],
        ["drill", "run", "d99"],
        ["drill", "run", "d01", "--on", "moon"],
        ["replay", "no-such.sqlite"],
        ["serve", "no-such-school"],
        ["emulate", "demo-primary", "--ports", "some"],
        ["demo", "--for", "0"],
    ],
)
def test_wrong_input_ends_with_2_and_a_sentence(run, arguments):
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert done.output.strip()


def test_the_page_is_not_served_to_the_world(run, tmp_path):
    done = run("serve", "demo-primary", "--host", "0.0.0.0", "--log", tmp_path / "log.sqlite")  # noqa: S104
    assert done.exit_code == 2
    assert "0.0.0.0" in done.output  # noqa: S104


def test_help_imports_no_protocol_library():
    code = (
        "import sys, gatehouse.cli; "
        "print([m for m in ('asyncua', 'pymodbus', 'aiocoap', 'fastapi', 'simpy') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "[]"


@pytest.fixture
def log_of_a_press(tmp_path):
    """A gateway's log of the demo school: a press, the station's answer, the end of the case."""
    school = load_school("demo-primary").school
    engine, log, now = Engine([school]), tmp_path / "log.sqlite", 1_788_739_200 * SECOND
    case = "demo-primary/incident/1"
    press = Observation(
        device="demo-primary/gate-button", property="pressed", value=True,
        source_time=now, receive_time=now,
    )  # fmt: skip
    answer = RecipientAnswered(
        incident=case, responder="demo-primary/station", answer=Answer.ACKNOWLEDGED
    )
    story = ((0, press), (9, answer), (60, HandleIncident(incident=case, by="S", reason="over")))

    async def written():
        store = SqliteStore(log)
        await store.open([school.id])
        for number, (second, given) in enumerate(story, start=1):
            at = now + seconds(second)
            outputs = tuple(engine.receive([given], at))
            await store.append(Batch(number=number, now=at, inputs=(given,), outputs=outputs))
        await store.close()

    asyncio.run(written())
    return log


def test_a_case_of_a_log_is_written_as_a_drill_file_that_is_right(run, log_of_a_press, tmp_path):
    done = run("drill", "export", log_of_a_press, "demo-primary/incident/1")
    assert done.exit_code == 0, done.output
    file = tmp_path / "case.yaml"
    file.write_text(done.stdout, encoding="utf-8")
    drill, package = load_drill_with_school(file)
    assert package.school.id == "demo-primary"
    assert [(one.do, one.at) for one in drill.injects] == [("press", 0)]
    acknowledged = [one for one in drill.expected if one.when.kind == "incident-acknowledged"]
    assert [one.within for one in acknowledged] == [seconds(10)]


@pytest.mark.parametrize("case", ["demo-primary/incident/7", "demo-primary", "no-such/incident/1"])
def test_a_case_that_the_log_does_not_hold_is_told_and_none_is_written(run, log_of_a_press, case):
    done = run("drill", "export", log_of_a_press, case)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert case.partition("/")[0] in done.stderr
    assert not done.stdout


def test_replaying_a_log_that_is_not_there_makes_none(run, tmp_path):
    log = tmp_path / "no.sqlite"
    done = run("replay", log, "--school", "demo-primary")
    assert done.exit_code == 2, done.output
    assert not list(tmp_path.iterdir())
