"""Threats through the three lines: each is played, checked by EASI, and ended by whoever can."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from statistics import fmean
from typing import Any

import pytest

from gatehouse.simulating import SimulateSettings, load_subject, simulate
from simulator.analysis.easi import LostCall
from simulator.chance import Chance
from simulator.day.holders import Holders
from simulator.day.living import DayRecord, Subject, live_day, live_together
from simulator.day.threats import ELEMENTS, THREATS, Threat, path_of
from simulator.day.timetable import timetable
from simulator.day.yard import Yard, pupil_seconds
from simulator.parameters import PARAMETERS
from twins.capability import Line
from twins.instant import seconds
from twins.streams import Streams

MONDAY = date(2026, 9, 7)
MORNING = seconds(7.75 * 3600)


def quiet(done: int, parts: int) -> None:
    assert 0 < done <= parts


@pytest.fixture(scope="module")
def subject() -> Subject:
    return load_subject("demo-primary", "demo-primary")


@pytest.fixture(scope="module")
def played(subject: Subject) -> Callable[..., DayRecord]:
    times = timetable(subject.package, MONDAY)
    assert times is not None

    def play(kind: str, seed: int = 1, **changes: Any) -> DayRecord:
        threat = Threat(kind=kind, at=MORNING, **changes)
        return live_day(subject, times, streams=Streams(seed), threat=threat)

    return play


def does(record: DayRecord) -> list[object]:
    return [one.details["does"] for one in record.story if one.kind == "step"]


@pytest.mark.parametrize("kind", THREATS)
def test_every_kind_goes_from_the_outside_in_by_elements_with_numbers(kind: str) -> None:
    lines = [ELEMENTS[name].line for name in THREATS[kind].path]
    order = [Line.REMOTE, Line.GATE_FRONT, Line.INNER]
    assert lines == sorted(lines, key=order.index)
    for name in THREATS[kind].path:
        assert 0.0 <= PARAMETERS[ELEMENTS[name].detection].law.mean <= 1.0
        assert PARAMETERS[ELEMENTS[name].delay].law.mean > 0.0


@pytest.mark.parametrize("kind", THREATS)
def test_every_kind_is_played_to_an_end(kind: str, played: Callable[..., DayRecord]) -> None:
    record = played(kind)
    assert record.measures["attack-stopped"] in (0.0, 1.0)
    assert record.measures["attack-exposure"] is not None
    noticed = [record.measures[f"attack-noticed-{line}"] for line in
               ("remote", "gate-front", "inner")]  # fmt: skip
    assert sum(one or 0.0 for one in noticed) <= 1.0


def test_what_closes_the_way_decides_how_a_vehicle_comes_through() -> None:
    assert "rams the bollard" in path_of("ramming", frozenset({"barrier", "bollard"}))
    assert "rams the barrier" in path_of("ramming", frozenset({"barrier"}))
    assert "drives in" in path_of("ramming", frozenset())


def test_who_is_held_at_the_gate_harms_nobody_in_the_yard(
    played: Callable[..., DayRecord],
) -> None:
    days = [played("walk-in", seed) for seed in range(20)]
    held = [day for day in days if day.measures["attack-stopped-outside"]]
    through = [day for day in days if "attacks inside" in does(day)]
    assert held
    assert all(day.measures["attack-exposure"] == 0.0 for day in held)
    assert all("crosses the yard" not in does(day) for day in held)
    assert len(held) + len(through) <= len(days)


@pytest.mark.requirement("R81.SIM")
def test_a_trained_guard_holds_more_attackers_off_than_one_whose_training_expired(
    subject: Subject,
) -> None:
    times = timetable(subject.package, MONDAY)
    assert times is not None
    package = subject.package
    untrained = replace(package, registers=replace(package.registers, training=()), staff=())
    trained = replace(package, staff=())

    class Manned:
        manned = True

    def holds(school: Any) -> float:
        holders = Holders(school, times, (Manned(),), Chance(Streams(1)))  # type: ignore[arg-type]  # a post that is held
        return fmean(holders.hold(times.opens) for _ in range(4000))

    def attention(school: Any) -> float:
        return Holders(school, times, (Manned(),), Chance(Streams(1))).attention(times.opens)  # type: ignore[arg-type]  # likewise

    assert attention(trained) == 1.0
    assert attention(untrained) == pytest.approx(0.7)
    assert holds(trained) == pytest.approx(0.6, abs=0.03)
    assert holds(untrained) == pytest.approx(0.3, abs=0.03)


def test_a_call_that_is_lost_for_good_is_not_made_by_later_sensors(
    played: Callable[..., DayRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first draw of the button decides the first call; a second call draws again."""
    lost = 0
    for seed in range(120):
        retried = played("tail-gating", seed)
        if not retried.measures["attack-calls-lost"]:
            continue
        lost += 1
        gone = played("tail-gating", seed, lost_call=LostCall.FOR_GOOD)
        assert gone.measures["attack-calls-lost"] == 1.0
        assert gone.measures["attack-pressed"] is None
        assert gone.measures["attack-police"] is None
    assert lost


