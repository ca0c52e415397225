"""What is over but still asked for: closed incidents, reset alarms, commands. A fold of outputs."""

from collections import OrderedDict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from gateway.store import Store
from twins.alarm import Alarm, AlarmChanged, AlarmEvent, AlarmRaised, AlarmRepeated, AlarmState
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.incident import (
    AssignmentChanged,
    Incident,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentJoined,
    IncidentOpened,
    PlaceAdded,
)
from twins.instant import Instant
from twins.observation import Value
from twins.records import Input, Output, TimeAdvanced

KEPT = 200
"""Alarms and incidents remembered, open ones among them (assumed; older ones are in the log)."""

COMMANDS_KEPT = 10_000
"""Commands remembered with their idempotency keys (assumed; days of a school)."""

CASE_RECORDS = (
    "AlarmRaised", "AlarmRepeated", "AlarmChanged", "IncidentOpened", "IncidentJoined",
    "PlaceAdded", "AssignmentChanged", "IncidentAcknowledged", "IncidentHandled",
)  # fmt: skip
"""Types of record that alarms and incidents are made of."""

CASE_RECORDS_READ = 10_000
"""Of those, how many a restart reads back (assumed: 25 for each alarm and incident kept)."""

COMMAND_RECORDS = ("RequestCommand", "Command", "CommandEnded")
"""Types of record that commands are made of; they are read back by a limit of their own, so that
many alarms push no idempotency key out."""

RECORDS_PER_COMMAND = 4
"""The request, the command, and its end twice: as input from the driver and as booked."""

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
                IncidentJoined()
                | PlaceAdded()
                | AssignmentChanged()
                | IncidentAcknowledged()
                | IncidentHandled()
            ):
                self._book_incident(now, record)

    def end_unknown(self, under_way: Container[str]) -> None:
        """End every command that is neither under way nor has its end in the log."""
        for key, record in self.commands.items():
            if record.result is None and key not in under_way:
                self.commands[key] = replace(
                    record,
                    result=CommandResult.UNKNOWN,
                    result_reason="its end is not in the log",
                )

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
        record: IncidentJoined
        | PlaceAdded
        | AssignmentChanged
        | IncidentAcknowledged
        | IncidentHandled,
    ) -> None:
        incident = self.incidents.get(record.incident)
        if incident is None:
            return
        match record:
            case IncidentJoined():
                incident = replace(incident, alarms=(*incident.alarms, record.alarm))
            case PlaceAdded(place=place):
                incident = replace(incident, other_places=(*incident.other_places, place))
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


async def read_back(store: Store, under_way: Container[str]) -> History:
    """Return the history as the log tells it; `under_way` are the commands without an end yet."""
    history = History()
    for now, record in await store.recent(CASE_RECORDS, CASE_RECORDS_READ):
        history.book(now, record)
    most = COMMANDS_KEPT * RECORDS_PER_COMMAND
    for now, record in await store.recent(COMMAND_RECORDS, most):
        history.book(now, record)
    history.end_unknown(under_way)
    return history


def _keep(kept: "OrderedDict[str, Kept]", key: str, value: Kept, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)
