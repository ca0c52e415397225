"""The nearest first by distance, the next one for everybody who is not coming."""

from collections.abc import Sequence

from twins.instant import Instant
from twins.policies.interface import Assignments, IncidentView, ResponderView
from twins.policies.waves import wave


def phased(
    incident: IncidentView, responders: Sequence[ResponderView], now: Instant
) -> Assignments:
    """Keep the wanted number on their way, by distance."""
    return wave(incident, sorted(responders, key=lambda one: (one.distance_m, one.id)), now)
