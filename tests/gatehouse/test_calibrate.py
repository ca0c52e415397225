"""Measurements become parameters: the law that made them comes back, and the guesses are named."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatehouse.calibrating import calibrated
from gatehouse.cli import app
from gatehouse.simulating import SimulateSettings, simulate
from gateway.sqlite_store import SqliteStore
from gateway.store import Batch
from simulator.calibration import Sample, fit, likeliest
from simulator.laws import Exponential, Fixed, LogNormal
from simulator.parameter_file import read_parameters
from twins.incident import Answer, Assignment, Incident, IncidentHandled
from twins.instant import seconds
from twins.school import Role
from twins.streams import Stream, Streams


def drawn(law, count, seed=1):
    sample = law.sampler(Stream(seed))
    return tuple(sample() for _ in range(count))


def test_the_law_that_made_the_numbers_comes_back():
    found = likeliest(drawn(LogNormal(60.0, 0.4), 2000))
    assert isinstance(found, LogNormal)
    assert found.median == pytest.approx(60.0, rel=0.05)
    assert found.sigma == pytest.approx(0.4, rel=0.05)
    waiting = likeliest(drawn(Exponential(30.0), 2000))
    assert isinstance(waiting, Exponential)
    assert waiting.mean == pytest.approx(30.0, rel=0.05)


def test_the_band_holds_the_true_median_in_about_95_of_100_cases():
    held = 0
    for seed in range(100):
        sample = Sample(parameter="guard.sees", values=drawn(LogNormal(3.0, 0.5), 30, seed),
                        source="x")  # fmt: skip
        found = fit(sample, Streams(seed))
        assert found is not None
        low, high = found.bands["median"]
        held += low <= 3.0 <= high
    assert 86 <= held <= 100


def test_too_few_observations_leave_the_guess():
    assert fit(Sample(parameter="guard.sees", values=(1.0, 2.0), source="x"), Streams(1)) is None


def a_sheet(folder, lines):
    file = folder / "stopwatch.csv"
    file.write_text("parameter,value\n" + "".join(f"{line}\n" for line in lines))
    return file


def test_a_sheet_becomes_a_file_that_a_simulation_plays_with(tmp_path):
    values = drawn(LogNormal(9.0, 0.2), 40)
    lines = [f"guard.sees,{value:.3f}" for value in values]
    lines += ["button.fails,yes", *["button.fails,no"] * 9, "police.turnout,60"]
    file, parameters = a_sheet(tmp_path, lines), tmp_path / "params.yaml"
    arguments = ["calibrate", str(file), "--out", str(parameters), "--lang", "en"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "police.turnout: 1 observations are too few" in result.output
    given = read_parameters(str(parameters))
    assert given["button.fails"].law == Fixed(0.1)
    assert given["guard.sees"].law.mean == pytest.approx(9.2, rel=0.1)
    assert "#   police.turnout" in parameters.read_text()
    found = simulate(
        SimulateSettings(
            asked="demo-primary", threat="at-gate@07:45", replications=3,
            parameters=str(parameters),
        ),
        lambda done, parts: None,
    )  # fmt: skip
    assert found.given == ("button.fails", "guard.sees")
    assert "guard.sees" not in found.assumed
    assert "police.turnout" in found.assumed


def a_case(number):
    told = {"capable": True, "notified": seconds(1), "delivered": seconds(2)}
    one = Assignment(responder="elm/s", role=Role.STATION, answer=Answer.ACKNOWLEDGED,
                     answered=seconds(8 + number), arrived=seconds(200), **told)  # fmt: skip
    comes = Assignment(responder="elm/v", role=Role.VOLUNTEER, answer=Answer.ACCEPTED,
                       answered=seconds(40 + number), **told)  # fmt: skip
    silent = Assignment(responder="elm/w", role=Role.VOLUNTEER, **told)
    case = Incident(
        id=f"elm/incident/{number}", school="elm", kind="one-key-alarm", place="elm/gate",
        alarms=(), sensed=0, opened=seconds(1), handled=seconds(240),
        assignments={"elm/s": one, "elm/v": comes, "elm/w": silent},
    )  # fmt: skip
    return IncidentHandled(incident=case.id, by="p", reason="r", case=case)


def test_a_gateways_log_tells_how_its_people_answered(tmp_path):
    log = tmp_path / "gateway.sqlite"

    async def written():
        store = SqliteStore(log)
        await store.open(["elm"])
        for number in range(1, 9):
            batch = Batch(number=number, now=seconds(300), inputs=(), outputs=(a_case(number),))
            await store.append(batch)
        await store.close()
        return await calibrated([log], 1)

    found = {one.parameter: one for one in asyncio.run(written()).fitted}
    assert found["volunteer.accepts"].law == Fixed(0.5)
    assert found["volunteer.silent"].law == Fixed(0.5)
    assert found["station.acknowledges"].observations == 8
    assert 6.0 < found["station.acknowledges"].law.mean < 16.0
    assert found["police.secures"].law == Fixed(40.0)


def test_everything_wrong_in_the_sheets_is_told_at_once(tmp_path):
    file = a_sheet(tmp_path, ["guard.seas,3", "guard.sees,-1", "button.fails,maybe"])
    out = tmp_path / "params.yaml"
    result = CliRunner().invoke(app, ["calibrate", str(file), "--out", str(out), "--lang", "en"])
    assert result.exit_code == 2
    told = " ".join(result.output.split())
    assert "stopwatch.csv:2:1" in told
    assert "did you mean 'guard.sees'" in told
    assert "stopwatch.csv:3:12" in told
    assert "neither yes nor no" in told
    assert not Path(out).exists()
