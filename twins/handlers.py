"""Which input is handled where. A new input is a line here and in `records.py`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from twins.alarm import AcknowledgeAlarm, ResetAlarm
from twins.alarming import acknowledge_alarm, reset_alarm
from twins.command import CommandEnded, RequestCommand
from twins.commanding import book_end, request_command
from twins.context import Context
from twins.dispatch import book_answer, book_delivery, handle_incident
from twins.incident import HandleIncident, NotificationDelivered, RecipientAnswered
from twins.instant import Instant

Handler: TypeAlias = Callable[[Context, Any, Instant], None]
"""Books one input: writes the state and appends outputs."""

HANDLERS: Mapping[type, Handler] = {
    RequestCommand: request_command,
    CommandEnded: book_end,
    AcknowledgeAlarm: acknowledge_alarm,
    ResetAlarm: reset_alarm,
    NotificationDelivered: book_delivery,
    RecipientAnswered: book_answer,
    HandleIncident: handle_incident,
}
"""Input type → handler: every type of `records.Input` but `Observation`, which the engine takes."""
