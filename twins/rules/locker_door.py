"""存储柜 (R04): each door opens and closes; one that stays open for too long is a warning."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.capability import numbered, span
from twins.context import Context
from twins.instant import Instant
from twins.locker import LockerChanged
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer, Tell

KIND = "locker-left-open"
BAG = "bag-left"
OVERDUE = "locker-overdue"
KINDS = (KIND, BAG, OVERDUE)
DOOR = "door{n:02}.closed"
DOORS = {numbered(DOOR, number): number for number in span("1..48")}
"""Property → door number."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Say that a door opened or closed, and count how long it is open."""
    if event.quality is not Quality.GOOD:
        return
    subject = f"{event.device}#{event.property}"
    closed = event.value is True
    if event.previous is not None and event.previous is not event.value:
        yield Tell(output=_said(context, event.device, event.property, _word(closed=closed)))
    if closed:
        yield CancelTimer(rule=KIND, subject=subject)
        yield from _shut(context, event.device, event.property)
    elif f"{KIND}|{subject}" not in context.state.timers:
        limit = context.school_of[event.device].premises.lockers.open_limit
        yield SetTimer(rule=KIND, subject=subject, due=now + limit)


def due(context: Context, subject: str, now: Instant) -> Iterator[Effect]:
    """Warn: a door has been open for too long."""
    device, _, name = subject.rpartition("#")
    open_doors = context.state.gate.left_open.setdefault(device, [])
    if name in open_doors:
        return
    open_doors.append(name)
    yield Tell(output=_said(context, device, name, "left open"))
    yield RaiseAlarm(
        kind=KIND, device=device, severity=Severity.WARNING, latching=False, sensed=now
    )


def _shut(context: Context, device: str, name: str) -> Iterator[Effect]:
    open_doors = context.state.gate.left_open.get(device, [])
    if name in open_doors:
        open_doors.remove(name)
        if not open_doors:
            del context.state.gate.left_open[device]
            yield ClearAlarm(kind=KIND, device=device)


def _word(*, closed: bool) -> str:
    return "closed" if closed else "opened"


def _said(context: Context, device: str, name: str, what: str) -> LockerChanged:
    door = DOORS[name]
    use = context.state.gate.lockers.get(device, {}).get(door)
    return LockerChanged(device=device, door=door, what=what, visit=use.visit if use else "")
