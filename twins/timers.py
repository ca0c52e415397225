"""What is due when: by time, then what calls people before what keeps books, then first come.

The order stands in a snapshot too: `due` is kept in the order in which the timers were set, so a
revived engine does what is due in the order of the one before it.
"""

import heapq
from collections.abc import Mapping

from twins.instant import Instant

CALLS, USUAL, BOOKS = range(3)

RANKS: Mapping[str, int] = {
    "escalation": CALLS,
    "mobilise": CALLS,
    "fire-held": CALLS,
    "press-in-doubt": CALLS,
    "console-heartbeat": CALLS,
    "duty-start": BOOKS,
    "patrol-due": BOOKS,
    "peak-ahead": BOOKS,
    "occupancy-night": BOOKS,
    "reconcile": BOOKS,
    "record-expired": BOOKS,
}
"""Timer name → its turn among those due at one instant; any other has the usual one."""

SPARE = 64
"""Forgotten entries that the queue may always hold; above it no more than there are timers."""


class TimerQueue:
    """Timers by `name|subject`; `due` is the memory, the rest is worked out from it."""

    def __init__(self, due: dict[str, Instant]) -> None:
        self._due = due
        self._turn = {key: turn for turn, key in enumerate(due)}
        self._next = len(due)
        self._heap: list[tuple[Instant, int, int, str]] = []
        self._rebuild()

    def __len__(self) -> int:
        """Return how many entries are held, forgotten ones included."""
        return len(self._heap)

    def set(self, name: str, subject: str, due: Instant) -> None:
        """Ask for a timer at `due`; a running one is replaced, and comes last if it is moved."""
        key = f"{name}|{subject}"
        if self._due.get(key) == due:
            return
        self._due.pop(key, None)
        self._due[key] = due
        self._turn[key] = self._next
        heapq.heappush(self._heap, (due, RANKS.get(name, USUAL), self._next, key))
        self._next += 1
        self._tidy()

    def cancel(self, name: str, subject: str) -> None:
        """Forget a timer, if it runs."""
        key = f"{name}|{subject}"
        if self._due.pop(key, None) is not None:
            del self._turn[key]
            self._tidy()

    def next_due(self) -> Instant | None:
        """Return when the next timer is due, or None."""
        while self._heap:
            due, _, turn, key = self._heap[0]
            if self._turn.get(key) == turn:
                return due
            heapq.heappop(self._heap)
        return None

    def pop_due(self, now: Instant) -> tuple[str, str] | None:
        """Take the first timer due by `now` as (name, subject)."""
        due = self.next_due()
        if due is None or due > now:
            return None
        key = heapq.heappop(self._heap)[-1]
        del self._due[key], self._turn[key]
        name, _, subject = key.partition("|")
        return name, subject

    def _tidy(self) -> None:
        if len(self._heap) > 2 * len(self._due) + SPARE:
            self._rebuild()

    def _rebuild(self) -> None:
        self._heap = [
            (due, RANKS.get(key.partition("|")[0], USUAL), self._turn[key], key)
            for key, due in self._due.items()
        ]
        heapq.heapify(self._heap)
