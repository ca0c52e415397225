"""A visit (来访): what a person did to let a visitor in, and the table that it moves through.

Rules for this file: the table is made from the school's flow and is the whole life of a visit.
A visitor is an opaque id; names and papers stay on the terminal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from twins.inspection import OUR_FLOW, InspectionFlow, Step
from twins.instant import Duration, Instant


class VisitState(StrEnum):
    """How far a visit has come: the last step that is done, or its end."""

    REGISTERED = "registered"
    IDENTIFIED = "identified"
    VERIFIED = "verified"
    CHECKED = "checked"
    INSPECTED = "inspected"
    ADMITTED = "admitted"
    LEFT = "left"
    TURNED_AWAY = "turned away"


class VisitEvent(StrEnum):
    """What can happen to a visit: the steps of the flow, and its two ends."""

    IDENTIFY = "identify"
    HOST = "host"
    CHECK = "check"
    INSPECT = "inspect"
    ADMIT = "admit"
    LEAVE = "leave"
    TURN_AWAY = "turn away"


REACHED: Mapping[Step, VisitState] = {
    Step.REGISTER: VisitState.REGISTERED,
    Step.IDENTIFY: VisitState.IDENTIFIED,
    Step.HOST: VisitState.VERIFIED,
    Step.CHECK: VisitState.CHECKED,
    Step.INSPECT: VisitState.INSPECTED,
    Step.ADMIT: VisitState.ADMITTED,
}
"""Step → the state in which it is done."""

Table = Mapping[tuple[VisitState, VisitEvent], VisitState]


def transitions(flow: InspectionFlow) -> Table:
    """Return (state, event) → next state for a flow. No step can be jumped over."""
    table: dict[tuple[VisitState, VisitEvent], VisitState] = {}
    for before, step in pairwise(one.step for one in flow.steps):
        table[REACHED[before], VisitEvent(step.value)] = REACHED[step]
        table[REACHED[before], VisitEvent.TURN_AWAY] = VisitState.TURNED_AWAY
    for one in flow.steps:
        table[REACHED[one.step], VisitEvent.LEAVE] = VisitState.LEFT
    return table


TRANSITIONS: Table = transitions(OUR_FLOW)
"""The table of our own flow, for the documentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit that has not ended."""

    id: str
    school: str
    visitor: str
    """Opaque id from the terminal."""
    purpose: str
    host: str
    party: int = 1
    """How many persons, the visitor included."""
    vehicle: str = ""
    state: VisitState = VisitState.REGISTERED
    since: Instant
    """When it came into its state."""
    done: tuple[Step, ...] = (Step.REGISTER,)
    """Steps done, also those that came before their turn."""
    checks: dict[str, bool] = field(default_factory=dict)
    """Check → whether it came out right; a check that is not here is not done."""
    held: bool = False
    """The detector or a guard found something: only a second pass without a finding frees it."""
    lane: str = ""
    """The lane that it was admitted for."""
    violations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterVisit:
    """Input: a visitor registers (来访必登). `id` is given by the terminal and is used once."""

    id: str
    school: str
    visitor: str
    purpose: str
    host: str
    by: str
    party: int = 1
    vehicle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChecked:
    """Input: somebody compared the papers with the person."""

    visit: str
    genuine: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswered:
    """Input: the host was reached and expects the visitor, or does not."""

    visit: str
    confirmed: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDone:
    """Input: one of the five checks is made (五查清)."""

    visit: str
    check: str
    clear: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartInspection:
    """Input: the visitor goes through this detector now."""

    visit: str
    detector: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionResult:
    """Input: the guard has inspected the visitor, or was not let."""

    visit: str
    passed: bool
    by: str
    reason: str = ""
    """What was found, or that the search was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDetector:
    """Input: a person has looked into an alarm that belongs to no visit."""

    detector: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitVisit:
    """Input: let the visitor in through this lane; its release may be asked for from now on."""

    visit: str
    lane: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveVisit:
    """Input: the visitor goes; the lane may be released once more."""

    visit: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAwayVisit:
    """Input: the visitor is not let in."""

    visit: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBypass:
    """Input: somebody went past the inspection. `visit` is empty for a stranger."""

    device: str
    """The detector or lane that was passed."""
    by: str
    visit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendToReception:
    """Input: the visitor waits in the reception room."""

    visit: str
    room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitChanged:
    """Output: something was booked for a visit; `visit` is how it stands after it."""

    visit: Visit
    what: str
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOverdue:
    """Output: the next step of a visit did not come within its limit."""

    visit: str
    step: Step
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionViolated:
    """Output: somebody got past the inspection (R22). `visit` is empty for a stranger."""

    device: str
    kind: str
    visit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowHeld:
    """Output: no visitor is let in until this detector's alarm is cleared."""

    detector: str
    visit: str
    zone: int | None = None
    """Where the detector found metal, if it tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFreed:
    """Output: nothing holds the visitors at this detector any more."""

    detector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorSeated:
    """Output: the visitor has a seat in the reception room."""

    visit: str
    room: str
    waited: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorQueued:
    """Output: the reception room is full; `ahead` visits wait before this one."""

    visit: str
    room: str
    ahead: int
