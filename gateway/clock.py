"""The wall clock and the story clock: the only file that asks the machine for the time."""

import asyncio
import time
from collections.abc import Callable

from twins.instant import SECOND, Duration, Instant

NAP_S = 1.0
"""Longest sleep at a stretch: how late a deadline may be after the machine's clock is set ahead."""


class WallClock:
    """Now is now. It always goes on at the pace of time and never goes back.

    When the machine's clock is set ahead (a small board learns the time only after its start), it
    follows. When that is set back, it goes on from where it is, and is ahead until the machine's
    clock has caught up: a deadline must neither wait an hour for that nor come twice.

    `wall` reads the machine's UTC time, `monotonic` a time that nobody sets; both in ns.
    """

    def __init__(
        self,
        wall: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._latest = wall()
        self._read_at = monotonic()

    def now(self) -> Instant:
        """Return the machine's UTC time, or what has passed since the last reading if later."""
        read_at = self._monotonic()
        self._latest = max(self._latest + read_at - self._read_at, self._wall())
        self._read_at = read_at
        return self._latest

    def not_before(self, instant: Instant) -> Duration:
        """Go on from `instant` if that is later than now; return by how much it was.

        A gateway's log may end later than the machine's clock says: that was set back meanwhile.
        """
        behind = max(0, instant - self.now())
        self._latest += behind
        return behind

    async def sleep_until(self, instant: Instant) -> None:
        """Return once `now` has reached `instant`."""
        while (left := instant - self.now()) > 0:  # noqa: ASYNC110  nothing else can wake it
            await asyncio.sleep(min(left / SECOND, NAP_S))


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
