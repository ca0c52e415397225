"""定點值守 (R43): nobody checks in at a fixed post for too long; the next check-in closes it."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.duty import CheckInMissed
from twins.instant import Instant
from twins.roster import silence_due
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer, Tell
from twins.school import Post, School

KIND = "post-not-checked-in"
END = "post-not-checked-in-end"
"""Timer: the duty is over, so nobody is owed a check-in any more."""


def watch(context: Context, school: School, post: Post, since: Instant) -> Iterator[Effect]:
    """Count the silence of a fixed post from `since`; breaks and off-duty hours do not count."""
    if post.check_in is None:
        return
    context.state.duty.checked[post.id] = since
    held = silence_due(post, school.zone, since)
    if held is not None:
        yield SetTimer(rule=KIND, subject=post.id, due=held[0])


def heard(context: Context, school: School, post: Post, now: Instant) -> Iterator[Effect]:
    """Close the warning: somebody has checked in."""
    yield CancelTimer(rule=KIND, subject=post.id)
    yield CancelTimer(rule=END, subject=post.id)
    yield ClearAlarm(kind=KIND, device=post.presence)
    yield from watch(context, school, post, now)


def due(context: Context, post_id: str, now: Instant) -> Iterator[Effect]:
    """Warn: the silence has become too long. The post is named, and shown at its device if any."""
    found = find_post(context, post_id)
    if found is None or found[1].check_in is None:
        return  # a snapshot may be older than the schools
    school, post = found
    since = context.state.duty.checked[post_id]
    yield Tell(output=CheckInMissed(school=school.id, post=post.id, since=since))
    if post.presence in context.devices:
        yield RaiseAlarm(
            kind=KIND,
            device=post.presence,
            severity=Severity.WARNING,
            latching=False,
            sensed=since,
        )
    held = silence_due(post, school.zone, since)
    if held is not None:
        yield SetTimer(rule=END, subject=post.id, due=max(held[1], now))


def ended(context: Context, post_id: str, now: Instant) -> Iterator[Effect]:
    """Close the warning at the end of the duty and count again from the next one."""
    found = find_post(context, post_id)
    if found is not None:
        yield from heard(context, *found, now)


def find_post(context: Context, post_id: str) -> tuple[School, Post] | None:
    """Return a post and its school, by the id that starts with the school's own."""
    school = context.schools.get(post_id.partition("/")[0])
    for post in school.posts if school else ():
        if school and post.id == post_id:
            return school, post
    return None
