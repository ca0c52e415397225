"""What is over but still asked for: closed incidents, reset alarms, ended calls, commands.

Rules for this file: nothing is worked out here that the engine knows. What stands is the engine's;
what ends, it hands over whole, and what was told of a case meanwhile is kept as it was told.
"""

from collections import OrderedDict, deque
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from gateway.outputs import OUTPUTS, is_output, subject_of
from gateway.store import Store
from twins.alarm import Alarm, AlarmChanged
from twins.call import Call, CallChanged
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.duty import CheckInMissed, PatrolMissed
from twins.incident import Incident, IncidentHandled
from twins.instant import Instant
from twins.observation import Value
from twins.records import Input, Output, TimeAdvanced

KEPT = 200
"""Ended alarms, incidents and calls remembered (assumed; older ones are in the log)."""

TOLD_KEPT = 300
"""Records remembered of one incident or warning (assumed; D01 has some sixty)."""

CASES_TOLD = 400
"""Incidents and warnings of which records are remembered (assumed)."""

MISSED_KEPT = 50
"""Missed patrols and check-ins remembered (assumed: a week of a school)."""

COMMANDS_KEPT = 10_000
"""Commands remembered with their idempotency keys (assumed; days of a school)."""

CASE_RECORDS = (
    *(kind.__name__ for kind, sort in OUTPUTS.items() if sort.subject),
    AlarmChanged.__name__, CallChanged.__name__, PatrolMissed.__name__, CheckInMissed.__name__,
)  # fmt: skip
"""Types of record that a restart reads back for all this but the commands."""

CASE_RECORDS_READ = 10_000
"""Of those, how many a restart reads back (assumed: 50 for each alarm and incident kept)."""

COMMAND_RECORDS = tuple(kind.__name__ for kind in (RequestCommand, Command, CommandEnded))
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
        """Those that have been reset, or went by themselves."""
        self.incidents: OrderedDict[str, Incident] = OrderedDict()
        """Those that are closed."""
        self.calls: OrderedDict[str, Call] = OrderedDict()
        """Those that are over."""
        self.commands: OrderedDict[str, CommandRecord] = OrderedDict()
        self.told: OrderedDict[str, deque[tuple[Instant, Output]]] = OrderedDict()
        """Incident or warning → what was told of it, with its instant."""
        self.missed: deque[tuple[Instant, PatrolMissed | CheckInMissed]] = deque(maxlen=MISSED_KEPT)

    def book(self, now: Instant, record: Input | Output | TimeAdvanced) -> None:
        """Take one record of the batch at `now`."""
        match record:
            case AlarmChanged(ended=Alarm() as alarm):
                _keep(self.alarms, alarm.id, alarm, KEPT)
            case IncidentHandled():
                _keep(self.incidents, record.incident, record.case, KEPT)
            case CallChanged(call=call) if not call.open:
                _keep(self.calls, call.id, call, KEPT)
            case RequestCommand() | Command():
                self._book_command(now, record)
            case CommandEnded():
                self._end_command(now, record)
            case PatrolMissed() | CheckInMissed():
                self.missed.append((now, record))
            case _:
                pass
        if is_output(record):
            self._tell(now, record)

    def end_unknown(self, under_way: Container[str]) -> None:
        """End every command that is neither under way nor has its end in the log."""
        for key, record in self.commands.items():
            if record.result is None and key not in under_way:
                self.commands[key] = replace(
                    record,
                    result=CommandResult.UNKNOWN,
                    result_reason="its end is not in the log",
                )

    def _tell(self, now: Instant, record: Output) -> None:
        subject = subject_of(record)
        if not subject:
            return
        if subject not in self.told:
            _keep(self.told, subject, deque(maxlen=TOLD_KEPT), CASES_TOLD)
        self.told[subject].append((now, record))

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
