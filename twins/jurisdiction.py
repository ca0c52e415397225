"""Which police station is responsible for a school, and since when (R85)."""

from collections.abc import Sequence
from dataclasses import dataclass

from twins.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """A station is responsible from an instant on, until the next one is."""

    station: str
    since: Instant = 0


def responsible(stations: Sequence[Jurisdiction], now: Instant) -> str:
    """Return the station responsible now; empty where the data names none.

    >>> north, south = Jurisdiction(station="north"), Jurisdiction(station="south", since=10)
    >>> responsible((south, north), 9), responsible((south, north), 10)
    ('north', 'south')
    """
    begun = [one for one in stations if one.since <= now]
    return max(begun, key=lambda one: one.since).station if begun else ""


def next_boundary(stations: Sequence[Jurisdiction], now: Instant) -> Instant | None:
    """Return when responsibility next changes by the data, or None."""
    return min((one.since for one in stations if one.since > now), default=None)
