"""Who sees which school, and which seats may be told of it, level by level (R85)."""

from collections.abc import Iterable

from twins.instant import Instant
from twins.jurisdiction import chain, responsible
from twins.school import School


def authorities_over(school: School, now: Instant) -> tuple[str, ...]:
    """Return the responsible station and all above it, nearest first; empty without a station."""
    return chain(school.authorities, responsible(school.stations, now))


def schools_under(schools: Iterable[School], authority: str, now: Instant) -> tuple[str, ...]:
    """Return the schools that an authority sees now: those it stands over, in the given order."""
    return tuple(one.id for one in schools if authority in authorities_over(one, now))
