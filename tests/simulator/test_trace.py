"""A day kept as lines: measured again to the last bit, compared line by line, shown on the plan."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatehouse.animating import page_of
from gatehouse.cli import app
from gatehouse.simulating import SimulateSettings
from gatehouse.tracing import difference, read, replayed, traced
from gatehouse.wording import wording
from simulator.day.trace import first_difference
from twins.documents import ConfigError


def kept(file: Path, **settings: object) -> Path:
    asked = SimulateSettings(asked="demo-primary", threat="walk-in@07:45", **settings)  # type: ignore[arg-type]  # by name
    file.write_text("".join(f"{line}\n" for line in traced(asked)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(tmp_path_factory.mktemp("trace") / "one.jsonl")


def test_a_trace_is_measured_again_to_the_last_bit(trace: Path) -> None:
    found = replayed(trace)
    assert found.differing == ()
    assert found.trace.measures["attack-exposure"] is not None
    assert found.trace.measured_again() == found.trace.measures


def test_a_trace_whose_events_were_touched_does_not_measure_the_same(
    trace: Path, tmp_path: Path
) -> None:
    lines = trace.read_text(encoding="utf-8").splitlines()
    touched = next(n for n, one in enumerate(lines) if '"event":"police-arrived"' in one)
    row = json.loads(lines[touched])
    row["at"] -= 1_000_000_000
    lines[touched] = json.dumps(row)
    file = tmp_path / "touched.jsonl"
    file.write_text("\n".join(lines))
    assert "attack-police" in replayed(file).differing


def test_the_same_seed_gives_the_same_lines(trace: Path, tmp_path: Path) -> None:
    assert kept(tmp_path / "again.jsonl").read_bytes() == trace.read_bytes()
    assert difference(trace, tmp_path / "again.jsonl") is None


def test_the_first_event_that_differs_is_told_with_its_time(trace: Path, tmp_path: Path) -> None:
    other = kept(tmp_path / "other.jsonl", changes=("guard.engages=9",))
    found = difference(trace, other)
    assert found is not None
    where, ours, theirs = found
    assert ours != theirs
    assert "asked otherwise: set" in where
    assert ":" in where.partition("line ")[2]


def test_lines_of_one_trace_that_goes_on_are_the_difference() -> None:
    assert first_difference(["a", "b"], ["a"]) == 1
    assert first_difference(["a"], ["a"]) is None


@pytest.mark.parametrize("text", ["", "{}\n", '{"trace": 9}\n{"facts": {}}\n', "no json\n"])
def test_what_is_no_trace_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text(text)
    with pytest.raises(ConfigError, match="trace"):
        read(file)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_nothing_else_and_holds_the_day(trace: Path, language: str) -> None:
    page = page_of(read(trace)[1], wording(language), language)
    assert "@" not in page.partition("const day = ")[0].partition("</style>")[2]
    for outside in ("src=", "href=", "url(", "import("):
        assert outside not in page
    data = json.loads(page.partition("const day = ")[2].partition("\n")[0])
    assert {one["kind"] for one in data["events"]} >= {"step", "alarm-raised", "incident-opened"}
    assert len(data["zones"]) == 7


def test_the_commands_replay_compare_and_show(trace: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    again = run(app, ["trace", "replay", str(trace), "--lang", "en"])
    assert again.exit_code == 0
    assert "the same to the last bit" in again.output
    same = run(app, ["trace", "diff", str(trace), str(trace), "--lang", "en"])
    assert (same.exit_code, same.output.strip()) == (0, "the traces are the same")
    other = kept(tmp_path / "other.jsonl", seed=2)
    assert run(app, ["trace", "diff", str(trace), str(other), "--lang", "en"]).exit_code == 1
    page = tmp_path / "day.html"
    assert run(app, ["trace", "animate", str(trace), str(page), "--lang", "zh"]).exit_code == 0
    assert page.stat().st_size > 50_000
    wrong = run(app, ["trace", "replay", str(page), "--lang", "en"])
    assert wrong.exit_code == 2
