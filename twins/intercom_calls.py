"""What people do with an intercom: offer a call, answer it, hang up (R19)."""

from twins.alarm import InputRefused
from twins.call import AnswerCall, Call, CallEvent, EndCall, OfferCall
from twins.call_booking import COMMAND, link_down, move_call, open_call
from twins.command import RequestCommand
from twins.commanding import request_in_turn
from twins.context import Context
from twins.instant import Instant, seconds

CAPABILITY = "intercom"

NOT_AFTER = seconds(3)
"""Longest time until the intercom has to ring (ours)."""


def offer_call(context: Context, request: OfferCall, now: Instant) -> None:
    """Open a session and make the intercom ring; without a link the session fails at once."""
    reason = _objection(context, request)
    if reason:
        context.out.append(InputRefused(subject=request.device, reason=reason))
        return
    call = open_call(context, request.device, request.peer, request.by, now)
    down = link_down(context, request.device)
    if down:
        move_call(context, call, CallEvent.FAIL, now, down)
    else:
        ring = _command(call, "call", f"{call.id}{COMMAND}", request.by, now)
        request_in_turn(context, ring, now)


def answer_call(context: Context, request: AnswerCall, now: Instant) -> None:
    """Book that the other side took the call."""
    call = _open(context, request.call, request.by)
    if call is not None and not move_call(context, call, CallEvent.ANSWER, now):
        context.out.append(InputRefused(subject=call.id, reason=f"the call is {call.state}"))


def end_call(context: Context, request: EndCall, now: Instant) -> None:
    """End a call and make the intercom hang up."""
    call = _open(context, request.call, request.by)
    if call is not None:
        move_call(context, call, CallEvent.HANG_UP, now)
        hang_up = _command(call, "hang-up", f"{call.id}/hang-up", request.by, now)
        request_in_turn(context, hang_up, now)


def _objection(context: Context, request: OfferCall) -> str:
    device = context.devices.get(request.device)
    if device is None or device.capability != CAPABILITY:
        return "there is no such intercom"
    if not (request.by.strip() and request.peer.strip()):
        return "a call needs who calls and whom"
    busy = context.state.watch.calls.get(request.device)
    return f"it is busy with {busy.id}" if busy else ""


def _open(context: Context, call_id: str, by: str) -> Call | None:
    call = next((one for one in context.state.watch.calls.values() if one.id == call_id), None)
    if call is None:
        context.out.append(InputRefused(subject=call_id, reason="no such call is going on"))
    elif not by.strip():
        context.out.append(InputRefused(subject=call_id, reason="a name is needed"))
    else:
        return call
    return None


def _command(call: Call, action: str, key: str, by: str, now: Instant) -> RequestCommand:
    return RequestCommand(
        id=key,
        device=call.device,
        action=action,
        requested_by=by,
        reason=f"{call.id} with {call.peer}",
        not_after=now + NOT_AFTER,
    )
