"""How many persons are inside: what came in less what went out (R29)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPersons:
    """Input: somebody counted who is inside; from now on that is the occupancy."""

    school: str
    persons: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsCounted:
    """Output: the count of a person beside what the counters made of it."""

    school: str
    persons: int
    believed: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyDrifted:
    """Output: the occupancy cannot be right, and why."""

    school: str
    occupancy: int
    reason: str
