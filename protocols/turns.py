"""Whose turn it is on a line that carries one exchange at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from protocols.interfaces import LinkLostError


class Turns:
    """Gives out one turn after the other; whoever commands goes before all who read.

    Waiters are as many as there are tasks at the line: one per device and one per command.
    """

    def __init__(self) -> None:
        self._taken = False
        self._commanding: deque[asyncio.Future[None]] = deque()
        self._reading: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(
        self, *, command: bool = False, within: float | None = None
    ) -> AsyncIterator[None]:
        """Wait for the line, hold it, and hand it on.

        Raises LinkLostError when the turn does not come within so many seconds.
        """
        try:
            async with asyncio.timeout(within):
                await self._take(self._commanding if command else self._reading)
        except TimeoutError:
            raise LinkLostError("the line was not free in time") from None
        try:
            yield
        finally:
            self._hand_on()

    async def _take(self, queue: deque[asyncio.Future[None]]) -> None:
        if not self._taken:
            self._taken = True
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self._hand_on()  # the turn came in the moment we went away
            raise

    def _hand_on(self) -> None:
        for queue in (self._commanding, self._reading):
            while queue:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._taken = False
