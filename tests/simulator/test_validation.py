"""The simulator against theory: quickly here, wholly by `python -m benchmarks.validation`."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.responders import PEOPLE
from benchmarks.validation.page import PAGE, PROPERTIES, row_line
from benchmarks.validation.table import RUNNERS, run
from benchmarks.validation.verdict import OBSERVATIONS, Found, Kind, cases, judge
from simulator.analysis.sensitivity import available
from simulator.chance import Chance
from simulator.estimation.stopping import Target, take_until
from simulator.experiments.executors import ProcessExecutor
from simulator.field import PoissonField, poisson
from simulator.laws import Fixed
from simulator.parameters import PARAMETERS
from simulator.response import Responses
from twins.instant import in_seconds
from twins.streams import Streams

SECTION = re.compile(r"^## (S\d\d) ", re.MULTILINE)
TESTS = Path(__file__).parent


def sections() -> dict[str, list[list[str]]]:
    """Return case → rows of its table on the page, each as its cells."""
    parts = SECTION.split(PAGE.read_text(encoding="utf-8").split("## Properties")[0])
    return {
        name: [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines()
            if line.startswith("| ") and not line.startswith("| quantity")
        ]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_every_case_is_on_the_page_with_everything_that_it_expects_and_all_of_it_passes() -> None:
    told = sections()
    assert list(told) == list(cases()) == sorted(RUNNERS)
    for name, case in cases().items():
        assert {row[0] for row in told[name]} == set(case.expected)
        for quantity, by, expected, _, error, count, _, _, verdict in told[name]:
            assert verdict == "pass"
            assert expected == f"{case.expected[quantity]:.9g}"
            if by == "played" and error:
                assert int(count.replace(",", "")) >= OBSERVATIONS
        if case.kind is Kind.SIMULATED:
            assert "played" in {row[1] for row in told[name]}


@pytest.mark.parametrize("name", sorted(RUNNERS))
def test_a_case_passes_also_when_played_little_and_its_formulas_stand_on_the_page(
    name: str,
) -> None:
    if name == "S11" and not available():
        pytest.skip("SALib is not installed; it comes with the extra `analysis`")
    rows = run(name, effort=0.02)
    assert rows
    page = PAGE.read_text(encoding="utf-8")
    for row in rows:
        assert row.passes, row_line(row)
        if row.found.observations is None:
            assert row_line(row) in page


def test_what_is_beside_the_truth_does_not_pass() -> None:
    case = cases()["S07"]
    expected = case.expected["P(wait > 10 s) 5 lanes"]

    def passes(value: float, error: float | None, observations: int | None) -> bool:
        found = Found(quantity="P(wait > 10 s) 5 lanes", value=value, error=error,
                      observations=observations)  # fmt: skip
        return judge(case, [found])[0].passes

    assert passes(expected + 0.003, 0.001, 100_000)
    assert not passes(expected + 0.006, 0.001, 100_000), "beyond tolerance and 3.5 errors"
    assert not passes(0.0, 0.00005, 100_000), "within the tolerance, yet surely wrong"
    assert not passes(expected + 2e-6, None, None), "a formula has no such excuse"


@pytest.mark.parametrize("test", [test for tests in PROPERTIES.values() for test in tests])
def test_the_tests_that_the_page_names_exist(test: str) -> None:
    file, name = test.split("::")
    assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8")
    assert f"`tests/simulator/{test}`" in PAGE.read_text(encoding="utf-8")


def first_volunteers(per_km2: float, accepts: float, count: int) -> list[float]:
    """Play the first volunteer of a field with a reaction of 45 s on foot at 2 m/s."""
    laws = {
        "volunteer.accepts": accepts, "volunteer.silent": 0.0, "volunteer.delivery": 0.0,
        "volunteer.reaction": 45.0, "volunteer.turnout": 0.0, "travel.on foot": 2.0,
    }  # fmt: skip
    parameters = {
        **PARAMETERS,
        **{name: replace(PARAMETERS[name], law=Fixed(value)) for name, value in laws.items()},
    }
    streams = Streams(11)
    people = [replace(PEOPLE[1], id=f"volunteer-{number}") for number in range(600)]
    model = Responses(people, Chance(streams, parameters))
    field, places = PoissonField(per_km2=per_km2), streams.stream("places")
    played = (model.play(0, field.distances(1200.0, places)) for _ in range(count))
    return [in_seconds(case.volunteer) for case in played if case.volunteer is not None]


def test_twice_the_volunteers_who_come_half_as_often_play_alike() -> None:
    """By the test of Kolmogorov and Smirnov at a level of one in a million."""
    few, many = sorted(first_volunteers(8, 0.4, 2000)), sorted(first_volunteers(16, 0.2, 2000))
    times = sorted({*few, *many})
    apart, i, j = 0.0, 0, 0
    for time in times:
        while i < len(few) and few[i] <= time:
            i += 1
        while j < len(many) and many[j] <= time:
            j += 1
        apart = max(apart, abs(i / len(few) - j / len(many)))
    assert apart < math.sqrt(-math.log(1e-6 / 2) / 2 * (1 / len(few) + 1 / len(many)))


def test_a_poisson_number_has_its_mean_and_variance() -> None:
    stream = Streams(3).stream("poisson")
    drawn = [poisson(6.5, stream) for _ in range(20_000)]
    mean = sum(drawn) / len(drawn)
    assert mean == pytest.approx(6.5, abs=5 * math.sqrt(6.5 / 20_000))
    variance = sum((one - mean) ** 2 for one in drawn) / len(drawn)
    assert variance == pytest.approx(6.5, rel=0.06)
    assert poisson(0.0, stream) == 0


def mean_gap(replication: int) -> float:
    """Return one replication's mean response gap in seconds."""
    model = Responses(PEOPLE, Chance(Streams(5).child("replication", replication)))
    gaps = [model.play(0).gap for _ in range(50)]
    return sum(in_seconds(gap) for gap in gaps if gap is not None) / len(gaps)


def test_two_processes_give_the_numbers_of_one() -> None:
    alone = [mean_gap(replication) for replication in range(40)]
    assert len(set(alone)) == 40, "every replication draws afresh"
    told = dict(ProcessExecutor(2).run(mean_gap, range(40)))
    shared = [told[replication] for replication in range(40)]
    assert shared == alone
    assert take_until(shared, Target(relative=0.05)) == take_until(alone, Target(relative=0.05))
