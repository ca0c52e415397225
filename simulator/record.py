"""What happened beside what the platform believed, as flat rows, and what is measured from them.

The measures read the story alone (and the pupils' numbers), so a drill on the wire is measured by
the same functions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from scenarios.story import StoryEvent
from scenarios.telling import IncidentTimes
from twins.instant import SECOND, Instant, in_seconds
from twins.observation import Value

if TYPE_CHECKING:
    from simulator.staging import Staging

BELIEVED = frozenset(
    {
        "alarm-raised", "alarm-repeated", "alarm-acknowledged", "incident-opened",
        "incident-acknowledged", "incident-handled", "notified", "answered", "command-issued",
        "command-ended", "device-lost", "device-restored",
    }
)  # fmt: skip
"""Kinds of story event that tell what the platform believed; the others are the truth."""

Seconds: TypeAlias = float | None
"""Seconds, or None where it did not happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Pupils in one zone over time."""

    zone: str
    counts: tuple[tuple[float, int], ...]
    """(seconds from the drill's start, pupils from then on)."""
    at_attack: int
    """Pupils there when the attack began; 0 without an attack."""
    pupil_seconds: float
    """From the attack to the end of the record or of the danger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The response gap (R50) from one beginning, in seconds."""

    first_capable: Seconds
    police: Seconds
    gap: Seconds
    """The earlier of the two."""
    gained: Seconds
    """How much earlier than the police somebody capable was there, at least 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One stretch of an alarm's way."""

    name: str
    seconds: Seconds
    """From the hop before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What a run measured; instants are seconds from the drill's start."""

    sensed: Seconds
    warned: Seconds
    acknowledged: Seconds
    handled: Seconds
    latency_per_hop: Mapping[str, Seconds]
    """Hop → seconds, from the first press to the acknowledgement."""
    presses: int
    """How often a button was pressed."""
    presses_counted: int
    """How often the platform says that one was."""
    pupils_safe: Seconds
    gap_from_alarm: Gap | None
    gap_from_attack: Gap | None
    hops: tuple[Hop, ...]
    """From the first press to the station's acknowledgement."""
    exposure: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run of one drill."""

    drill: str
    school: str
    seed: int
    start: Instant
    """The drill's `0s`."""
    story: tuple[StoryEvent, ...]
    incidents: tuple[IncidentTimes, ...]
    measures: Measures
    assumed: tuple[str, ...]
    """Parameters drawn from that are guesses."""

    def to_json(self) -> bytes:
        """Return the record as JSON; the same run gives the same bytes everywhere."""
        body = {
            "drill": self.drill,
            "school": self.school,
            "seed": self.seed,
            "start": self.start,
            "incidents": self.incidents,
            "measures": self.measures,
            "assumed": self.assumed,
            "rows": [self._row(event) for event in self.story],
        }
        return msgspec.json.format(_ENCODER.encode(body), indent=1) + b"\n"

    def _row(self, event: StoryEvent) -> dict[str, Value]:
        return {
            "at_s": in_seconds(event.at - self.start),
            "told_by": "platform" if event.kind in BELIEVED else "world",
            "event": event.kind,
            "subject": event.subject,
            **event.details,
        }


_ENCODER = msgspec.json.Encoder(order="deterministic")


def record_of(
    *,
    staging: "Staging",
    story: Sequence[StoryEvent],
    incidents: Mapping[str, IncidentTimes],
    seed: int,
) -> RunRecord:
    """Return the record of a world that has been played."""
    world = staging.world
    counts = {zone.zone: zone.counts for zone in world.zones.values()}
    return RunRecord(
        drill=staging.drill.id,
        school=world.school.id,
        seed=seed,
        start=staging.zero,
        story=tuple(story),
        incidents=tuple(incidents.values()),
        measures=measure(
            story, incidents=tuple(incidents.values()), counts=counts, zero=staging.zero,
            end=world.timeline.now,
        ),
        assumed=world.chance.assumed(),
    )  # fmt: skip


def measure(
    story: Sequence[StoryEvent],
    *,
    incidents: Sequence[IncidentTimes],
    counts: Mapping[str, Sequence[tuple[Instant, int]]],
    zero: Instant,
    end: Instant,
) -> Measures:
    """Return the measures of a story whose events stand in the order of their instants."""
    first = incidents[0] if incidents else None
    attack = _first(story, "inject", do="draws-knife")
    alarm = None if first is None else first.opened
    safe = _first(story, "pupils-safe")
    return Measures(
        sensed=None if first is None else in_seconds(first.sensed - zero),
        warned=None if first is None else _since(zero, first.warned),
        acknowledged=None if first is None else _since(zero, first.acknowledged),
        handled=None if first is None else _since(zero, first.handled),
        latency_per_hop=_hops(_first(story, "inject", do="press"), first),
        presses=sum(1 for _ in _all(story, "inject", do="press")),
        presses_counted=_presses_counted(story),
        pupils_safe=_since(zero, safe),
        gap_from_alarm=gap(story, alarm),
        gap_from_attack=gap(story, attack),
        hops=hops(story),
        exposure=tuple(
            _exposure(zone, of_zone, attack, zero=zero, end=end) for zone, of_zone in counts.items()
        ),
    )


def gap(story: Sequence[StoryEvent], begin: Instant | None) -> Gap | None:
    """Return the response gap from an instant, or None where that never was.

    The guard who is at the gate already is not counted: the gap asks how long he stands alone.
    """
    if begin is None:
        return None
    capable = _since(begin, _first(story, "responder-arrived", capable=True))
    police = _since(begin, _first(story, "police-arrived"))
    arrivals = [one for one in (capable, police) if one is not None]
    gained = None if capable is None or police is None else max(0.0, police - capable)
    return Gap(first_capable=capable, police=police, gap=min(arrivals, default=None), gained=gained)


def hops(story: Sequence[StoryEvent]) -> tuple[Hop, ...]:
    """Return the way of the first press: alarm, first notice, acknowledgement by the station."""
    way = (
        ("alarm", _first(story, "alarm-raised", kind="one-key-alarm")),
        ("notice", _first(story, "notified")),
        ("acknowledgement", _first(story, "incident-acknowledged")),
    )
    found: list[Hop] = []
    before = _first(story, "inject", do="press")
    for name, instant in way:
        missing = before is None or instant is None
        found.append(Hop(name=name, seconds=None if missing else _since(before or 0, instant)))
        before = instant
    return tuple(found)


def _exposure(
    zone: str,
    counts: Sequence[tuple[Instant, int]],
    attack: Instant | None,
    *,
    zero: Instant,
    end: Instant,
) -> Exposure:
    at_attack = 0
    pupil_time = 0
    if attack is not None:
        ends = [instant for instant, _ in counts[1:]] + [end]
        for (begin, count), until in zip(counts, ends, strict=True):
            if begin <= attack:
                at_attack = count
            pupil_time += count * max(0, until - max(begin, attack))
    return Exposure(
        zone=zone,
        counts=tuple((in_seconds(instant - zero), count) for instant, count in counts),
        at_attack=at_attack,
        pupil_seconds=pupil_time / SECOND,
    )


def _hops(press: Instant | None, first: IncidentTimes | None) -> Mapping[str, Seconds]:
    if press is None or first is None:
        return {}
    way = {
        "press": press,
        "sensed": first.sensed,
        "opened": first.opened,
        "warned": first.warned,
        "acknowledged": first.acknowledged,
    }
    return {
        f"{here} to {there}": None if begin is None else _since(begin, way[there])
        for (here, begin), there in zip(way.items(), list(way)[1:], strict=False)
    }


def _presses_counted(story: Sequence[StoryEvent]) -> int:
    counted = {event.subject: 1 for event in _all(story, "alarm-raised", kind="one-key-alarm")}
    for event in _all(story, "alarm-repeated", kind="one-key-alarm"):
        counted[event.subject] = int(event.details["count"] or 0)
    return sum(counted.values())


def _all(story: Iterable[StoryEvent], kind: str, /, **details: Value) -> Iterable[StoryEvent]:
    return (
        event
        for event in story
        if event.kind == kind
        and all(event.details.get(name) == value for name, value in details.items())
    )


def _first(story: Iterable[StoryEvent], kind: str, /, **details: Value) -> Instant | None:
    return next((event.at for event in _all(story, kind, **details)), None)


def _since(begin: Instant, instant: Instant | None) -> Seconds:
    return None if instant is None else in_seconds(instant - begin)
