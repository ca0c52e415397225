"""值守監督 (R40): tells when the guard of a post is in another state, with the evidence for it."""

from collections.abc import Iterator

from twins.context import Context
from twins.guard_state import GuardSense, GuardStateChanged, evidence, guard_states
from twins.instant import Instant
from twins.observation import PropertyChanged
from twins.rules import guard_off_post
from twins.rules.effects import Effect, Tell


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Judge the guard again, and first of all whether the post is left (R08)."""
    if event.property == GuardSense.PRESENT:
        yield from guard_off_post.changed(context, event, now)
    found = guard_off_post.post_of(context, event.device)
    if found is None:
        return
    school, post = found
    properties = context.state.twins[event.device].properties
    states = guard_states(properties)
    if context.state.duty.guards.get(post.id) == states:
        return
    context.state.duty.guards[post.id] = states
    yield Tell(
        output=GuardStateChanged(
            school=school.id,
            post=post.id,
            device=event.device,
            states=states,
            evidence=evidence(properties, states),
        )
    )
