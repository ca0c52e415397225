"""The school day: what goes on in it, and that what is measured is what happened."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gatehouse.links import compile_models
from scenarios.loader import load_school
from simulator.day.desk import Desk
from simulator.day.living import DayRecord, Subject, live_day
from simulator.day.measures import MEASURES, quantile
from simulator.day.threats import Threat
from simulator.day.timetable import timetable
from simulator.timeline import Timeline
from twins.documents import ConfigError
from twins.instant import in_seconds, seconds
from twins.streams import Streams

MONDAY = date(2026, 9, 7)
SUNDAY = date(2026, 9, 6)


@pytest.fixture(scope="module")
def demo() -> Any:
    package = load_school("demo-primary")
    return package, compile_models(package)


@pytest.fixture(scope="module")
def day(demo: Any) -> Callable[..., DayRecord]:
    package, models = demo

    def lived(seed: int = 1, threat: Threat | None = None) -> DayRecord:
        times = timetable(package, MONDAY)
        assert times is not None
        return live_day(
            Subject(package=package, models=models), times, streams=Streams(seed), threat=threat
        )

    return lived


def kinds(record: DayRecord) -> list[str]:
    return [one.kind for one in record.story]


def test_the_timetable_stands_on_the_schools_bells_and_its_local_time(demo: Any) -> None:
    times = timetable(demo[0], MONDAY)
    assert times is not None
    assert [in_seconds(one - times.midnight) / 3600 for one in (times.opens, times.dismissal)] == [
        7 + 20 / 60,
        16 + 20 / 60,
    ]
    assert in_seconds(times.midnight) % 86_400 == 16 * 3600  # midnight in Asia/Shanghai


def test_on_a_sunday_nobody_comes(demo: Any) -> None:
    assert timetable(demo[0], SUNDAY) is None


def test_a_school_without_its_bells_is_told_which_one_is_missing(demo: Any) -> None:
    package = replace(demo[0], bells=tuple(one for one in demo[0].bells if "first" not in one.id))
    with pytest.raises(ConfigError, match="no bell 'first-lesson'"):
        timetable(package, MONDAY)


def test_the_same_seed_gives_the_same_day_and_another_seed_another(
    day: Callable[..., DayRecord],
) -> None:
    assert day(4) == day(4)
    assert day(4).measures != day(5).measures


def test_a_day_without_an_attack_measures_none_and_calls_nobody(
    day: Callable[..., DayRecord],
) -> None:
    record = day(1)
    assert all(record.measures[name] is None for name in MEASURES if name.startswith("attack"))
    assert "incident-opened" not in kinds(record)
    assert record.measures["visitor-admission-mean"] is not None


def test_the_platform_sees_the_empty_post_that_the_world_knows_of(
    day: Callable[..., DayRecord],
) -> None:
    """Only absences of less than the limit of 180 s may go unseen."""
    for seed in range(6):
        measures = day(seed).measures
        empty, alarms = measures["post-empty"], measures["off-post-alarms"]
        assert empty is not None
        assert alarms is not None
        if not empty:
            assert not alarms
        if empty > 5 * 180:
            assert alarms


def test_an_attack_in_the_peak_is_sensed_told_and_ended(day: Callable[..., DayRecord]) -> None:
    record = day(2, Threat(kind="at-gate", at=seconds(7.75 * 3600)))
    told = record.measures
    assert told["attack-stopped"] == 1.0
    order = [told[name] for name in ("attack-pressed", "attack-alarm", "attack-warned")]
    assert order == sorted(order)  # type: ignore[type-var]  # None would fail the sorting, as it must
    assert kinds(record).count("incident-opened") == 1
    assert "police-arrived" in kinds(record)
    police, gained, first = (
        told[f"attack-{name}"] for name in ("police", "gained", "first-capable")
    )
    assert police is not None
    assert first is not None
    assert gained == pytest.approx(max(0.0, police - first))


def test_pupils_who_come_before_the_gate_opens_wait_outside(day: Callable[..., DayRecord]) -> None:
    """The lanes are free, so that in the median nobody waits; the early ones are who does."""
    told = day(3).measures
    assert told["pupil-wait-median"] == 0.0
    assert told["pupils-outside-most"] is not None
    assert told["pupils-outside-most"] > 20


def test_an_alarm_takes_the_guard_from_a_visitor_who_is_served_on_afterwards() -> None:
    timeline = Timeline(0)
    desk = Desk(timeline, 1)
    done: list[float] = []

    def visitor(takes: float) -> Any:
        yield from desk.serve(seconds(takes))
        done.append(in_seconds(timeline.now))

    timeline.process(visitor(30))
    timeline.process(visitor(10))
    timeline.at(seconds(20), desk.alarm)
    timeline.at(seconds(100), desk.calm)
    timeline.play_to(seconds(1000))

    assert done == [110.0, 120.0]
    assert desk.interrupted == 1


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 2), (0.51, 3), (0.95, 4), (1.0, 4)])
def test_a_quantile_is_the_least_value_with_that_share_at_or_below_it(share, value) -> None:
    assert quantile([3, 1, 4, 2], share) == value
    assert quantile([], share) is None
