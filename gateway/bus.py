"""What happened, fanned out to those who look on. A slow viewer loses, the others do not."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from twins.instant import Instant
from twins.records import Output

KEPT = 1000
"""Events kept for a viewer that comes back (assumed; some minutes of a school)."""

VIEWER_QUEUE = 256
"""Events that may wait for one viewer; when full, the oldest is dropped and counted."""

ABSENT_AFTER_S = 5.0
"""A viewer that leaves events lying for so long is not there: asleep, or stopped (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One output of the engine. `id` is `<batch>.<place in it>` and survives a restart."""

    id: str
    at: Instant
    record: Output


class Subscription:
    """One viewer's queue."""

    def __init__(self) -> None:
        # One place more than events may take: the end of the stream always fits.
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(VIEWER_QUEUE + 1)
        self._lost = False
        self._moved_at = 0.0
        self.dropped = 0
        """Events this viewer did not get because it was too slow."""

    def take_lost(self) -> bool:
        """Return whether something was missed since this was last asked."""
        lost, self._lost = self._lost, False
        return lost

    @property
    def waiting(self) -> int:
        """Return how many events can be taken at once."""
        return self._queue.qsize()

    @property
    def present(self) -> bool:
        """Return whether the viewer takes what it is offered."""
        return not self.waiting or _loop_time() - self._moved_at <= ABSENT_AFTER_S

    def offer(self, event: Event) -> None:
        """Put an event in; drops the oldest when the viewer is too slow."""
        if not self.waiting:
            self._moved_at = _loop_time()
        if self._queue.qsize() >= VIEWER_QUEUE:
            self._queue.get_nowait()
            self.miss()
            self.dropped += 1
        self._queue.put_nowait(event)

    def miss(self) -> None:
        """Note that the viewer has not seen everything and must look at the whole again."""
        self._lost = True

    def end(self) -> None:
        """Let the viewer go once it has taken what waits."""
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def next(self) -> Event | None:
        """Return the next event, or None when there will be no more."""
        event = await self._queue.get()
        self._moved_at = _loop_time()
        return event


class Bus:
    """Passes every output on, in order, and never waits for anybody."""

    def __init__(self) -> None:
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._viewers: set[Subscription] = set()
        self._closed = False

    @property
    def viewers(self) -> int:
        """Return how many are looking on."""
        return len(self._viewers)

    @property
    def present(self) -> int:
        """Return how many look on and take what they are offered."""
        return sum(viewer.present for viewer in self._viewers)

    @property
    def dropped(self) -> int:
        """Return how many events the present viewers were too slow for."""
        return sum(viewer.dropped for viewer in self._viewers)

    def publish(self, event: Event) -> None:
        """Give an event to every viewer."""
        self._kept.append(event)
        for viewer in self._viewers:
            viewer.offer(event)

    @contextmanager
    def subscribe(self, after: str | None = None) -> Iterator[Subscription]:
        """Look on; with `after`, from the event that follows the one of that id.

        If that id is not kept any more, the subscription is marked `lost` from the start.
        """
        viewer = Subscription()
        if after is not None:
            self._resume(viewer, after)
        self._viewers.add(viewer)
        if self._closed:
            viewer.end()
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)

    def close(self) -> None:
        """End every subscription, now and from now on: the server is stopping."""
        self._closed = True
        for viewer in self._viewers:
            viewer.end()

    def _resume(self, viewer: Subscription, after: str) -> None:
        kept = list(self._kept)
        places = [place for place, event in enumerate(kept) if event.id == after]
        if not places:
            viewer.miss()
        for event in kept[places[0] + 1 :] if places else ():
            viewer.offer(event)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
