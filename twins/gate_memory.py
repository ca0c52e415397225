"""What the engine remembers of visitors, lockers, counts and openings; part of a snapshot."""

from dataclasses import dataclass, field

from twins.instant import Instant
from twins.visit import Visit


@dataclass(slots=True)
class Grant:
    """Leave to release a lane once for one visit."""

    visit: str
    inward: bool
    persons: int
    """How many may still pass."""
    until: Instant | None = None
    """When it lapses; None lasts as long as the visit."""
    command: str = ""
    """The release that used it."""
    released: Instant | None = None
    """When that release was asked for."""


@dataclass(slots=True)
class Waiting:
    """A visit in the queue of the reception room."""

    visit: str
    since: Instant


@dataclass(slots=True)
class RoomMemory:
    """Who sits in a reception room and who waits for a seat."""

    seated: list[str] = field(default_factory=list)
    queue: list[Waiting] = field(default_factory=list)


@dataclass(slots=True)
class LockerUse:
    """Whose things are behind a door."""

    visit: str
    since: Instant
    left_behind: bool = False
    """Its visitor has gone."""
    overdue: bool = False


@dataclass(slots=True)
class GateMemory:
    """Everything about visits, lockers, counts and openings."""

    visits: dict[str, Visit] = field(default_factory=dict)
    """Visits that have not ended, by id."""
    ended_visits: dict[str, str] = field(default_factory=dict)
    """Ids of ended visits → their last state, newest last; bounded."""
    grants: dict[str, list[Grant]] = field(default_factory=dict)
    """Lane → leave to release it, oldest first."""
    rooms: dict[str, RoomMemory] = field(default_factory=dict)
    lockers: dict[str, dict[int, LockerUse]] = field(default_factory=dict)
    """Bank → door → use; a free door is not here."""
    left_open: dict[str, list[str]] = field(default_factory=dict)
    """Bank → doors that have been open for too long."""
    at_detector: dict[str, str] = field(default_factory=dict)
    """Detector → the visit that goes through it."""
    holds: dict[str, list[str]] = field(default_factory=dict)
    """Detector → visits held there; an empty id is an alarm of nobody known."""
    counts: dict[str, int] = field(default_factory=dict)
    """`device|property` → its count when last seen."""
    occupancy: dict[str, int] = field(default_factory=dict)
    """School → persons inside: in less out."""
    drifted: dict[str, str] = field(default_factory=dict)
    """School → the device at which its wrong occupancy is shown."""
    since: dict[str, Instant] = field(default_factory=dict)
    """`rule|device` → since when what it watches for is so."""