def test_the_check_sets_easi_beside_what_was_played() -> None:
    found = simulate(
        SimulateSettings(asked="demo-primary", replications=60, threat="contraband@07:45"), quiet
    )
    assert found.check is not None
    assert found.check.played.low - 0.1 < found.check.interruption < found.check.played.high + 0.1
    assert found.check.worst_interruption <= found.check.interruption
    assert found.check.path == THREATS["contraband"].path


def test_several_schools_are_attacked_at_once_before_one_engine(subject: Subject) -> None:
    names = ("school-001", "school-002", "school-003")
    schools = [load_subject("pingxiang", name) for name in names]
    days = [(one, timetable(one.package, MONDAY)) for one in schools]
    threat = Threat(kind="at-gate", at=MORNING)
    together = live_together(days, streams=Streams(1), threat=threat)  # type: ignore[arg-type]  # a Monday
    assert [one.school for one in together] == list(names)
    for record in together:
        opened = [one.subject for one in record.story if one.kind == "incident-opened"]
        assert opened == [f"{record.school}/incident/1"]
        assert record.measures["attack-police"] is not None


def test_a_school_lives_the_same_day_alone_and_among_others_it_shares_nobody_with() -> None:
    names = ("school-001", "school-002")
    days = [
        (one, timetable(one.package, MONDAY))
        for one in (load_subject("pingxiang", name) for name in names)
    ]
    alone = live_together(days[:1], streams=Streams(1))  # type: ignore[arg-type]  # a Monday
    together = live_together(days, streams=Streams(1))  # type: ignore[arg-type]  # likewise
    assert together[0].measures == alone[0].measures


def test_nothing_that_simulated_people_tell_or_ask_is_refused(
    played: Callable[..., DayRecord],
) -> None:
    for seed in range(5):
        assert played("at-gate", seed).refused == ()


def test_after_the_case_the_gate_is_opened_again_and_nobody_stands_outside_all_day(
    played: Callable[..., DayRecord],
) -> None:
    outside = played("at-gate", 3).measures["pupils-outside-most"]
    assert outside is not None
    assert outside < 400


def test_pupils_leave_the_yard_when_they_are_called_in() -> None:
    yard, calm = (Yard("elm", Chance(Streams(1))) for _ in range(2))
    for one in (yard, calm):
        for number in range(50):
            one.enter(seconds(number))
    yard.call_in(seconds(50))
    assert yard.count(seconds(50)) == calm.count(seconds(50)) == 50
    assert yard.count(seconds(60)) == 0
    span = seconds(50), seconds(300)
    assert pupil_seconds(yard.stays, *span) < pupil_seconds(calm.stays, *span)
