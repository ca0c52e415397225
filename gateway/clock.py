"""The wall clock and the story clock: the only file that asks the machine for the time."""

import asyncio
import time

from twins.instant import SECOND, Duration, Instant


class WallClock:
    """Now is now. Never goes back, even when the machine's clock is set back."""

    def __init__(self) -> None:
        self._latest = 0

    def now(self) -> Instant:
        """Return the machine's UTC time, or the latest already returned if that is later."""
        self._latest = max(self._latest, time.time_ns())
        return self._latest

    async def sleep_until(self, instant: Instant) -> None:
        """Return once `now` has reached `instant`."""
        while (left := instant - self.now()) > 0:  # noqa: ASYNC110  nothing else can wake it
            await asyncio.sleep(left / SECOND)


class StoryClock:
    """A story's time on the wall: it starts at `start`, held, runs at speed 1, can be skipped.

    Rule deadlines and source times use it; protocol time-outs and back-off stay on the wall.
    """

    def __init__(self, start: Instant) -> None:
        self._story = start
        self._since: Instant | None = None
        self._changed = asyncio.Event()

    def now(self) -> Instant:
        """Return the story's present instant."""
        if self._since is None:
            return self._story
        return self._story + time.monotonic_ns() - self._since

    def run(self) -> None:
        """Let a held story go on."""
        self._set(self.now(), time.monotonic_ns())

    def hold(self) -> None:
        """Let the story stand still until `run`."""
        self._set(self.now(), None)

    def skip_to(self, instant: Instant) -> Duration:
        """Jump ahead to `instant` and wake every sleeper; return how much was skipped."""
        now = self.now()
        if instant <= now:
            return 0
        self._set(instant, None if self._since is None else time.monotonic_ns())
        return instant - now

    async def sleep_until(self, instant: Instant) -> None:
        """Return once the story has reached `instant`, by running or by being skipped."""
        while (left := instant - self.now()) > 0:
            changed = self._changed
            try:
                async with asyncio.timeout(None if self._since is None else left / SECOND):
                    await changed.wait()
            except TimeoutError:
                continue

    def _set(self, story: Instant, since: Instant | None) -> None:
        self._story, self._since = story, since
        self._changed.set()
        self._changed = asyncio.Event()
