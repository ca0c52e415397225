"""門衛室值班台: a console that is lost is a fault as grave as an alarm, at once (D10).

Nobody is dispatched, but the station and the head are told: the guards may not see anything any
more, or not want to. The fault latches, so plugging the console in again does not hide it.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer
from twins.warning import STATION_AND_HEAD, Cause, keep_until, warn

KIND = "console-lost"
HEARTBEAT = "console-heartbeat"
"""Timer: the heartbeat has stopped."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Judge whether the console is there."""
    device = event.device
    stalled = context.state.watch.stalled
    if event.property == "heartbeat" and event.quality is Quality.GOOD:
        if device in stalled:
            stalled.remove(device)
        limit = context.school_of[device].watch.links.heartbeat
        yield SetTimer(rule=HEARTBEAT, subject=device, due=now + limit)
    if _is_there(context, device):
        yield ClearAlarm(kind=KIND, device=device)
    elif event.quality is Quality.BAD or (event.property == "online" and event.value is False):
        yield CancelTimer(rule=HEARTBEAT, subject=device)
        yield from _lost(context, device, event.source_time, now)


def due(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Warn: there was no heartbeat for too long, whatever else the console says."""
    if device not in context.state.watch.stalled:
        context.state.watch.stalled.append(device)
    yield from _lost(context, device, now, now)


def _lost(context: Context, device: str, sensed: Instant, now: Instant) -> Iterator[Effect]:
    standing = context.state.alarms.get(context.state.standing.get(f"{KIND}|{device}", ""))
    if standing is not None and standing.active:
        return
    yield RaiseAlarm(
        kind=KIND,
        device=device,
        severity=Severity.ALARM,
        latching=True,
        sensed=sensed,
        dispatched=False,
    )
    school = context.school_of[device]
    record = context.number(school.id, "warning")
    yield keep_until(record, now, school.watch.events.retention)
    cause = Cause(id=record, kind=KIND, device=device, sensed=sensed)
    yield from warn(context, cause, STATION_AND_HEAD, now)


def _is_there(context: Context, device: str) -> bool:
    properties = context.state.twins[device].properties
    trusted = all(one.quality is not Quality.BAD for one in properties.values())
    online = properties.get("online")
    said_off = online is not None and online.value is False
    return trusted and not said_off and device not in context.state.watch.stalled
