"""An event loop that never waits: with nothing ready, its time jumps to the next timer.

Only for tests without real sockets. Deadlines are then exact and cost nothing.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from twins.instant import Instant, in_seconds, seconds

Result = TypeVar("Result")


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that, instead of waiting, moves the loop's time on."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise RuntimeError("every task waits for something that no timer will bring")
        self.time += max(0.0, timeout)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose clock starts at 0 and jumps."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.time


class LoopClock:
    """A `twins.clock.Clock` on the running loop's time."""

    def now(self) -> Instant:
        return seconds(asyncio.get_running_loop().time())

    async def sleep_until(self, instant: Instant) -> None:
        await asyncio.sleep(in_seconds(max(0, instant - self.now())))


def in_virtual_time(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in no time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
