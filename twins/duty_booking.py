"""Booking what people report of their duty: check-ins and patrols, by opaque ids alone."""

from twins.alarm import InputRefused
from twins.carrying_out import carry_out
from twins.context import Context
from twins.duty import CheckIn, PatrolCompleted, PatrolDone, PostCheckedIn
from twins.instant import Instant
from twins.opaque_id import is_opaque_id
from twins.rules import duty_schedule, post_check_in

NO_ID = "it needs an opaque id, and no name"


def check_in(context: Context, request: CheckIn, now: Instant) -> None:
    """Book that somebody is at a post; the silence of a fixed post counts anew."""
    found = post_check_in.find_post(context, request.post)
    if found is None:
        context.out.append(InputRefused(subject=request.post, reason="there is no such post"))
        return
    if not is_opaque_id(request.by):
        context.out.append(InputRefused(subject=request.post, reason=NO_ID))
        return
    school, post = found
    context.out.append(PostCheckedIn(school=school.id, post=post.id, by=request.by))
    carry_out(context, post_check_in.heard(context, school, post, now), now)


def patrol_done(context: Context, request: PatrolDone, now: Instant) -> None:
    """Book that a patrol was made; outside its windows it counts for none of them."""
    found = duty_schedule.find_patrol(context, request.patrol)
    if found is None:
        context.out.append(InputRefused(subject=request.patrol, reason="there is no such patrol"))
        return
    if not is_opaque_id(request.by):
        context.out.append(InputRefused(subject=request.patrol, reason=NO_ID))
        return
    school, patrol = found
    context.state.duty.patrolled[patrol.id] = now
    window = context.state.duty.awaited.get(f"{duty_schedule.PATROL}|{patrol.id}")
    # The awaited window has not ended: its timer would have fired before this input.
    made_for = window[0] if window is not None and window[0] <= now else None
    context.out.append(
        PatrolCompleted(school=school.id, patrol=patrol.id, by=request.by, begin=made_for)
    )
