"""A button that no hand presses like that: held for a minute, or pressed again and again.

It is one incident and one fault: while the fault stands its presses are counted, and nobody is
called again (D06). The fault ends by itself once the button is open and quiet.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.instant import Instant
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer
from twins.school import ButtonRules
from twins.state import ButtonMemory

KIND = "button-stuck"
QUIET = "button-quiet"
"""Timer: no press for as long as many presses would have been too many."""


def is_stuck(memory: ButtonMemory) -> bool:
    """Return whether the fault stands."""
    return memory.held or memory.resending


def closed(rules: ButtonRules, device: str, now: Instant) -> Iterator[Effect]:
    """Start to watch a contact that has closed."""
    yield SetTimer(rule=KIND, subject=device, due=now + rules.stuck_after)


def opened(memory: ButtonMemory, device: str) -> Iterator[Effect]:
    """Stop to watch it; a fault that was only its closed contact is over."""
    yield CancelTimer(rule=KIND, subject=device)
    if memory.held:
        memory.held = False
        if not memory.resending:
            yield ClearAlarm(kind=KIND, device=device)


def pressed(
    memory: ButtonMemory, rules: ButtonRules, device: str, now: Instant
) -> Iterator[Effect]:
    """Warn once the presses are too many, and wait for quiet."""
    recent = [at for at, _ in memory.recent if now - at <= rules.resend_within]
    if len(recent) > rules.resends and not memory.resending:
        memory.resending = True
        yield _fault(device, now)
    if memory.resending:
        yield SetTimer(rule=QUIET, subject=device, due=now + rules.resend_within)


def due(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Warn: the contact has been closed for too long."""
    context.state.buttons[device].held = True
    yield _fault(device, now)


def quiet(context: Context, device: str, now: Instant) -> Iterator[Effect]:  # noqa: ARG001  one signature for all rules
    """End the fault, unless the contact is still closed."""
    memory = context.state.buttons[device]
    memory.resending = False
    if not memory.held:
        yield ClearAlarm(kind=KIND, device=device)


def _fault(device: str, now: Instant) -> RaiseAlarm:
    return RaiseAlarm(
        kind=KIND, device=device, severity=Severity.WARNING, latching=False, sensed=now
    )
