"""A window of the week, on the school's own clock."""

from dataclasses import dataclass

from twins.instant import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A local time of day on some weekdays; `end` is not in it and lies after `start`."""

    weekdays: frozenset[int]
    """0 is Monday (ISO weekday less one)."""
    start: Duration
    """Since local midnight."""
    end: Duration
