"""A school as the engine needs it: devices in places, who is told, who comes, what is done.

Files and their checking stand in `scenarios`; this is what is left once they are right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from twins.capability import Line, Titles
from twins.instant import Duration, seconds
from twins.observation import Value

ABSENCE: Duration = seconds(180)
"""Longest absence from a post outside peaks (ours; vendors range from 10 s to 20 min)."""

ABSENCE_IN_PEAK: Duration = seconds(60)
"""Longest absence in a peak, counted from its start at the earliest (ours)."""


class Role(StrEnum):
    """What somebody is told for, and so what is expected of them."""

    STATION = "station"
    """The police station: acknowledges and sends a car."""
    GUARD = "guard"
    """The gatehouse console."""
    VOLUNTEER = "volunteer"
    """义警: comes at once if able (一呼百应)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device where it stands. `id` is `<school>/<name>` and unique everywhere."""

    id: str
    capability: str
    title: Titles
    place: str
    line: Line
    simulated: bool = False
    """True where no real device stands behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A named part of the school's ground."""

    id: str
    title: Titles
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A way in or out, with the device that closes it."""

    id: str
    title: Titles
    device: str
    kind: str
    """`pedestrian` or `vehicle`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A local time of day on some weekdays; `end` is not in it and lies after `start`."""

    weekdays: frozenset[int]
    """0 is Monday (ISO weekday less one)."""
    start: Duration
    """Since local midnight."""
    end: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A duty post and when it must be held."""

    id: str
    title: Titles
    presence: str
    """The device that sees whether the post is held."""
    duty: tuple[Window, ...]
    breaks: tuple[Window, ...] = ()
    peaks: tuple[Window, ...] = ()
    absence: Duration = ABSENCE
    absence_in_peak: Duration = ABSENCE_IN_PEAK


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Somebody who is told of an incident: a seat, a console or a person who comes."""

    id: str
    role: Role
    title: Titles
    hours: tuple[Window, ...] = ()
    """When they may be called; empty means always."""
    kit: tuple[str, ...] = ()
    """Tools they bring; without any they are a witness, not a capable responder (R49)."""
    travel: str = "on foot"
    """`on foot`, `e-bike` or `car`."""
    distance_m: float = 0.0
    """Way to the gate in metres."""

    @property
    def capable(self) -> bool:
        """Return whether they can act once there."""
        return self.role is not Role.VOLUNTEER or bool(self.kit)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One command of an emergency plan, given to every device named."""

    id: str
    title: Titles
    action: str
    devices: tuple[str, ...]
    arguments: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the platform does by itself once an incident of a kind is open (R52)."""

    kind: str
    """The alarm kind that opens the incident, as `one-key-alarm`."""
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One school; every id in it starts with the school's own."""

    id: str
    title: Titles
    zone: str
    """IANA time zone of rosters and bells, as `Asia/Shanghai`."""
    zones: tuple[Zone, ...] = ()
    lanes: tuple[Lane, ...] = ()
    posts: tuple[Post, ...] = ()
    devices: tuple[Device, ...] = ()
    responders: tuple[Responder, ...] = ()
    plans: tuple[Plan, ...] = ()
