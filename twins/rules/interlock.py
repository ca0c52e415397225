"""Interlocks: of a sluice's gates only one may be open; refused when asked, seen when it is so."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.closure import OPENING, shut
from twins.command import RequestCommand
from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.premises import Interlock
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm

KIND = "interlock-broken"


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Judge the interlocks of a lane whose lock changed."""
    if event.quality is Quality.GOOD:
        yield from judge(context, event.device, now)


def judge(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Warn while more devices of an interlock are open than may be."""
    for interlock in _interlocks(context, device):
        open_now = [one for one in interlock.devices if shut(context, one) is False]
        first = interlock.devices[0]
        if len(open_now) <= interlock.most_open:
            yield ClearAlarm(kind=KIND, device=first)
        elif f"{KIND}|{first}" not in context.state.standing:
            yield RaiseAlarm(
                kind=KIND, device=first, severity=Severity.WARNING, latching=False, sensed=now
            )


def interlock_guard(context: Context, request: RequestCommand, _now: Instant) -> str:
    """Refuse to open while the others leave no room; what is not known counts as open."""
    for interlock in _interlocks(context, request.device):
        others = [one for one in interlock.devices if one != request.device]
        may_be_open = [one for one in others if _may_be_open(context, one)]
        if len(may_be_open) >= interlock.most_open:
            return f"{interlock.id}: {may_be_open[0]} is open, opening or not known"
    return ""


def _may_be_open(context: Context, device: str) -> bool:
    known = context.devices.get(device)
    opening = OPENING[known.capability] if known is not None else ""
    asked = any(
        context.state.commands[one].action == opening for one in context.under_way.of(device)
    )
    return asked or shut(context, device) is not True


def _interlocks(context: Context, device: str) -> Iterator[Interlock]:
    for interlock in context.school_of[device].premises.interlocks:
        if device in interlock.devices:
            yield interlock
