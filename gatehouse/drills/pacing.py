"""A simulated timeline played on the wall: idle stretches skipped, reaction windows at speed 1."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.clock import StoryClock
from simulator.timeline import Timeline
from twins.instant import Duration, Instant, milliseconds

SETTLED = milliseconds(200)
"""How long nothing may be under way before the story is skipped (assumed: four panic polls)."""


class Pacer:
    """Keeps simulated time equal to the story clock, and the story clock moving.

    `busy` says whether the platform has something under way, as an unanswered command; then
    nothing is skipped. `handed_over` returns once the wire has everything that the world did, which
    a skip must not overtake. `deadline` is the platform's own next; a skip never passes it.
    """

    def __init__(
        self,
        timeline: Timeline,
        clock: StoryClock,
        *,
        busy: Callable[[], bool],
        handed_over: Callable[[], Awaitable[None]],
        deadline: Callable[[], Instant | None],
    ) -> None:
        self._timeline = timeline
        self._clock = clock
        self._busy = busy
        self._handed_over = handed_over
        self._deadline = deadline
        self._awake_until: Instant = clock.now()
        self._poked = asyncio.Event()
        self.skipped: Duration = 0
        """Story time that was not waited for."""

    def react(self, window: Duration) -> None:
        """Run at speed 1 for `window` from now: something happened that must be answered."""
        self._awake_until = max(self._awake_until, self._clock.now() + window)
        self._poked.set()

    def catch_up(self) -> Instant:
        """Bring simulated time up to now, before something from outside touches the world.

        What comes from the wire is stamped with the story time of its arrival, never with the
        time of the last simulated event.
        """
        now = self._clock.now()
        if now > self._timeline.now:
            self._timeline.play_to(now)
        self._poked.set()
        return now

    async def play_to(self, end: Instant) -> None:
        """Play until the story has reached `end`."""
        while (now := self.catch_up()) < end:
            self._poked.clear()
            due = min(end, self._timeline.next_event() or end)
            if now < self._awake_until or self._busy():
                # Somebody acts or is about to: wait as long as life would.
                await self._wait_until(min(due, max(self._awake_until, now + SETTLED)))
                continue
            await self._handed_over()
            self.skipped += self._clock.skip_to(min(due, self._deadline() or due))
            await asyncio.sleep(0)

    async def _wait_until(self, instant: Instant) -> None:
        """Wait for an instant, or until something new makes the plan out of date."""
        async with asyncio.TaskGroup() as race:
            sleeper = race.create_task(self._sleep_until(instant))
            await self._poked.wait()
            sleeper.cancel()

    async def _sleep_until(self, instant: Instant) -> None:
        await self._clock.sleep_until(instant)
        self._poked.set()
