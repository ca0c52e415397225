"""What is over but still asked for: closed incidents, reset alarms, commands. A fold of outputs."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from twins.alarm import Alarm, AlarmChanged, AlarmEvent, AlarmRaised, AlarmRepeated, AlarmState
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.incident import (
    AssignmentChanged,
    Incident,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentJoined,
    IncidentOpened,
)
from twins.instant import Instant
from twins.observation import Value
from twins.records import Input, Output, TimeAdvanced

KEPT = 200
"""Alarms and incidents remembered, open ones among them (assumed; older ones are in the log)."""

COMMANDS_KEPT = 10_000
"""Commands remembered with their idempotency keys (assumed; days of a school)."""

RECORDS = (
    "RequestCommand", "Command", "CommandEnded", "AlarmRaised", "AlarmRepeated", "AlarmChanged",
    "IncidentOpened", "IncidentJoined", "AssignmentChanged", "IncidentAcknowledged",
    "IncidentHandled",
)  # fmt: skip
"""Types of record that `History.book` takes something from."""

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRecord:
    """One command from request to end. `result` is None while it is under way."""

    id: str
    device: str
    action: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    requested_by: str
    reason: str
    requested: Instant
    not_after: Instant
    result: CommandResult | None = None
    result_reason: str = ""
    ended: Instant | None = None


class History:
    """Fed with every record in log order; bounded, the oldest go first."""

    def __init__(self) -> None:
        self.alarms: OrderedDict[str, Alarm] = OrderedDict()
        self.incidents: OrderedDict[str, Incident] = OrderedDict()
        self.commands: OrderedDict[str, CommandRecord] = OrderedDict()

    def book(self, now: Instant, record: Input | Output | TimeAdvanced) -> None:
        """Take one record of the batch at `now`."""
        match record:
            case AlarmRaised() | AlarmRepeated() | AlarmChanged():
                self._book_alarm(record)
            case RequestCommand() | Command():
                self._book_command(now, record)
            case CommandEnded():
                self._end_command(now, record)
            case IncidentOpened():
                _keep(self.incidents, record.incident.id, record.incident, KEPT)
            case (
                IncidentJoined() | AssignmentChanged() | IncidentAcknowledged() | IncidentHandled()
            ):
                self._book_incident(now, record)

    def _book_alarm(self, record: AlarmRaised | AlarmRepeated | AlarmChanged) -> None:
        if isinstance(record, AlarmRaised):
            _keep(self.alarms, record.alarm.id, record.alarm, KEPT)
            return
        alarm = self.alarms.get(record.alarm)
        if alarm is None:
            return
        if isinstance(record, AlarmRepeated):
            # Its cause is there again; the state change, if any, is told on its own.
            alarm = replace(alarm, count=record.count)
        else:
            alarm = replace(alarm, state=record.state)
            if record.event is AlarmEvent.ACKNOWLEDGE:
                alarm = replace(alarm, acknowledged_by=record.by)
            elif record.state is AlarmState.NORMAL:
                alarm = replace(alarm, reset_by=record.by, reset_reason=record.reason)
        self.alarms[alarm.id] = alarm

    def _book_command(self, now: Instant, record: RequestCommand | Command) -> None:
        if record.id in self.commands:
            return
        begun = CommandRecord(
            id=record.id,
            device=record.device,
            action=record.action,
            arguments=record.arguments,
            requested_by=record.requested_by,
            reason=record.reason,
            requested=now,
            not_after=record.not_after,
        )
        _keep(self.commands, record.id, begun, COMMANDS_KEPT)

    def _end_command(self, now: Instant, record: CommandEnded) -> None:
        command = self.commands.get(record.command)
        if command is None or command.result is not None:
            return
        self.commands[record.command] = replace(
            command, result=record.result, result_reason=record.reason, ended=now
        )

    def _book_incident(
        self,
        now: Instant,
        record: IncidentJoined | AssignmentChanged | IncidentAcknowledged | IncidentHandled,
    ) -> None:
        incident = self.incidents.get(record.incident)
        if incident is None:
            return
        match record:
            case IncidentJoined():
                incident = replace(incident, alarms=(*incident.alarms, record.alarm))
            case AssignmentChanged(assignment=assignment):
                told = {**incident.assignments, assignment.responder: assignment}
                warned = assignment.delivered if incident.warned is None else incident.warned
                incident = replace(incident, assignments=told, warned=warned)
            case IncidentAcknowledged():
                incident = replace(incident, acknowledged=now, acknowledged_by=record.by)
            case IncidentHandled():
                incident = replace(
                    incident, handled=now, handled_by=record.by, handled_reason=record.reason
                )
        self.incidents[incident.id] = incident


def _keep(kept: "OrderedDict[str, Kept]", key: str, value: Kept, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)
