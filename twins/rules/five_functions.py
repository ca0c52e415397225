"""五项功能 (R06): says when a function of a school works and when it is lost."""

from collections.abc import Iterator, Mapping

from twins.composite import (
    FUNCTION_NEEDS,
    Function,
    FunctionEffective,
    FunctionLost,
    function_status,
)
from twins.context import Context
from twins.instant import Instant, seconds
from twins.observation import Observation
from twins.rules.effects import CancelTimer, Effect, SetTimer, Tell

TIMER = "function-lost"

HOLD = seconds(30)
"""How long a function must fail before it is called lost: one missed poll is no loss (ours). With
the 10 s after which the values of a silent device are bad, a loss is told within 60 s (R06)."""


def _served() -> dict[tuple[str, str], dict[Function, bool]]:
    found: dict[tuple[str, str], dict[Function, bool]] = {}
    for function, needs in FUNCTION_NEEDS.items():
        for capability, points in needs.items():
            for point in points:
                reads = point.wanted is not None
                found.setdefault((capability, point.property), {})[function] = reads
    return found


SERVED: Mapping[tuple[str, str], Mapping[Function, bool]] = _served()
"""(capability, property) → the functions that live on it, and whether its value matters to them."""


def observed(
    context: Context, before: Observation | None, after: Observation, now: Instant
) -> Iterator[Effect]:
    """Judge the functions that live on this point, where the change can matter to them.

    A button that goes down and a guard who walks away are no loss: the point still tells the truth.
    A function is lost only after it was said to work; until then nobody has relied on it.
    """
    trusted_anew = before is None or before.quality is not after.quality
    capability = context.devices[after.device].capability
    for function, reads in SERVED.get((capability, after.property), {}).items():
        if trusted_anew or reads:
            yield from _judge(context, context.school_of[after.device].id, function, now)


def due(context: Context, subject: str, _now: Instant) -> Iterator[Effect]:
    """Say that a function is lost: it has failed for long enough."""
    school, _, name = subject.partition("|")
    if school not in context.schools:
        return  # a snapshot may be older than the schools
    status = function_status(context.schools[school], context.state, Function(name))
    if not status.effective:
        context.state.functions[subject] = False
        lost = FunctionLost(school=school, function=status.function, lacks=status.lacks)
        yield Tell(output=lost)


def _judge(context: Context, school: str, function: Function, now: Instant) -> Iterator[Effect]:
    key = f"{school}|{function}"
    told = context.state.functions.get(key)
    if function_status(context.schools[school], context.state, function).effective:
        yield CancelTimer(rule=TIMER, subject=key)
        if not told:
            context.state.functions[key] = True
            yield Tell(output=FunctionEffective(school=school, function=function))
    elif told and f"{TIMER}|{key}" not in context.state.timers:
        yield SetTimer(rule=TIMER, subject=key, due=now + HOLD)
