"""The platform's outputs as story events: one translation for every level.

The simulator, the drill on the wire and the drill in a real school all tell through `Storyteller`,
so their stories can be compared word for word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenarios.story import StoryEvent
from twins.alarm import Alarm, AlarmChanged, AlarmEvent, AlarmRaised, AlarmRepeated
from twins.command import Command, CommandEnded
from twins.incident import (
    Assignment,
    AssignmentChanged,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentOpened,
)
from twins.instant import Instant
from twins.observation import DeviceLost, DeviceRestored, Value
from twins.records import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTimes:
    """The four timestamps of an incident (R17) as the platform booked them."""

    incident: str
    sensed: Instant
    """Source time of the first cause."""
    opened: Instant
    warned: Instant | None = None
    """When the first console or phone had the notice."""
    acknowledged: Instant | None = None
    handled: Instant | None = None


class Storyteller:
    """Turns outputs into story events; remembers alarms and commands for what refers to them."""

    def __init__(self) -> None:
        self.incidents: dict[str, IncidentTimes] = {}
        self._alarms: dict[str, Alarm] = {}
        self._actions: dict[str, str] = {}

    def tell(self, outputs: Sequence[Output], now: Instant) -> list[StoryEvent]:
        """Return the events of these outputs in their order; most outputs are none."""
        return [event for output in outputs if (event := self.story_of(output, now)) is not None]

    def story_of(self, output: Output, now: Instant) -> StoryEvent | None:
        """Return the event that an output is, or None where it is no part of a story."""
        match output:
            case AlarmRaised() | AlarmRepeated() | AlarmChanged():
                return self._of_alarm(output, now)
            case Command():
                self._actions[output.id] = output.action
                return _event(now, "command-issued", output.device, action=output.action)
            case CommandEnded():
                action = self._actions.pop(output.command, "")
                result = output.result.value
                return _event(now, "command-ended", output.device, action=action, result=result)
            case DeviceLost():
                return _event(now, "device-lost", output.device, cause=output.cause)
            case DeviceRestored():
                return _event(now, "device-restored", output.device)
            case _:
                return self._of_incident(output, now)

    def _of_alarm(
        self, output: AlarmRaised | AlarmRepeated | AlarmChanged, now: Instant
    ) -> StoryEvent | None:
        if isinstance(output, AlarmRaised):
            alarm = self._alarms[output.alarm.id] = output.alarm
            return _event(
                now, "alarm-raised", alarm.id, kind=alarm.kind, device=alarm.device,
                place=alarm.place, severity=alarm.severity.value,
            )  # fmt: skip
        known = self._alarms.get(output.alarm)
        of_alarm = {"kind": known.kind, "device": known.device} if known else {}
        if isinstance(output, AlarmRepeated):
            place = {"place": known.place} if known else {}
            return _event(
                now, "alarm-repeated", output.alarm, **of_alarm, **place, count=output.count
            )
        if output.event is AlarmEvent.ACKNOWLEDGE:
            return _event(now, "alarm-acknowledged", output.alarm, **of_alarm, by=output.by)
        return None

    def _of_incident(self, output: Output, now: Instant) -> StoryEvent | None:
        match output:
            case IncidentOpened(incident=incident):
                self.incidents[incident.id] = IncidentTimes(
                    incident=incident.id, sensed=incident.sensed, opened=incident.opened
                )
                return _event(
                    now, "incident-opened", incident.id, kind=incident.kind, place=incident.place
                )
            case AssignmentChanged():
                return self._of_assignment(output.incident, output.assignment, now)
            case IncidentAcknowledged():
                if (times := self.incidents.get(output.incident)) is not None:
                    self.incidents[output.incident] = replace(times, acknowledged=now)
                return _event(now, "incident-acknowledged", output.incident, by=output.by)
            case IncidentHandled():
                if (times := self.incidents.get(output.incident)) is not None:
                    self.incidents[output.incident] = replace(times, handled=now)
                by, reason = output.by, output.reason
                return _event(now, "incident-handled", output.incident, by=by, reason=reason)
            case _:
                return None

    def _of_assignment(
        self, incident: str, assignment: Assignment, now: Instant
    ) -> StoryEvent | None:
        """Tell of a delivery or an answer. That somebody arrived is told by the world itself."""
        if assignment.arrived is not None:
            return None
        role = assignment.role.value
        if assignment.answer is not None:
            answer = assignment.answer.value
            return _event(
                now, "answered", assignment.responder, answer=answer, role=role, incident=incident
            )
        times = self.incidents.get(incident)
        if times is not None and times.warned is None:
            self.incidents[incident] = replace(times, warned=now)
        return _event(now, "notified", assignment.responder, role=role, incident=incident)


def _event(now: Instant, kind: str, subject: str, /, **details: Value) -> StoryEvent:
    return StoryEvent(at=now, kind=kind, subject=subject, details=details)
