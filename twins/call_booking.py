"""Keeping calls: the one place where a session changes, and what makes it fail by itself (R19)."""

from dataclasses import replace

from twins.call import CALL_TRANSITIONS, Call, CallChanged, CallEvent, CallState
from twins.command import CommandResult
from twins.context import Context
from twins.instant import Instant, in_seconds
from twins.observation import Quality

TIMER = "call-ring"
"""Timer: nobody has answered."""

COMMAND = "/offer"
"""What the command that makes an intercom ring adds to its call's id."""


def open_call(context: Context, device: str, peer: str, by: str, now: Instant) -> Call:
    """Open a session that rings, and tell of it."""
    school = context.school_of[device]
    call = Call(
        id=context.number(school.id, "call"),
        school=school.id,
        device=device,
        peer=peer,
        by=by,
        offered=now,
    )
    context.state.watch.calls[device] = call
    context.set_timer(TIMER, device, now + school.watch.links.ring)
    context.out.append(CallChanged(call=call))
    return call


def move_call(
    context: Context, call: Call, event: CallEvent, now: Instant, reason: str = ""
) -> bool:
    """Take a call through the table and tell; return False where the table refuses."""
    state = CALL_TRANSITIONS.get((call.state, event))
    if state is None:
        return False
    answered = now if state is CallState.ANSWERED else call.answered
    moved = replace(call, state=state, answered=answered, reason=reason)
    context.cancel_timer(TIMER, call.device)
    if moved.open:
        context.state.watch.calls[call.device] = moved
    else:
        moved = replace(moved, over=now)
        del context.state.watch.calls[call.device]
    context.out.append(CallChanged(call=moved))
    return True


def link_down(context: Context, device: str) -> str:
    """Return why a call on this intercom cannot come about, or nothing as far as we know."""
    properties = context.state.twins[device].properties
    online, line = properties.get("online"), properties.get("call")
    if online is not None and (online.quality is Quality.BAD or online.value is False):
        return "the intercom is offline"
    if line is not None and line.quality is Quality.BAD:
        return "the intercom does not answer"
    links = [one for one in context.school_of[device].devices if one.capability == "network-link"]
    if links and all(_is_down(context, one.id) for one in links):
        return "the network link is down"
    return ""


def fail_calls(context: Context, school: str, now: Instant) -> None:
    """Fail every call of a school whose link is down."""
    calls = context.state.watch.calls
    for call in [calls[one.id] for one in context.schools[school].devices if one.id in calls]:
        if reason := link_down(context, call.device):
            move_call(context, call, CallEvent.FAIL, now, reason)


def book_call_command(context: Context, command: str, result: CommandResult, reason: str) -> None:
    """Fail a call whose intercom could not be made to ring."""
    if result is CommandResult.CONFIRMED or not command.endswith(COMMAND):
        return
    call_id = command.removesuffix(COMMAND)
    for call in list(context.state.watch.calls.values()):
        if call.id == call_id and call.state is CallState.OFFERED:
            why = f"{result}: {reason}" if reason else str(result)
            move_call(context, call, CallEvent.FAIL, context.state.latest, why)


def due(context: Context, device: str, now: Instant) -> None:
    """Fail a call that nobody has answered."""
    call = context.state.watch.calls.get(device)
    if call is not None:
        limit = in_seconds(context.schools[call.school].watch.links.ring)
        move_call(context, call, CallEvent.TIME_UP, now, f"no answer within {limit:g} s")


def _is_down(context: Context, link: str) -> bool:
    """Return whether a link is down by the last word of what it tells; in doubt it is."""
    known = context.state.twins[link].properties
    said = [
        (one.source_time, one.value is not False and one.value != "none")
        for one in (known.get("up"), known.get("path"))
        if one is not None and one.quality is Quality.GOOD
    ]
    latest = max((at for at, _ in said), default=0)
    return any(not works for at, works in said if at == latest)
