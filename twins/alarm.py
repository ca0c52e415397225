"""Alarms after ISA-18.2: active × acknowledged, latched until a person resets them.

Rules for this file: `TRANSITIONS` is the whole life of an alarm and its documentation; nothing else
changes a state. A pair that is not in the table is refused, never ignored. Whether an alarm may
call anybody is another table: `twins.alarm_service`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from twins.alarm_service import Service
from twins.instant import Instant
from twins.school import HelpLevel


class Severity(StrEnum):
    """識別, 預警, 報警: how loud it is."""

    OBSERVATION = "observation"
    WARNING = "warning"
    ALARM = "alarm"

    @property
    def rank(self) -> int:
        """Return its place from quiet to loud, from 0."""
        return list(Severity).index(self)


class AlarmState(StrEnum):
    """Active × acknowledged, and the latched state in between."""

    ACTIVE_UNACKNOWLEDGED = "active, unacknowledged"
    ACTIVE_ACKNOWLEDGED = "active, acknowledged"
    CLEARED_UNACKNOWLEDGED = "cleared, unacknowledged"
    LATCHED = "latched"
    """The condition is gone and somebody knows; a person still has to reset it."""
    NORMAL = "normal"


WAITING = (AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.CLEARED_UNACKNOWLEDGED)
"""Nobody has acknowledged it yet."""


class AlarmEvent(StrEnum):
    """What can happen to an alarm."""

    ACTIVATE = "activate"
    CLEAR = "clear"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"


_S, _E = AlarmState, AlarmEvent

TRANSITIONS: Mapping[tuple[AlarmState, AlarmEvent], AlarmState] = {
    (_S.ACTIVE_UNACKNOWLEDGED, _E.ACTIVATE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _E.CLEAR): _S.CLEARED_UNACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _E.ACKNOWLEDGE): _S.ACTIVE_ACKNOWLEDGED,
    (_S.ACTIVE_ACKNOWLEDGED, _E.ACTIVATE): _S.ACTIVE_ACKNOWLEDGED,
    (_S.ACTIVE_ACKNOWLEDGED, _E.CLEAR): _S.LATCHED,
    (_S.CLEARED_UNACKNOWLEDGED, _E.ACTIVATE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.CLEARED_UNACKNOWLEDGED, _E.CLEAR): _S.CLEARED_UNACKNOWLEDGED,
    (_S.CLEARED_UNACKNOWLEDGED, _E.ACKNOWLEDGE): _S.LATCHED,
    (_S.LATCHED, _E.ACTIVATE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.LATCHED, _E.CLEAR): _S.LATCHED,
    (_S.LATCHED, _E.RESET): _S.NORMAL,
}
"""(state, event) → next state. An alarm that does not latch ends as soon as its cause is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm of one device from its first cause to its reset."""

    id: str
    kind: str
    """The rule that raised it, as `one-key-alarm`."""
    device: str
    school: str
    place: str
    severity: Severity
    latching: bool
    state: AlarmState = AlarmState.ACTIVE_UNACKNOWLEDGED
    count: int = 1
    """How often its cause came; presses, for a button."""
    sensed: Instant
    """Source time of the first cause."""
    raised: Instant
    received: Instant | None = None
    """When we had the observation of the first cause; None where it has none."""
    level: HelpLevel = HelpLevel.POLICE
    """How much help it asks for."""
    service: Service = Service.IN_SERVICE
    held: bool = False
    """It came while it was quiet, so somebody is to be called once it is back in service."""
    acknowledged: Instant | None = None
    """When it was acknowledged last."""
    acknowledged_by: str = ""
    handled: Instant | None = None
    """When it ended: by its reset, or with its cause where it does not latch."""
    reset_by: str = ""
    reset_reason: str = ""

    @property
    def active(self) -> bool:
        """Return whether the cause is there now."""
        return self.state in (AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.ACTIVE_ACKNOWLEDGED)

    @property
    def standing(self) -> bool:
        """Return whether the alarm is still to be dealt with."""
        return self.state is not AlarmState.NORMAL

    def after(self, event: AlarmEvent) -> "Alarm | None":
        """Return the alarm after an event, or None where the table refuses it."""
        state = TRANSITIONS.get((self.state, event))
        if state is not None and event is AlarmEvent.CLEAR and not self.latching:
            state = AlarmState.NORMAL
        return None if state is None else replace(self, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlarm:
    """Input: a person has seen the alarm."""

    alarm: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetAlarm:
    """Input: a person ends a latched alarm and says why."""

    alarm: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerSeverity:
    """Input: a person takes an alarm for less than its source did, and says why."""

    alarm: str
    severity: Severity
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """Output: a new alarm stands."""

    alarm: Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRepeated:
    """Output: the cause of a standing alarm came again; it is counted, not raised twice."""

    alarm: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChanged:
    """Output: an alarm took another state; with its four timestamps as far as they are known."""

    alarm: str
    event: AlarmEvent
    state: AlarmState
    by: str = ""
    reason: str = ""
    sensed: Instant | None = None
    warned: Instant | None = None
    acknowledged: Instant | None = None
    handled: Instant | None = None
    ended: Alarm | None = None
    """The alarm as it ended, for whoever keeps it; None while it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSeverityChanged:
    """Output: the same alarm is louder or, with a reason, less loud than before (R16)."""

    alarm: str
    severity: Severity
    previous: Severity
    by: str = ""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLevelRaised:
    """Output: an alarm of the school's own people now asks for the police."""

    alarm: str
    level: HelpLevel
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRefused:
    """Output: an input could not be carried out, and why."""

    subject: str
    reason: str
