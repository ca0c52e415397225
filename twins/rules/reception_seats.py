"""會客室 (R05): more persons than seats."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm

KIND = "reception-room-full"


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:  # noqa: ARG001  one signature for all rules
    """Note while more seats are taken than the room has."""
    if event.quality is not Quality.GOOD:
        return
    rooms = context.school_of[event.device].premises.reception_rooms
    room = next((one for one in rooms if one.device == event.device), None)
    if room is None:
        return
    full = int(event.value or 0) > room.seats
    if full and f"{KIND}|{event.device}" not in context.state.standing:
        yield RaiseAlarm(
            kind=KIND,
            device=event.device,
            severity=Severity.OBSERVATION,
            latching=False,
            sensed=event.source_time,
        )
    elif not full:
        yield ClearAlarm(kind=KIND, device=event.device)
