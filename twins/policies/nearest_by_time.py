"""The nearest by travel time, not by distance: a river counts (R46)."""

from collections.abc import Sequence

from twins.instant import Instant
from twins.policies.interface import Assignments, IncidentView, ResponderView
from twins.policies.waves import wave


def nearest_by_time(
    incident: IncidentView, responders: Sequence[ResponderView], now: Instant
) -> Assignments:
    """Keep the wanted number on their way, by estimated travel time."""
    return wave(incident, sorted(responders, key=lambda one: (one.travel, one.id)), now)
