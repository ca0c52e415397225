"""One line before several lanes, first come first served: a gate, a registration, a switchboard.

Who arrives is told at once when they begin and end. With one line and arrivals in order of time
that is exact (the recursion of Kiefer and Wolfowitz, 1955): nobody who comes later changes it. So
a visit costs one step of a heap and no event; a world that wants the moments puts them on its
timeline. Times are integer nanoseconds.
"""

from collections.abc import Sequence
from enum import StrEnum
from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

from twins.instant import Duration, Instant

NEVER: Instant = 2**62
"""Later than any instant (the year 2116)."""

Opening = tuple[Instant, Instant]
"""(from, to): a lane begins no visit from `to` on, and finishes the one that it has."""


class Turned(StrEnum):
    """Why somebody did not pass."""

    FULL = "full"
    """Every waiting place was taken."""
    LEFT = "left"
    """Their patience ended in the line."""
    CLOSED = "closed"
    """No lane opens any more."""


class Passage(NamedTuple):
    """One visit."""

    arrives: Instant
    begins: Instant
    ends: Instant
    lane: int


class Lanes:
    """The line and its lanes; call `enter` in the order of arrival.

    `room` is the number of waiting places, without limit if None; with none at all who finds no
    free lane is turned away (a loss system). `openings` gives each lane's hours in order of time;
    without it all lanes are open from the start.
    """

    def __init__(
        self, lanes: int, *, room: int | None = None,
        openings: Sequence[Sequence[Opening]] | None = None,
    ) -> None:  # fmt: skip
        assert lanes > 0
        assert openings is None or len(openings) == lanes
        self._room = room
        self._openings = openings
        self._free: list[tuple[Instant, int]] = [(-NEVER, lane) for lane in range(lanes)]
        self._waiting: list[Instant] = []
        """When each of those in the line leaves it; a heap."""
        self._last: Instant = -NEVER
        if openings is not None:
            self._free = [(self._opens(-NEVER, lane), lane) for lane in range(lanes)]
            heapify(self._free)

    def enter(
        self, at: Instant, service: Duration, *, patience: Duration | None = None
    ) -> Passage | Turned:
        """Let somebody arrive who needs `service` in a lane; equal instants keep their order.

        Of several free lanes the longest idle one is taken, then the one of the lowest number.
        """
        assert at >= self._last, "arrivals come in the order of time"
        self._last = at
        if self._openings is not None:
            self._close(at)
        free, lane = self._free[0]
        begins = free if free > at else at  # noqa: FURB136  max() costs a fifth of a visit
        if begins > at and (turned := self._waits(at, begins, patience)) is not None:
            return turned
        ends = begins + service
        after = ends if self._openings is None else self._opens(ends, lane)
        heapreplace(self._free, (after, lane))
        return Passage(at, begins, ends, lane)

    def waiting(self, at: Instant) -> int:
        """Return how many stand in the line at an instant not before the last arrival.

        Whoever may balk looks here before they enter.
        """
        waiting = self._waiting
        while waiting and waiting[0] <= at:
            heappop(waiting)
        return len(waiting)

    def _waits(self, at: Instant, begins: Instant, patience: Duration | None) -> Turned | None:
        """Put somebody into the line; return why not, or why they will not be served."""
        if self.waiting(at) >= (NEVER if self._room is None else self._room):
            return Turned.FULL
        if patience is not None and begins - at > patience:
            heappush(self._waiting, at + patience)
            return Turned.LEFT
        if begins >= NEVER:
            return Turned.CLOSED
        heappush(self._waiting, begins)
        return None

    def _close(self, at: Instant) -> None:
        """Take lanes that are idle and not open at `at` to their next opening."""
        free = self._free
        while free[0][0] <= at:
            idle, lane = free[0]
            opens = self._opens(at, lane)
            if opens == at:
                return
            assert opens > idle
            heapreplace(free, (opens, lane))

    def _opens(self, at: Instant, lane: int) -> Instant:
        """Return the first instant from `at` at which a lane takes somebody."""
        assert self._openings is not None
        for begin, end in self._openings[lane]:
            if at < end:
                return max(at, begin)
        return NEVER
