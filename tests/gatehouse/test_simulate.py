"""Simulated days from the command line: the same numbers anywhere, and what a planner reads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app
from gatehouse.simulating import SimulateSettings, simulate
from simulator.experiments.executors import ProcessExecutor, WorkersLostError
from simulator.parameters import PARAMETERS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(app, ["simulate", *arguments, "--lang", "en"])


def quiet(done, parts):
    assert 0 < done <= parts


def test_any_number_of_processes_gives_the_same_json():
    one = simulate(
        SimulateSettings(asked="demo-primary", replications=3, threat="at-gate@07:45"), quiet
    )
    two = simulate(
        SimulateSettings(asked="demo-primary", replications=3, threat="at-gate@07:45", processes=2),
        quiet,
    )
    assert one.to_json() == two.to_json()


def test_the_hash_seed_of_python_changes_nothing(tmp_path):
    written = []
    for hash_seed in ("0", "4711"):
        file = tmp_path / f"{hash_seed}.json"
        command = [sys.executable, "-m", "gatehouse", "simulate", "demo-primary", "--json", file]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        written.append(file.read_bytes())
    assert written[0] == written[1]


def test_more_replications_leave_the_first_ones_as_they_were():
    few = simulate(SimulateSettings(asked="demo-primary", replications=1), quiet)
    more = simulate(SimulateSettings(asked="demo-primary", replications=3), quiet)
    assert more.rows[0] == few.rows[0]
    assert more.rows[1].measures != few.rows[0].measures


def test_the_json_gives_each_measure_with_n_and_interval_and_names_the_guesses(run, tmp_path):
    file = tmp_path / "days.json"
    result = run(
        "demo-primary", "--replications", "12", "--threat", "at-gate@07:45", "--json", str(file)
    )
    assert result.exit_code == 0, result.output
    told = json.loads(file.read_text())
    police = told["measures"]["attack-police"]
    assert police["n"] == police["days"] == 12
    assert police["mean"]["low"] < police["mean"]["value"] < police["mean"]["high"]
    assert police["quantiles"]["0.5"]["confidence"] == 0.95
    stopped = told["measures"]["attack-stopped"]["probability"]
    assert 0 <= stopped["low"] <= stopped["value"] <= stopped["high"] <= 1
    assert set(told["assumed"]) <= set(PARAMETERS)
    assert "guard.sees" in told["assumed"]
    assert told["synthetic"] is True


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_shows_distributions_and_guesses_and_needs_nothing_else(tmp_path, language):
    file = tmp_path / "days.html"
    arguments = ["simulate", "demo-primary", "--replications", "3", "--html", str(file)]
    result = CliRunner().invoke(app, [*arguments, "--lang", language])
    assert result.exit_code == 0, result.output
    page = file.read_text(encoding="utf-8")
    assert "<svg" in page
    assert "pupils.lane" in page
    assert {"en": "Synthetic", "zh": "虚构"}[language] in page
    assert "http" not in page.replace("http://www.w3.org/", "").partition("<h2>")[0]
    assert "<script" not in page


def test_a_region_is_played_school_by_school(tmp_path):
    folder = tmp_path / "small"
    source = ROOT / "scenarios" / "regions" / "pingxiang"
    folder.mkdir()
    for file in source.iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "schools.csv":
            text = "\n".join(text.splitlines()[:4]) + "\n"
        (folder / file.name).write_text(text, encoding="utf-8")
    found = simulate(SimulateSettings(asked=str(folder)), quiet)
    assert [row.school for row in found.rows] == ["school-001", "school-002", "school-003"]
    by_school = json.loads(found.to_json())["by_school"]
    assert by_school["school-001"] != by_school["school-002"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("demo-primry",), "did you mean 'demo-primary'"),
        (("demo-primary", "--engine", "dusk:tcp://a:1"), "did you mean 'dask'"),
        (("demo-primary", "--from", "yesterday"), "is no date"),
        (("pingxiang", "--school", "scool-017"), "did you mean 'school-017'"),
        (("demo-primary", "--threat", "at-gate@noon"), "is no time of day"),
        (("demo-primary", "--threat", "walkin@07:45"), "did you mean 'walk-in'"),
        (("demo-primary", "--days", "300"), "school days within a year"),
    ],
)
def test_wrong_input_is_told_and_ends_with_2(run, arguments, told):
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def once_deadly(part):
    """Kill the worker the first time that this part is played."""
    number, folder = part
    mark = Path(folder) / str(number)
    if number == 3 and not mark.exists():
        mark.touch()
        os._exit(1)
    return number * number


def always_deadly(part):
    os._exit(part)


def test_a_killed_worker_costs_time_and_no_result(tmp_path):
    parts = [(number, str(tmp_path)) for number in range(6)]
    found = dict(ProcessExecutor(2).run(once_deadly, parts))
    assert found == {number: number * number for number in range(6)}


def test_workers_that_die_without_any_result_are_given_up_with_a_word():
    with pytest.raises(WorkersLostError, match="died"):
        list(ProcessExecutor(1).run(always_deadly, [1, 2]))
