"""How a school's ground, ways in and visitor inspection are written in `school.yaml`."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.notation import (
    OURS,
    Name,
    Names,
    PositiveSpan,
    Reference,
    Span,
    Text,
    Windows,
    Written,
)
from twins import inspection, premises
from twins.capability import BilingualTitles, Line
from twins.school import Lane, Role, Zone

Closing = Annotated[str, Names("device", ("lane", "barrier"))]
Closable = Annotated[str, Names("device", ("door", "lane", "barrier", "bollard"))]


class ZoneDocument(Written):
    """A named part of the ground."""

    makes = Zone

    title: BilingualTitles
    line: Line


class LaneDocument(Written):
    """A way in or out."""

    makes = Lane

    title: BilingualTitles
    device: Closing
    kind: Literal["pedestrian", "vehicle"]


class EntranceDocument(Written):
    """出入口: lanes and counters that belong together."""

    makes = premises.Entrance

    title: BilingualTitles
    inward: list[Closing] = OURS
    outward: list[Closing] = OURS
    two_way: list[Closing] = OURS
    counters: list[Annotated[str, Names("device", ("people-counter",))]] = OURS
    detector: Annotated[str, Names("device", ("walk-through-gate",))] = OURS
    free: Windows = OURS


class ClosureDocument(Written):
    """A door, lane, barrier or bollard: when it may be open and what is too long."""

    makes = premises.Closure

    device: Closable
    open: Windows = OURS
    secured: Windows = OURS
    open_limit: PositiveSpan = OURS
    lock_limit: PositiveSpan = OURS
    travel_limit: PositiveSpan = OURS
    fail_safe: premises.FailSafe = OURS
    escape: bool = OURS


class InterlockDocument(Written):
    """Devices of which only so many may be open at once."""

    makes = premises.Interlock

    title: BilingualTitles
    devices: list[Closable] = Field(min_length=2)
    most_open: int = Field(default=OURS, ge=0)


class ReceptionRoomDocument(Written):
    """会客室."""

    makes = premises.ReceptionRoom

    title: BilingualTitles
    seats: int = Field(ge=0)
    device: Annotated[str, Names("device", ("reception-room",))] = OURS


class LockerRulesDocument(Written):
    """存储柜."""

    makes = premises.LockerRules

    open_limit: PositiveSpan = OURS
    overdue: PositiveSpan = OURS


class OccupancyRulesDocument(Written):
    """How far in less out may be from the truth."""

    makes = premises.OccupancyRules

    tolerance: int = Field(default=OURS, ge=0)
    empty: Windows = OURS


AlarmKinds = frozenset[Annotated[str, Names("kind of alarm", kind=Reference)]]


class PremisesDocument(Written):
    """Everything of a school that opens, closes, counts or seats."""

    makes = premises.Premises

    entrances: dict[Name, EntranceDocument] = OURS
    closures: list[ClosureDocument] = OURS
    interlocks: dict[Name, InterlockDocument] = OURS
    reception_rooms: dict[Name, ReceptionRoomDocument] = OURS
    lockers: LockerRulesDocument = OURS
    occupancy: OccupancyRulesDocument = OURS
    evacuation_kinds: AlarmKinds = OURS
    attack_kinds: AlarmKinds = OURS
    override_roles: frozenset[Role] = OURS


class FlowStepDocument(Written):
    """One step of the inspection: who does it, how long it may take, how long it takes."""

    makes = inspection.FlowStep

    step: inspection.Step
    title: BilingualTitles
    role: Literal["visitor", "guard", "host"]
    limit: PositiveSpan | None = OURS
    takes: Span = OURS
    waits_in_reception: bool = OURS


class CheckDocument(Written):
    """One of the things to be made clear (五查清)."""

    makes = inspection.Check
    named_by_school = False

    title: BilingualTitles


class InspectionDocument(Written):
    """一套安检流程, written whole."""

    makes = inspection.InspectionFlow

    id: Name = OURS
    title: BilingualTitles
    source: Text
    steps: list[FlowStepDocument]
    checks: dict[Name, CheckDocument]
