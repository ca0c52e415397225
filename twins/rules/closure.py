"""Doors, gates, barriers, bollards (R26, R28, D02, D09): where they are, where they must be.

Four things are watched, each with its own limit: open outside its hours or held open, down in a
peak, closed but not locked, and switches that contradict each other or what was asked.
"""

from collections.abc import Generator, Iterator

from twins.alarm import Severity
from twins.closure import DoorState, contradiction, door_state, reported, shut
from twins.context import Context
from twins.instant import Duration, Instant
from twins.observation import PropertyChanged, Quality
from twins.premises import Closure
from twins.roster import stretch
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer
from twins.rules.interlock import judge as judge_interlocks

OPENED = "opened-outside-hours"
"""Observation at once (D09)."""
OUTSIDE = "open-outside-hours"
"""Warning after the limit (R26)."""
HELD = "held-open"
"""The same for a door that has no hours: it is propped."""
UNSECURED = "unsecured-in-peak"
NOT_LOCKED = "closed-not-locked"
MISMATCH = "position-mismatch"
KINDS = (OPENED, OUTSIDE, HELD, UNSECURED, NOT_LOCKED, MISMATCH)

OPENING_TIMER = "closure-opening"
PEAK_TIMER = "closure-peak"
LOCK_TIMER = "closure-lock"
POSITION_TIMER = "closure-position"


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Judge all four again; a switch that cannot be trusted changes nothing."""
    if event.quality is not Quality.GOOD:
        return
    device = event.device
    yield from position(context, device, now)
    yield from judge_interlocks(context, device, now)
    if context.school_of[device].premises.closure_of(device) is not None:
        yield from opening(context, device, now)
        yield from peak(context, device, now)
        yield from locking(context, device, now)


def opening(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Judge whether it stands open when or for longer than it may."""
    closure = _closure(context, device)
    is_shut = shut(context, device)
    if is_shut is None:
        return
    inside, until = stretch(closure.open, context.school_of[device].zone, now)
    kind = OUTSIDE if closure.open else HELD
    if is_shut or inside:
        context.state.gate.since.pop(f"{kind}|{device}", None)
        yield ClearAlarm(kind=OPENED, device=device)
        yield ClearAlarm(kind=kind, device=device)
        if is_shut or until is None:
            yield CancelTimer(rule=OPENING_TIMER, subject=device)
        else:
            yield SetTimer(rule=OPENING_TIMER, subject=device, due=until)
        return
    if closure.open:
        yield from _raise(context, OPENED, device, now, Severity.OBSERVATION)
    passed = yield from _limited(context, kind, device, now, closure.open_limit)
    ends = [one for one in (passed, until) if one is not None]
    if ends:
        yield SetTimer(rule=OPENING_TIMER, subject=device, due=min(ends))


def peak(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Judge whether it is down or open while pupils stand behind it."""
    closure = _closure(context, device)
    is_shut = shut(context, device)
    if is_shut is None or not closure.secured:
        return
    inside, until = stretch(closure.secured, context.school_of[device].zone, now)
    if inside and not is_shut:
        yield from _raise(context, UNSECURED, device, now, Severity.WARNING)
    else:
        yield ClearAlarm(kind=UNSECURED, device=device)
    if is_shut or until is None:
        yield CancelTimer(rule=PEAK_TIMER, subject=device)
    else:
        yield SetTimer(rule=PEAK_TIMER, subject=device, due=until)


def locking(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Judge whether a door is shut but can be pulled open, outside its hours."""
    if context.devices[device].capability != "door":
        return
    closure = _closure(context, device)
    state = door_state(
        closed=reported(context, device, "closed"), locked=reported(context, device, "locked")
    )
    inside, until = stretch(closure.open, context.school_of[device].zone, now)
    ends = []
    if state is DoorState.CLOSED_NOT_LOCKED and not inside:
        ends.append((yield from _limited(context, NOT_LOCKED, device, now, closure.lock_limit)))
    elif state is not DoorState.UNKNOWN:
        context.state.gate.since.pop(f"{NOT_LOCKED}|{device}", None)
        yield ClearAlarm(kind=NOT_LOCKED, device=device)
    if state is DoorState.CLOSED_NOT_LOCKED:
        ends.append(until)
    due = [one for one in ends if one is not None]
    if due:
        yield SetTimer(rule=LOCK_TIMER, subject=device, due=min(due))
    else:
        yield CancelTimer(rule=LOCK_TIMER, subject=device)


def position(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Judge whether its switches contradict each other, what it says or what it was told."""
    if contradiction(context, device):
        due = yield from _limited(
            context, MISMATCH, device, now, _closure(context, device).travel_limit
        )
        if due is not None:
            yield SetTimer(rule=POSITION_TIMER, subject=device, due=due)
    else:
        context.state.gate.since.pop(f"{MISMATCH}|{device}", None)
        yield CancelTimer(rule=POSITION_TIMER, subject=device)
        yield ClearAlarm(kind=MISMATCH, device=device)


def _limited(
    context: Context, kind: str, device: str, now: Instant, limit: Duration
) -> Generator[Effect, None, Instant | None]:
    """Warn once something has been so for its limit; return when that will be, or None."""
    since = context.state.gate.since.setdefault(f"{kind}|{device}", now)
    if now - since < limit:
        return since + limit
    yield from _raise(context, kind, device, since, Severity.WARNING)
    return None


def _raise(
    context: Context, kind: str, device: str, sensed: Instant, severity: Severity
) -> Iterator[Effect]:
    if f"{kind}|{device}" not in context.state.standing:
        yield RaiseAlarm(kind=kind, device=device, severity=severity, latching=False, sensed=sensed)


def _closure(context: Context, device: str) -> Closure:
    return context.school_of[device].premises.closure_of(device) or Closure(device=device)
