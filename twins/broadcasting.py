"""Who may broadcast, and telling how it came out within the read-back limit (R09, D10)."""

from dataclasses import replace

from twins.broadcast import BroadcastReported, Speech, SpeechOutcome
from twins.command import PLAN, CommandResult, RequestCommand
from twins.context import Context
from twins.instant import Instant, in_seconds
from twins.rules.guard_console import KIND as CONSOLE_LOST

TIMER = "broadcast"
"""Timer: a loudspeaker has not been read back in time."""


def broadcast_guard(context: Context, request: RequestCommand, now: Instant) -> str:
    """Refuse who may not speak; book who speaks, refused or not."""
    limit = context.school_of[request.device].watch.broadcast.read_back
    context.state.watch.speeches[request.id] = Speech(
        command=request.id,
        device=request.device,
        action=request.action,
        post=request.post,
        by=request.requested_by,
        text=str(request.arguments.get("text", "")),
        clip=str(request.arguments.get("clip", "")),
        incident=request.incident,
        asked=now,
    )
    context.set_timer(TIMER, request.id, now + limit)
    return _objection(context, request)


def book_broadcast_end(context: Context, command: str, result: CommandResult, reason: str) -> None:
    """Tell how a broadcast came out; one that was told as failed is told again only if it was."""
    speech = context.state.watch.speeches.pop(command, None)
    if speech is None:
        return
    context.cancel_timer(TIMER, command)
    if result is CommandResult.CONFIRMED:
        _report(context, speech, SpeechOutcome.ACKNOWLEDGED, "late" if speech.failed else "")
    elif result is CommandResult.REFUSED:
        _report(context, speech, SpeechOutcome.REFUSED, reason)
    elif not speech.failed:
        _report(context, speech, SpeechOutcome.FAILED, reason)


def due(context: Context, command: str, _now: Instant) -> None:
    """Tell that nothing proves that a broadcast was heard."""
    speech = context.state.watch.speeches.get(command)
    if speech is None:
        return
    limit = context.school_of[speech.device].watch.broadcast.read_back
    reason = f"no read-back within {in_seconds(limit):g} s"
    context.state.watch.speeches[command] = replace(speech, failed=True)
    _report(context, speech, SpeechOutcome.FAILED, reason)


def _objection(context: Context, request: RequestCommand) -> str:
    posts = context.school_of[request.device].watch.broadcast.posts
    if posts is None or request.requested_by == PLAN:
        return ""
    post = next((one for one in posts if one.id == request.post), None)
    if post is None:
        return f"{request.post or 'an unnamed post'} may not broadcast"
    if post.console and f"{CONSOLE_LOST}|{post.console}" in context.state.standing:
        return f"{post.id} may not broadcast: {post.console} was lost and is not reset"
    return ""


def _report(context: Context, speech: Speech, outcome: SpeechOutcome, reason: str) -> None:
    reported = BroadcastReported(
        speech=speech, outcome=outcome, at=context.state.latest, reason=reason
    )
    context.out.append(reported)
