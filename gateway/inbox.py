"""The one queue in front of the engine: what drivers saw, and what people and programs ask.

Policy when full, stated once:

- Observations come from synchronous drivers that cannot be made to wait. All are kept in order up
  to `OBSERVATIONS_MAX`. Beyond that each point keeps two: its first waiting rise (a value of
  true, so the press of a button) and its latest observation; what is merged away is counted. So
  no press is ever dropped, only presses of one button merge into one, and the end state is right.
- Requests wait: `put` returns only once there is room.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from twins.observation import Observation
from twins.records import Input, Output

OBSERVATIONS_MAX = 10_000
"""Observations kept one by one (assumed; a school of 300 points has none waiting)."""

REQUESTS_MAX = 1_000
"""Requests that may wait before those who ask are made to wait (assumed)."""

Reply = asyncio.Future[tuple[Output, ...]]


@dataclass(frozen=True, slots=True)
class Request:
    """An input that is no observation, and who waits to hear what came of it."""

    item: Input
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What the engine gets at once: at most one input has somebody waiting for its outputs."""

    inputs: tuple[Input, ...]
    reply: Reply | None = None


class Inbox:
    """Bounded; filled by many, emptied by the engine's task alone."""

    def __init__(self, observations_max: int = OBSERVATIONS_MAX) -> None:
        self._observations_max = observations_max
        self._observations: deque[Observation] = deque()
        self._merged: dict[tuple[str, str], list[Observation]] = {}
        self._requests: asyncio.Queue[Request] = asyncio.Queue(REQUESTS_MAX)
        self._something = asyncio.Event()
        self.merged = 0
        """Observations merged away because the engine could not keep up."""

    @property
    def waiting(self) -> int:
        """Return how many inputs wait."""
        beyond = sum(len(held) for held in self._merged.values())
        return len(self._observations) + beyond + self._requests.qsize()

    def observe(self, observations: Sequence[Observation]) -> None:
        """Take observations; never blocks and never fails."""
        for observation in observations:
            if len(self._observations) < self._observations_max and not self._merged:
                self._observations.append(observation)
            else:
                self._merge(observation)
        self._something.set()

    async def put(self, item: Input, reply: Reply | None = None) -> None:
        """Take a request; waits while there is no room."""
        await self._requests.put(Request(item, reply))
        self._something.set()

    def wake(self) -> None:
        """Let `wait` return though nothing is there: a deadline has come."""
        self._something.set()

    async def wait(self) -> None:
        """Return once something may be there."""
        await self._something.wait()

    def take(self) -> Taken:
        """Take all that waits, but requests only up to the first that wants its own answer."""
        self._something.clear()
        inputs: list[Input] = [*self._observations]
        for held in self._merged.values():
            inputs.extend(held)
        self._observations.clear()
        self._merged.clear()
        while not self._requests.empty():
            request = self._requests.get_nowait()
            inputs.append(request.item)
            if request.reply is not None:
                if not self._requests.empty():
                    self._something.set()
                return Taken(tuple(inputs), request.reply)
        return Taken(tuple(inputs))

    def _merge(self, new: Observation) -> None:
        held = self._merged.setdefault((new.device, new.property), [])
        rise = next((one for one in held if one.value is True), None)
        before = len(held)
        held[:] = [new] if rise is None else [rise, new]
        self.merged += before + 1 - len(held)
