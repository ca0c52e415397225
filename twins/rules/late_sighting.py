"""A front end whose clock was set back: what it tells comes late, and its number says it is new.

A number only grows, so one that is ahead of what is known has not been overtaken. Then what the
front end told beside it is believed too. Any other late sighting is told and changes nothing.
"""

from collections.abc import Iterator

from twins.context import Context
from twins.counter import MOST_OVER_THE_END
from twins.instant import Instant
from twins.observation import Observation, PropertyChanged
from twins.ordering import COUNTS
from twins.rules import event_recognition, person_warning
from twins.rules.effects import Effect, Tell

DETAILS = {
    "event-recognition-front-end": ("class", "score", "false_rate"),
    "face-recognition-front-end": ("subject", "list", "score", "quality", "liveness"),
}
"""Capability → what it tells beside its number."""

_CHANGED = {
    "event-recognition-front-end": event_recognition.changed,
    "face-recognition-front-end": person_warning.changed,
}


def late(context: Context, observation: Observation, now: Instant) -> Iterator[Effect]:
    """Keep a late detail until its number comes; take both if the number is new."""
    device = observation.device
    capability = context.devices[device].capability
    waiting = context.state.watch.late
    if observation.property != COUNTS[capability]:
        waiting.setdefault(device, {})[observation.property] = observation
        return
    details = waiting.pop(device, {})
    known, count = context.state.watch.counts.get(device), observation.value
    if known is None or count is None or not 0 < int(count) - known <= MOST_OVER_THE_END:
        return
    for seen in (*details.values(), observation):
        event = _taken(context, seen)
        yield Tell(output=event)
    yield from _CHANGED[capability](context, event, now)


def _taken(context: Context, seen: Observation) -> PropertyChanged:
    twin = context.state.twins[seen.device]
    before = twin.properties.get(seen.property)
    twin.properties[seen.property] = seen
    twin.revision += 1
    return PropertyChanged(
        device=seen.device,
        property=seen.property,
        value=seen.value,
        previous=None if before is None else before.value,
        quality=seen.quality,
        cause=seen.cause,
        source_time=seen.source_time,
    )
