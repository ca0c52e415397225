"""Observations that come late (D07): what happened before what is known must not undo it.

A link that was down brings old observations after newer ones. They are told and, where a cause must
never be lost, still count; the twin keeps the newer state. A stamp is only believed where it can be
right, because a twin that waits for a clock would be stale: both must be good, the newcomer must
have arrived after the other, and no stamp may come from the future or from longer ago than a link
is ever down. A clock that is set back by less looks the same from here; only a driver, which knows
in which order a point told what it told, can tell the two apart, and does (`protocols.reporting`).
"""

import msgspec

from twins.instant import Duration, seconds
from twins.observation import Observation, Quality, Value

LATE_MOST: Duration = seconds(1800)
"""An older stamp is a clock set wrong (assumed; below the hour by which a zone is mistaken)."""


class LateObservation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Output: an observation from before what is known of its property; the twin stays as it is."""

    device: str
    property: str
    value: Value
    source_time: int
    receive_time: int
    known_since: int
    """Source time of what is known."""


def is_late(known: Observation, newcomer: Observation) -> bool:
    """Return whether the newcomer happened before what is known and only arrived after it."""
    if known.quality is not Quality.GOOD or newcomer.quality is not Quality.GOOD:
        return False
    age = min(known.source_time, known.receive_time) - newcomer.source_time
    return 0 < age <= LATE_MOST and known.receive_time <= newcomer.receive_time


def is_fresher(known: Observation, newcomer: Observation) -> bool:
    """Return whether the same value was seen again later, so that older ones come late from now."""
    return (
        newcomer.value is not None
        and newcomer.kind is known.kind
        and newcomer.source_time > known.source_time
    )


def told_late(known: Observation, newcomer: Observation) -> LateObservation:
    """Return the record of a late observation."""
    return LateObservation(
        device=newcomer.device,
        property=newcomer.property,
        value=newcomer.value,
        source_time=newcomer.source_time,
        receive_time=newcomer.receive_time,
        known_since=known.source_time,
    )
