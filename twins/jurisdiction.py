"""Which police authorities stand over a school, and since when (R85).

The data names the responsible station by instants, and the authorities above stations as a tree:
station, district, city, province. A school itself is the lowest level and no authority.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Instant


class Level(StrEnum):
    """Levels of authorities (所、县区、市、省), lowest first."""

    STATION = "station"
    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One police authority of the tree."""

    id: str
    title: Titles
    level: Level
    above: str = ""
    """The authority that it belongs to; empty at the top."""


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


def chain(authorities: Sequence[Authority], lowest: str) -> tuple[str, ...]:
    """Return an authority and all above it, nearest first; it alone where no tree is written.

    >>> city = Authority(id="city", title={}, level=Level.CITY)
    >>> district = Authority(id="district", title={}, level=Level.DISTRICT, above="city")
    >>> chain((city, district), "district"), chain((), "north")
    (('district', 'city'), ('north',))
    """
    above = {one.id: one.above for one in authorities}
    found: list[str] = []
    while lowest and lowest not in found:
        found.append(lowest)
        lowest = above.get(lowest, "")
    return tuple(found)
