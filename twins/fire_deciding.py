"""What a person decides about a held fire signal (D10)."""

from twins.alarm import InputRefused
from twins.carrying_out import carry_out
from twins.context import Context
from twins.fire_signal import KIND, TIMER, DecideFireSignal, FireHold
from twins.instant import Instant
from twins.rules.effects import CallHelp, CancelTimer, IssueHeldPlans
from twins.rules.fire_alarm import settled


def decide_fire_signal(context: Context, request: DecideFireSignal, now: Instant) -> None:
    """Get people out, or not. Who decided against it may still decide for it."""
    hold = context.state.watch.fire.get(request.device)
    reason = _objection(hold, request)
    if hold is None or reason:
        context.out.append(InputRefused(subject=request.device, reason=reason))
        return
    hold.evacuate = request.evacuate
    decided = settled(
        context,
        request.device,
        evacuate=request.evacuate,
        by=request.by,
        reason=request.reason,
    )
    quiet = CancelTimer(rule=TIMER, subject=request.device)
    carry_out(context, (decided, quiet), now)
    if request.evacuate:
        # Where its case was closed meanwhile, this opens another one.
        again = CallHelp(kind=KIND, device=request.device)
        carry_out(context, (again, IssueHeldPlans(device=request.device)), now)


def _objection(hold: FireHold | None, request: DecideFireSignal) -> str:
    if hold is None:
        return "no fire signal is held there"
    if hold.evacuate is not None and hold.evacuate >= request.evacuate:
        return "it is decided"
    if not (request.by.strip() and request.reason.strip()):
        return "a decision needs a name and a reason"
    return ""
