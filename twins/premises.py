"""The school's ways in and what closes them, as data: entrances, doors, interlocks, rooms.

All limits are ours unless a row or a norm is named. Nothing is supervised that is not named here,
so a school without these data has no finding of this kind; a lane is closed to visitors anyway.
"""

from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Duration, seconds
from twins.window import Window


class FailSafe(StrEnum):
    """What a device becomes without power."""

    OPEN = "open"
    CLOSED = "closed"
    STAYS = "stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """出入口 (R29): lanes and counters that belong together. Devices are named by their ids."""

    id: str
    title: Titles
    inward: tuple[str, ...] = ()
    """Lanes whose passages come in."""
    outward: tuple[str, ...] = ()
    """Lanes whose passages go out."""
    two_way: tuple[str, ...] = ()
    """Lanes that count both ways in one number: good for tail-gates, not for occupancy."""
    counters: tuple[str, ...] = ()
    """People counters. Name a counter or the lanes, not both, or persons count twice."""
    detector: str = ""
    """The walk-through gate before these lanes."""
    free: tuple[Window, ...] = ()
    """When pupils come and go: lanes may be released without a visit, passages are not matched."""

    @property
    def lanes(self) -> tuple[str, ...]:
        """Return every lane."""
        return (*self.inward, *self.outward, *self.two_way)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A door, gate, barrier or bollard: when it may be open and what is too long."""

    device: str
    open: tuple[Window, ...] = ()
    """When it may stand open; without windows it is opened only to let somebody through."""
    secured: tuple[Window, ...] = ()
    """When it must be closed or up, as a bollard in the pupils' peaks (R28)."""
    open_limit: Duration = seconds(60)
    """Longest time open outside its windows (R26), or held open without windows (D09)."""
    lock_limit: Duration = seconds(10)
    """Longest time closed but not locked outside its windows (ours)."""
    travel_limit: Duration = seconds(10)
    """Longest time in which its switches may contradict each other or what was asked of it
    (assumed: a rising bollard takes some seconds)."""
    fail_safe: FailSafe = FailSafe.STAYS
    escape: bool = False
    """It lies on an escape route, so it must open without power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlock:
    """Devices of which only so many may be open at once, as the two gates of a sluice."""

    id: str
    title: Titles
    devices: tuple[str, ...]
    most_open: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionRoom:
    """会客室 (R05)."""

    id: str
    title: Titles
    seats: int
    device: str = ""
    """What counts the seats taken, if anything does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockerRules:
    """存储柜 (R04)."""

    open_limit: Duration = seconds(120)
    """Longest time that a locker may stand open (R04)."""
    overdue: Duration = seconds(300)
    """Longest time that things may stay after their visitor has left (ours)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyRules:
    """How far in less out may be from the truth (R29)."""

    tolerance: int = 2
    """Persons (ours: counters miss about one in a hundred, assumed)."""
    empty: tuple[Window, ...] = ()
    """When nobody should be inside any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """Everything of a school that opens, closes, counts or seats."""

    entrances: tuple[Entrance, ...] = ()
    closures: tuple[Closure, ...] = ()
    interlocks: tuple[Interlock, ...] = ()
    reception_rooms: tuple[ReceptionRoom, ...] = ()
    lockers: LockerRules = LockerRules()
    occupancy: OccupancyRules = OccupancyRules()
    evacuation_kinds: frozenset[str] = frozenset({"fire-alarm"})
    """Cases whose plans get people out. While an attack is open they wait for a person (D10)."""
    attack_kinds: frozenset[str] = frozenset({"one-key-alarm"})
    """Cases that are an attack, at police level: nothing is opened meanwhile (ours)."""
    override_roles: frozenset[str] = frozenset({"station", "unit", "110 centre", "head"})
    """Roles under which a person may open something in spite of an attack (ours)."""

    def entrance_of(self, device: str) -> Entrance | None:
        """Return the entrance that a lane or counter belongs to."""
        for entrance in self.entrances:
            if device in entrance.lanes or device in entrance.counters:
                return entrance
        return None

    def closure_of(self, device: str) -> Closure | None:
        """Return what is supervised of a door, barrier or bollard."""
        return next((one for one in self.closures if one.device == device), None)


NO_PREMISES = Premises()
"""Nothing that is supervised."""
