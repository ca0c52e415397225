"""Whose turn it is on a line that carries one exchange at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import IntEnum

from protocols.interfaces import LinkLostError


class Lane(IntEnum):
    """Who waits, the most urgent first."""

    ALARM = 0
    """Readings of panic-class devices."""
    COMMAND = 1
    EVENT = 2
    """Readings of states, whose changes are events."""
    POLL = 3
    """Readings of measured numbers."""


_AFTER: Mapping[Lane, tuple[Lane, ...]] = {
    Lane.ALARM: (Lane.COMMAND, Lane.ALARM, Lane.EVENT, Lane.POLL),
    Lane.COMMAND: (Lane.ALARM, Lane.EVENT, Lane.POLL, Lane.COMMAND),
    Lane.EVENT: (Lane.ALARM, Lane.COMMAND, Lane.EVENT, Lane.POLL),
    Lane.POLL: (Lane.ALARM, Lane.COMMAND, Lane.EVENT, Lane.POLL),
}
"""Whose turn was last → whose is next."""


class Turns:
    """Gives out one turn after the other, the most urgent lane first and nobody starved.

    A command waits for two readings at most, the one that is under way and an alarm's; a reading
    waits for one command at most, however many are waiting. A reader that has waited should take
    what is most urgent by then. Waiters are as many as there are tasks at the line.
    """

    def __init__(self) -> None:
        self._taken = False
        self._last = Lane.POLL
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in Lane}

    @asynccontextmanager
    async def turn(
        self, *, lane: Lane = Lane.POLL, within: float | None = None
    ) -> AsyncIterator[None]:
        """Wait for the line, hold it, and hand it on.

        Raises LinkLostError when the turn does not come within so many seconds.
        """
        if self._taken:
            try:
                async with asyncio.timeout(within):
                    await self._wait(lane)
            except TimeoutError:
                raise LinkLostError("the line was not free in time") from None
        else:
            self._taken = True
            self._last = lane
        try:
            yield
        finally:
            self._hand_on()

    async def _wait(self, lane: Lane) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self._hand_on()  # the turn came in the moment we went away
            raise

    def _hand_on(self) -> None:
        for lane in _AFTER[self._last]:
            queue = self._waiting[lane]
            while queue:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    self._last = lane
                    return
        self._taken = False
