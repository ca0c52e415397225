"""Carrying out what rules ask for: the one place where an effect becomes state and output."""

from collections.abc import Iterable

from twins.alarming import clear_alarm, raise_alarm
from twins.calling import call_for
from twins.commanding import issue_held_plans
from twins.context import Context
from twins.instant import Instant
from twins.rules.effects import (
    CallHelp,
    CancelTimer,
    ClearAlarm,
    Effect,
    IssueHeldPlans,
    RaiseAlarm,
    SetTimer,
    Tell,
)


def carry_out(context: Context, effects: Iterable[Effect], now: Instant) -> None:
    """Carry out effects in their order; a later one sees what an earlier one did."""
    for effect in effects:
        match effect:
            case RaiseAlarm():
                raise_alarm(context, effect, now)
            case CallHelp():
                alarm = context.state.standing[f"{effect.kind}|{effect.device}"]
                call_for(context, context.state.alarms[alarm], now)
            case IssueHeldPlans():
                issue_held_plans(context, context.school_of[effect.device], now)
            case ClearAlarm():
                clear_alarm(context, effect)
            case SetTimer():
                context.set_timer(effect.rule, effect.subject, effect.due)
            case CancelTimer():
                context.cancel_timer(effect.rule, effect.subject)
            case Tell():
                context.out.append(effect.output)
