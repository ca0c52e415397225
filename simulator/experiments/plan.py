"""What an experiment consists of, and one part of it played by whoever has the time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from scenarios.package import SchoolPackage
from simulator.day.living import Subject as Subject  # noqa: PLC0414  what a load returns
from simulator.day.living import live_together
from simulator.day.threats import Threat
from simulator.day.timetable import timetable
from simulator.parameters import PARAMETERS, Parameter
from twins.streams import Streams

SEARCHED_DAYS = 366
"""So far ahead the next school day is looked for."""


Load = Callable[[str, str], Subject]
"""(what was asked for, school id) → the school; a plain function that any process can call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One experiment."""

    asked: str
    """A school or a region, as the user named it."""
    schools: tuple[str, ...]
    """In the order of their ids."""
    days: tuple[date, ...]
    replications: int
    seed: int
    threat: Threat | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: PARAMETERS)
    together: bool = False
    """Whether the schools live each day at once before one engine."""

    def tasks(self, replications: range | None = None) -> Iterator["Task"]:
        """Yield every part in the order of results, or those of some replications."""
        groups = [self.schools] if self.together else [(school,) for school in self.schools]
        for schools in groups:
            for day in self.days:
                for replication in replications or range(self.replications):
                    yield Task(schools=schools, day=day, replication=replication)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Task:
    """One day of one school, or of several at once, once."""

    schools: tuple[str, ...]
    day: date
    replication: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a task measured at one school."""

    school: str
    task: Task
    measures: Mapping[str, float | None]
    assumed: tuple[str, ...]


def play(plan: Plan, task: Task, load: Load) -> tuple[Row, ...]:
    """Play one part; the same anywhere, whoever played what before.

    The streams depend on seed, date and replication, and within a day on the entity: two designs
    under one seed meet the same chance.
    """
    schools = []
    for name in task.schools:
        subject = _loaded(load, plan.asked, name)
        times = timetable(subject.package, task.day)
        assert times is not None, "a plan has school days only"
        schools.append((subject, times))
    streams = Streams(plan.seed).child(task.day.isoformat(), task.replication)
    return tuple(
        Row(school=one.school, task=task, measures=one.measures, assumed=one.assumed)
        for one in live_together(
            schools, streams=streams, threat=plan.threat, parameters=plan.parameters
        )
    )


def school_days(package: SchoolPackage, first: date, count: int) -> tuple[date, ...]:
    """Return the first `count` school days from a date on; fewer where the year has no more."""
    ahead = (first + timedelta(days=number) for number in range(SEARCHED_DAYS))
    found = (day for day in ahead if timetable(package, day) is not None)
    return tuple(day for day, _ in zip(found, range(count), strict=False))


@cache
def _loaded(load: Load, asked: str, school: str) -> Subject:
    return load(asked, school)
