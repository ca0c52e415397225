"""離崗預警 (R08): a post is empty for longer than its roster allows; closes itself on return."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.roster import absence_due
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer
from twins.school import Post, School

KIND = "guard-off-post"
END = "guard-off-post-end"
"""Timer: the duty is over, so nobody is missed any more."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Start to count when the post is left, stop when somebody is back.

    A sensor that is lost changes nothing: who was away stays away, who was there is not accused.
    """
    if event.quality is not Quality.GOOD:
        return
    if event.value is True:
        context.state.away.pop(event.device, None)
        yield CancelTimer(rule=KIND, subject=event.device)
        yield CancelTimer(rule=END, subject=event.device)
        yield ClearAlarm(kind=KIND, device=event.device)
    elif event.device not in context.state.away:
        context.state.away[event.device] = now
        yield from _watch(context, event.device, now)


def due(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Warn: the absence has become too long."""
    yield RaiseAlarm(
        kind=KIND,
        device=device,
        severity=Severity.WARNING,
        latching=False,
        sensed=context.state.away[device],
    )
    found = post_of(context, device)
    if found is not None:
        school, post = found
        held = absence_due(post, school.zone, context.state.away[device])
        if held is not None:
            yield SetTimer(rule=END, subject=device, due=max(held[1], now))


def ended(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Close the warning at the end of the duty and count again from the next one."""
    yield ClearAlarm(kind=KIND, device=device)
    context.state.away[device] = now
    yield from _watch(context, device, now)


def _watch(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    found = post_of(context, device)
    if found is None:
        return
    school, post = found
    held = absence_due(post, school.zone, context.state.away[device])
    if held is not None:
        yield SetTimer(rule=KIND, subject=device, due=max(held[0], now))


def post_of(context: Context, device: str) -> tuple[School, Post] | None:
    """Return the post that a device watches, and its school."""
    school = context.school_of[device]
    for post in school.posts:
        if post.presence == device:
            return school, post
    return None
