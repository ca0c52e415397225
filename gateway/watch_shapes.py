"""What the API says of warnings, calls, duty, visits, functions and the latency ledger."""

from dataclasses import dataclass

from gateway.shapes import Named, VideoView
from twins.call import CallState
from twins.capability import Titles
from twins.composite import Function, Why
from twins.duty import DutyRole, PatrolKind
from twins.guard_state import GuardState
from twins.inspection import Step
from twins.ledger import Hop
from twins.school import Role
from twins.sighting import HitVerdict, Outcome
from twins.visit import VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnedView:
    """One recipient of a warning."""

    responder: str
    title: Titles
    role: Role
    told: str
    delivered: str | None
    channel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningView:
    """One early warning. It names the place and the record, never the person."""

    id: str
    kind: str
    school: str
    device: str
    device_title: Titles
    place: str
    place_title: Titles
    sensed: str
    warned: str
    score: float | None
    event: Titles | None
    """What was recognised, for an event."""
    outcome: Outcome | None
    """None once the record has expired."""
    verdict: HitVerdict | None
    decided_by: str
    acknowledged: str | None
    acknowledged_by: str
    handled: str | None
    handled_by: str
    told: list[WarnedView]
    unmanned: list[Role]
    """Roles that should be told, and of which nobody is there."""
    video: list[VideoView]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One intercom call."""

    id: str
    school: str
    device: str
    device_title: Titles
    peer: str
    by: str
    state: CallState
    state_title: Titles
    open: bool
    offered: str
    answered: str | None
    over: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapView:
    """A stretch of a peak within the next day in which a post lacks somebody."""

    begin: str
    end: str
    missing: list[Titles]
    """Any one of these would close it; empty asks for anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderView:
    """Who holds a post now, by the roster."""

    person: str
    role: DutyRole
    role_title: Titles


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One duty post as it is now."""

    id: str
    school: str
    title: Titles
    held: bool
    """Whether it must be held now."""
    peak: bool
    states: list[GuardState]
    rostered: list[HolderView]
    away_since: str | None
    check_in_since: str | None
    """From when its silence counts; None where nobody has to check in now."""
    check_in_due: str | None
    gaps: list[GapView]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolView:
    """One patrol."""

    id: str
    school: str
    title: Titles
    kind: PatrolKind
    done: str | None
    """When it was last made."""
    window: list[str]
    """Begin and end of the window that is on or comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedView:
    """A patrol or check-in that did not come."""

    at: str
    subject: str
    title: Titles
    what: str
    """`patrol` or `check-in`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """Posts, patrols, and what was missed lately."""

    posts: list[PostView]
    patrols: list[PatrolView]
    missed: list[MissedView]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """One visit that has not ended. The visitor is an opaque id."""

    id: str
    school: str
    visitor: str
    purpose: str
    host: str
    party: int
    vehicle: str
    state: VisitState
    since: str
    next: Step | None
    next_title: Titles | None
    held: bool
    violations: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideView:
    """How many persons are inside a school, as its counters have it."""

    school: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsView:
    """Visits under way, and who is inside."""

    visits: list[VisitView]
    inside: list[InsideView]


@dataclass(frozen=True, slots=True, kw_only=True)
class LackView:
    """What a function is missing."""

    subject: str
    why: Why
    property: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionView:
    """One of the five functions of a school."""

    school: str
    function: Function
    title: Titles
    effective: bool
    lacks: list[LackView]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """One hop of a call for help."""

    hop: Hop
    subject: str
    title: Titles
    at: str | None
    since_contact_s: float | None
    since_previous_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role of a school's people, and whether notices can be brought to it."""

    role: Role
    channel: bool
    people: list[Named]
