"""通信鏈路 (D07): a lost path must be replaced in time; what hung on it fails visibly."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.call_booking import fail_calls
from twins.context import Context
from twins.instant import Instant
from twins.network_path import PathMemory, PathSwitched
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer, Tell

NOT_SWITCHED = "path-not-switched"
LOST = "path-lost"
SECOND = "second-path"
KINDS = (NOT_SWITCHED, LOST, SECOND)
TIMER = "path-switch"
"""Timer: the link is down for longer than a switch may take."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Follow the link and its path."""
    if event.quality is not Quality.GOOD:
        return
    memory = context.state.watch.paths.setdefault(event.device, PathMemory())
    if event.property == "up":
        yield from _up(context, memory, event, now)
    else:
        yield from _path(context, memory, event)
    fail_calls(context, context.school_of[event.device].id, now)


def due(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Warn: no other path has come up in time."""
    down_since = context.state.watch.paths[device].down_since
    yield _alarm(NOT_SWITCHED, device, Severity.WARNING, now if down_since is None else down_since)


def _up(
    context: Context, memory: PathMemory, event: PropertyChanged, now: Instant
) -> Iterator[Effect]:
    device = event.device
    if event.value is True:
        memory.up_since = event.source_time
        yield CancelTimer(rule=TIMER, subject=device)
        yield ClearAlarm(kind=NOT_SWITCHED, device=device)
    elif memory.down_since is None or memory.up_since is not None:
        memory.down_since, memory.up_since = event.source_time, None
        limit = context.school_of[device].watch.links.path_switch
        yield SetTimer(rule=TIMER, subject=device, due=now + limit)


def _path(context: Context, memory: PathMemory, event: PropertyChanged) -> Iterator[Effect]:
    device, path = event.device, str(event.value)
    previous, memory.path = memory.path, path
    if path == previous:
        return
    if path == "none":
        yield _alarm(LOST, device, Severity.WARNING, event.source_time)
        return
    yield ClearAlarm(kind=LOST, device=device)
    if path == "secondary":
        yield _alarm(SECOND, device, Severity.OBSERVATION, event.source_time)
    else:
        yield ClearAlarm(kind=SECOND, device=device)
    if not previous:
        return  # first seen: nothing was switched
    yield CancelTimer(rule=TIMER, subject=device)
    yield ClearAlarm(kind=NOT_SWITCHED, device=device)
    limit = context.school_of[device].watch.links.path_switch
    began = memory.down_since
    back = memory.up_since is not None and event.source_time - memory.up_since > limit
    took = 0 if began is None or back else max(event.source_time - began, 0)
    yield Tell(
        output=PathSwitched(
            device=device,
            previous=previous,
            path=path,
            at=event.source_time,
            took=took,
            in_time=took <= limit,
        )
    )


def _alarm(kind: str, device: str, severity: Severity, sensed: Instant) -> RaiseAlarm:
    return RaiseAlarm(kind=kind, device=device, severity=severity, latching=False, sensed=sensed)
