"""Units that are busy: patrol cars and duty police, each call to the best free one, else in line.

The dispatch of Larson's hypercube model (Urban Operations Research, ch. 5): each place has an order
of preference; when nobody is free the call waits, first come first served, for whoever is free
first. Calls come in order of time, so the answer is known at once, as with lanes.
"""

from collections.abc import Sequence
from typing import NamedTuple

from twins.instant import Duration, Instant


class Sent(NamedTuple):
    """Who goes, and from when; `begins` is the call's own instant unless it had to wait."""

    unit: int
    begins: Instant


class Units:
    """Which unit goes to which call; call `send` in the order of time."""

    def __init__(self, units: int, *, free: Instant = 0) -> None:
        self._free: list[Instant] = [free] * units
        self._last: Instant = free

    def send(self, at: Instant, preference: Sequence[int], service: Duration) -> Sent:
        """Give a call to a unit, which is busy with it for `service`.

        `preference` names units from the best on; only they are sent. Of those who would be free at
        the same instant, the better one goes.
        """
        assert at >= self._last, "calls come in the order of time"
        self._last = at
        free = self._free
        for unit in preference:
            if free[unit] <= at:
                break
        else:
            unit = min(preference, key=free.__getitem__)
        begins = max(at, free[unit])
        free[unit] = begins + service
        return Sent(unit, begins)

    def busy(self, at: Instant) -> int:
        """Return how many units are busy at an instant not before the last call."""
        return sum(free > at for free in self._free)
