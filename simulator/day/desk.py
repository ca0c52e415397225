"""The guards' desk: so many visitors at a time, and an alarm comes before all of them."""

from collections.abc import Generator

import simpy

from simulator.timeline import Timeline
from twins.instant import Duration

Steps = Generator[simpy.Event, object, None]


class Desk:
    """Guards who serve visitors; while a case is open nobody is, and who was is served on later."""

    def __init__(self, timeline: Timeline, guards: int) -> None:
        self._timeline = timeline
        self._guards = simpy.Resource(timeline.env, capacity=guards)
        self._alarmed = timeline.env.event()
        self._calm: simpy.Event | None = None
        self.interrupted = 0
        """How often an alarm took a guard from a visitor."""

    def alarm(self) -> None:
        """Leave everything: a case is open."""
        if self._calm is None:
            self._calm = self._timeline.env.event()
            self._alarmed.succeed()

    def calm(self) -> None:
        """Go on: every case is closed."""
        if self._calm is not None:
            calm, self._calm = self._calm, None
            self._alarmed = self._timeline.env.event()
            calm.succeed()

    def away(self, lasts: Duration) -> Steps:
        """Take a guard from the desk, as soon as one is free, for so long."""
        with self._guards.request() as turn:
            yield turn
            yield self._timeline.wait(lasts)

    def serve(self, takes: Duration) -> Steps:
        """Wait for a guard and be served; interrupted work is finished, not begun again."""
        with self._guards.request() as turn:
            yield turn
            left = takes
            while True:
                if self._calm is not None:
                    yield self._calm
                    continue
                begun = self._timeline.now
                yield self._timeline.wait(left) | self._alarmed
                left -= self._timeline.now - begun
                if left <= 0:
                    return
                self.interrupted += 1
