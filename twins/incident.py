"""Incidents: what alarms mean together, who was told, and the four timestamps (R17)."""

from dataclasses import dataclass, field
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Duration, Instant
from twins.school import HelpLevel, Role


class Answer(StrEnum):
    """What a recipient said. Silence is not refusal, and is none of these."""

    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One recipient of one incident: when told, when reached, what they said."""

    responder: str
    role: Role
    capable: bool
    notified: Instant
    delivered: Instant | None = None
    answer: Answer | None = None
    answered: Instant | None = None
    arrived: Instant | None = None
    expected: Instant | None = None
    """When they should be there: by their own word, else as estimated when they accepted."""
    undelivered: Instant | None = None
    """When it was shown that the notice had not arrived in time."""
    overdue: Instant | None = None
    """When it was shown that they should have arrived."""
    released: Instant | None = None
    """When they were told that they are not needed here any more."""

    @property
    def accepted(self) -> bool:
        """Return whether they said that they come; a car that acknowledges does."""
        acknowledged = self.role is Role.UNIT and self.answer is Answer.ACKNOWLEDGED
        return self.answer is Answer.ACCEPTED or acknowledged

    @property
    def engaged(self) -> bool:
        """Return whether this keeps them from another incident; a car is sent, others accept."""
        if self.released is not None:
            return False
        sent = self.role is Role.UNIT and self.answer is not Answer.DECLINED
        return self.arrived is not None or self.accepted or sent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One step of the plan that a person does in this incident."""

    step: str
    title: Titles
    role: Role
    due: Instant
    done: Instant | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One case, however many alarms it has."""

    id: str
    school: str
    kind: str
    place: str
    alarms: tuple[str, ...]
    sensed: Instant
    """Source time of its first cause."""
    opened: Instant
    warned: Instant | None = None
    """When the first person or console had the notice."""
    acknowledged: Instant | None = None
    """When the station said it knows."""
    acknowledged_by: str = ""
    handled: Instant | None = None
    """When a person closed the case."""
    handled_by: str = ""
    handled_reason: str = ""
    assignments: dict[str, Assignment] = field(default_factory=dict)
    level: HelpLevel = HelpLevel.POLICE
    """The highest level of help that its alarms or a person asked for; never lowered."""
    checklist: dict[str, ChecklistItem] = field(default_factory=dict)
    """Step → who did it when."""
    passed_over: dict[str, str] = field(default_factory=dict)
    """Responder → why they were not called, as last shown."""
    station: str = ""
    """The police station that is responsible by the school's data, if it names one."""
    other_places: tuple[str, ...] = ()
    """Where else alarms of the same case came from."""
    plan_held: bool = False
    """Its plan waits for a person, because an attack is going on (D10)."""

    @property
    def open(self) -> bool:
        """Return whether the case is still going on."""
        return self.handled is None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDelivered:
    """Input: a notice has reached its recipient's console or phone."""

    incident: str
    responder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientAnswered:
    """Input: a recipient answered. The station's `acknowledged` acknowledges the incident."""

    incident: str
    responder: str
    answer: Answer
    eta: Duration | None = None
    """In how long they will be there, as they say; with `accepted`."""


class Verdict(StrEnum):
    """What a closed case turned out to be."""

    REAL = "real"
    MISTAKE = "mistake"
    PRANK = "prank"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleIncident:
    """Input: a person closes the case; whoever was on the way is released."""

    incident: str
    by: str
    reason: str
    verdict: Verdict = Verdict.REAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseHelpLevel:
    """Input: a person calls the police to a staff-level incident."""

    incident: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteStep:
    """Input: a person has done a step of the checklist."""

    incident: str
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened:
    """Output: a case is open."""

    incident: Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlanIssued:
    """Output: the plan of a case does not wait any more and is carried out."""

    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentJoined:
    """Output: an alarm belongs to a case that is already open."""

    incident: str
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAcknowledged:
    """Output: the station knows."""

    incident: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentHandled:
    """Output: the case is closed."""

    incident: str
    by: str
    reason: str
    verdict: Verdict = Verdict.REAL
    case: Incident
    """The case as it ended, for whoever keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Output: tell this recipient now. At most one per recipient and incident.

    A place that joins the case later is told by `PlaceAdded`.
    """

    incident: str
    responder: str
    role: Role
    kind: str
    school: str
    place: str
    level: HelpLevel = HelpLevel.POLICE
    other_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAdded:
    """Output: the same case is at another place too; tell everybody who was told of the first."""

    incident: str
    place: str
    responders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentChanged:
    """Output: a recipient was reached or answered."""

    incident: str
    assignment: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLevelRaised:
    """Output: the incident now asks for more help; who was not told yet is told now."""

    incident: str
    level: HelpLevel
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRaised:
    """Output: nobody acknowledged the incident in time, so these are told too (R18).

    Without responders there was nobody left to tell; that is shown, not passed over.
    """

    incident: str
    step: int
    """Counted from 1."""
    after: Duration
    responders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted:
    """Output: a step of the checklist is done."""

    incident: str
    step: str
    by: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOverdue:
    """Output: a step of the checklist is not done within its limit."""

    incident: str
    step: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFlagged:
    """Output: an incident was closed without one of the four timestamps or a step (R17, R52)."""

    incident: str
    missing_timestamps: tuple[str, ...]
    missing_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedUse:
    """Output: one button opened many incidents in a short time. A finding; nothing is held back."""

    device: str
    incidents: int
    since: Instant
