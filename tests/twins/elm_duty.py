"""Elm with its duty planned: a gate post in peaks, a fixed post at the bus stop, patrols."""

from dataclasses import replace

from tests.twins.schools import ELM, EVERY_DAY, MONDAY_0700, TITLE, clock_time, device
from twins.duty import (
    SCHOOL_POST_MIX,
    DutyAssignment,
    DutyPlan,
    DutyRole,
    Patrol,
    PatrolKind,
)
from twins.instant import Instant, seconds
from twins.school import Post, School
from twins.window import Window

BEFORE: Instant = MONDAY_0700 - clock_time(1)
"""06:00: when an engine that was told no time yet is started."""


def window(start: tuple[int, int], end: tuple[int, int], days=EVERY_DAY) -> Window:
    return Window(weekdays=days, start=clock_time(*start), end=clock_time(*end))


PEAK = window((7, 20), (8, 0))
SHIFT = window((7, 0), (18, 0))

GATE = replace(ELM.posts[0], needs=SCHOOL_POST_MIX, peaks=(PEAK,))
STOP = Post(
    id="elm/stop",
    title=TITLE,
    presence="elm/stop-reader",
    duty=(window((7, 0), (8, 30)),),
    check_in=seconds(900),
)

VIDEO = Patrol(
    id="elm/video",
    title=TITLE,
    kind=PatrolKind.VIDEO,
    windows=(window((7, 0), (7, 30)), window((12, 0), (12, 30))),
    places=("elm/camera",),
)
ROUNDS = Patrol(
    id="elm/rounds",
    title=TITLE,
    kind=PatrolKind.ROUND,
    windows=tuple(window((hour, 0), (hour + 1, 0)) for hour in (6, 9, 11, 14, 16)),
    places=("elm/gate", "elm/yard", "elm/dormitory"),
)


def holds(person: str, role: DutyRole, *windows: Window, post: str = "elm/post") -> DutyAssignment:
    return DutyAssignment(post=post, person=person, role=role, windows=windows or (PEAK,))


FULL = (
    holds("auxiliary-1", DutyRole.AUXILIARY),
    holds("guard-1", DutyRole.GUARD, SHIFT),
    holds("volunteer-1", DutyRole.VOLUNTEER),
)

PLANNED: School = replace(
    ELM,
    devices=(*ELM.devices, device("stop-reader", "guard-post-presence")),
    posts=(GATE, STOP),
    duty=DutyPlan(assignments=FULL, patrols=(VIDEO, ROUNDS)),
)


def without(*people: str) -> School:
    """Return the school with these people off the roster."""
    left = tuple(one for one in FULL if one.person not in people)
    return replace(PLANNED, duty=replace(PLANNED.duty, assignments=left))


def told(engine, until: Instant):
    """Let time pass as a shell does, and return every output with its instant."""
    records = []
    while (due := engine.next_deadline()) is not None and due < until:
        now = due or BEFORE
        records += [(now, one) for one in engine.advance(now)]
    return records + [(until, one) for one in engine.advance(until)]
