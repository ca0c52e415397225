"""`gatehouse trace`: a simulated day kept, measured again, compared and shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gatehouse.simulating import SimulateSettings, load_subject, plan_of
from scenarios.package import SchoolPackage
from simulator.day.living import live_together
from simulator.day.timetable import timetable
from simulator.day.trace import Trace, first_difference, read_trace, trace_lines
from twins.documents import ConfigError, Problem
from twins.instant import SECOND
from twins.streams import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A trace that was measured again."""

    trace: Trace
    differing: tuple[str, ...]
    """Measures that came out otherwise."""


def traced(settings: SimulateSettings) -> Iterator[str]:
    """Yield the trace of the first day of an experiment at its first school; raises ConfigError."""
    plan, _ = plan_of(settings)
    names = plan.schools if plan.together else plan.schools[:1]
    schools = []
    for name in names:
        subject = load_subject(plan.asked, name)
        times = timetable(subject.package, plan.days[0])
        assert times is not None, "a plan has school days only"
        schools.append((subject, times))
    streams = Streams(plan.seed).child(plan.days[0].isoformat(), 0)
    record = live_together(
        schools, streams=streams, threat=plan.threat, parameters=plan.parameters
    )[0]
    head = {
        "asked": plan.asked, "school": record.school, "day": record.day, "seed": plan.seed,
        "threat": settings.threat, "set": settings.changes, "parameters": settings.parameters,
        "midnight": schools[0][1].midnight, "synthetic": schools[0][0].package.synthetic,
        **_drawn(schools[0][0].package),
    }  # fmt: skip
    yield from trace_lines(head, record.lived)


def read(file: Path) -> tuple[list[str], Trace]:
    """Return a trace with its lines; raises ConfigError."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(file=str(file), message=f"cannot be read: {error}")
        raise ConfigError([problem]) from None
    return lines, read_trace(str(file), lines)


def replayed(file: Path) -> Replayed:
    """Measure a trace again from what happened; raises ConfigError."""
    _, trace = read(file)
    again = trace.measured_again()
    differing = tuple(name for name, value in trace.measures.items() if again.get(name) != value)
    return Replayed(trace=trace, differing=differing)


def difference(one: Path, other: Path) -> tuple[str, str, str] | None:
    """Return (where, the one's line, the other's), or None where the traces are the same.

    What was asked stands in the first line; where that differs it is named, and the days are
    compared all the same.
    """
    (ours, trace), (theirs, second) = read(one), read(other)
    heads = trace.head, second.head
    asked = [name for name in trace.head if heads[0][name] != heads[1].get(name)]
    otherwise = f"; asked otherwise: {', '.join(asked)}" if asked else ""
    number = first_difference(ours[1:], theirs[1:])
    if number is None:
        return ("line 1" + otherwise, "", "") if asked else None
    lines = [of[number + 1] if number + 1 < len(of) else "" for of in (ours, theirs)]
    return f"line {number + 2}{_clock(trace, lines)}{otherwise}", lines[0], lines[1]


def _clock(trace: Trace, lines: list[str]) -> str:
    """Return the time of day of the earlier of two lines, where they have one."""
    times = [row["at"] for line in lines if line and "at" in (row := msgspec.json.decode(line))]
    if not times:
        return ""
    since = (min(times) - trace.head["midnight"]) / SECOND
    return f", {int(since // 3600):02}:{int(since // 60 % 60):02}:{since % 60:06.3f}"


def _drawn(package: SchoolPackage) -> Mapping[str, object]:
    zones = {one.id: one for one in package.school.zones}
    return {
        "title": package.school.title,
        "zones": [
            {"id": name, "title": zones[name].title, "line": zones[name].line.value, "ring": ring}
            for name, ring in package.design.zones.items()
            if name in zones
        ],
        "devices": [
            {"id": one.id, "title": one.title, "type": one.capability,
             "at": package.design.devices[one.id]}
            for one in package.school.devices
            if one.id in package.design.devices
        ],
        "responders": [
            {"id": one.id, "title": one.title, "role": one.role.value, "way_m": one.distance_m}
            for one in package.school.responders
        ],
    }  # fmt: skip
