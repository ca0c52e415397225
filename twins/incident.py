"""Incidents: what alarms mean together, who was told, and the four timestamps (R17)."""

from dataclasses import dataclass, field
from enum import StrEnum

from twins.instant import Instant
from twins.school import Role


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleIncident:
    """Input: a person closes the case."""

    incident: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened:
    """Output: a case is open."""

    incident: Incident


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Output: tell this recipient now. At most one per recipient and incident."""

    incident: str
    responder: str
    role: Role
    kind: str
    school: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentChanged:
    """Output: a recipient was reached or answered."""

    incident: str
    assignment: Assignment
