"""Two designs under the same chance, and playing until a figure is sure enough."""

import json
from statistics import stdev

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app
from gatehouse.comparing import compare
from gatehouse.simulating import SimulateSettings, simulate
from simulator.estimation.comparison import independent_difference
from simulator.experiments.until import read_goal

SETTINGS = SimulateSettings(asked="demo-primary", replications=25, threat="at-gate@07:45")


def quiet(done, parts):
    assert 0 < done <= parts


@pytest.mark.requirement("R44.SIM")
def test_patrols_bring_the_police_earlier_and_touch_nothing_else():
    found = compare("demo-primary", "demo-primary,patrols.made=0", SETTINGS, quiet)
    told = {one.measure: one for one in found.differences}
    assert told["attack-police"].difference.high < 0.0
    assert told["attack-police"].sure
    assert told["attack-first-capable"].difference.value == 0.0
    assert told["post-empty"].difference.value == 0.0


def test_pairs_know_a_difference_better_than_unrelated_replications_would():
    found = compare("demo-primary", "demo-primary,police.turnout=20", SETTINGS, quiet)
    police = next(one for one in found.differences if one.measure == "attack-police")
    first, second = (
        [row.measures["attack-police"] for row in one.rows] for one in (found.first, found.second)
    )
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if None not in (a, b)]
    unrelated = independent_difference([a for a, _ in pairs], [b for _, b in pairs])
    assert police.difference.half_width < 0.5 * unrelated.half_width


def test_a_design_does_not_differ_from_itself():
    found = compare("demo-primary", "demo-primary", SETTINGS, quiet)
    assert all(one.difference.value == 0.0 for one in found.differences)


def test_playing_until_a_width_reaches_it_and_no_sooner():
    wanted = SimulateSettings(
        asked="demo-primary", threat="at-gate@07:45", until="attack-police=30s", replications=200
    )
    found = simulate(wanted, quiet)
    police = next(one for one in found.found if one.measure == "attack-police")
    assert police.mean is not None
    assert police.mean.half_width <= 30.0
    assert 10 <= found.plan.replications < 200
    values = [row.measures["attack-police"] for row in found.rows]
    assert None not in values or len(values) > 10
    known = [one for one in values if one is not None][:-1]
    assert len(known) < 10 or 2.3 * stdev(known) / len(known) ** 0.5 > 24.0


def test_the_number_played_does_not_depend_on_the_processes():
    wanted = {"asked": "demo-primary", "threat": "at-gate@07:45", "until": "attack-police=40s"}
    one = simulate(SimulateSettings(**wanted), quiet)
    two = simulate(SimulateSettings(**wanted, processes=2), quiet)
    assert one.to_json() == two.to_json()


def test_a_width_is_read_in_the_unit_of_the_measure_or_as_a_share():
    assert read_goal("attack-gap=10s").target.half_width == 10.0
    assert read_goal("attack-gap=10").target.half_width == 10.0
    assert read_goal("attack-gap=5%").target.relative == 0.05


def test_the_command_writes_the_differences_as_json(tmp_path):
    file = tmp_path / "differences.json"
    arguments = ["compare", "demo-primary", "demo-primary,guard.sees=1", "--replications", "3"]
    threat = ["--threat", "at-gate@07:45", "--json", str(file), "--lang", "zh"]
    result = CliRunner().invoke(app, [*arguments, *threat])
    assert result.exit_code == 0, result.output
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["designs"] == ["demo-primary", "demo-primary,guard.sees=1"]
    assert told["measures"]["attack-pressed"]["pairs"] <= 3
    assert "guard.engages" in told["assumed"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("compare", "demo-primary", "demo-primary,patrol=1"), "there is no parameter"),
        (("compare", "demo-primary", "demo-primary", "--replications", "1"), "two days"),
        (("simulate", "demo-primary", "--until", "attack-gab=1s"), "did you mean 'attack-gap'"),
        (("simulate", "demo-primary", "--until", "attack-gap=soon"), "is no width"),
        (("simulate", "demo-primary", "--set", "patrols.made=2"), "from 0 to 1"),
        (("simulate", "demo-primary", "--parameters", "nowhere.yaml"), "no such file"),
    ],
)
def test_wrong_input_is_told_and_ends_with_2(arguments, told):
    result = CliRunner().invoke(app, [*arguments, "--lang", "en"])
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
