"""What is read beside what a server publishes, and when: to find what it keeps quiet.

Sans-IO: instants come from the caller. An item that was published since the last round is alive and
is not read; a quiet one is read, and if the server tells something else when asked than it
published, and goes on so, its item is deaf.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asyncua import ua

from protocols.interfaces import LinkLostError
from protocols.opcua.nodes import Target
from twins.instant import Duration, Instant, milliseconds, seconds

ROUNDS_PER_SILENCE = 2.5
"""Rounds within the longest silence allowed: 0.8 s apart for a panic-class device, so that a deaf
item is seen by one round and certain by the next before the device would count as lost."""

BAD_POLL: Duration = seconds(1)
"""Least time between two polls of a node that has no good value (assumed)."""

TOGETHER: Duration = milliseconds(10)
"""What is due within this time is read in one request (assumed)."""


@dataclass(slots=True, kw_only=True)
class Item:
    """One point on one session: what the subscription said of it, and when it is read."""

    target: Target
    interval: Duration
    due: Instant
    polled: bool = False
    """No subscription tells of it: every round reads it."""
    filtered: bool = False
    """The server leaves out what moved less than the deadband."""
    patience: Duration = 0
    """How long a value may be on its way through sampling and publishing."""
    told: ua.DataValue | None = None
    """What was published last."""
    fresh: bool = False
    """It was published since the last round."""
    doubted_at: Instant | None = None


class DeafError(LinkLostError):
    """The server says something else when asked than it publishes."""

    def __init__(self, target: Target) -> None:
        super().__init__(f"the subscription does not tell of {target.device}.{target.point.name}")
        self.key = target.key


class Rounds:
    """All items of a session and when each is read."""

    def __init__(self, pulse: Duration, now: Instant) -> None:
        self._pulse = pulse
        self._pulse_due = now + pulse
        self._items: list[Item] = []

    def add(self, item: Item) -> None:
        """Take up an item."""
        self._items.append(item)

    def next(self) -> Instant:
        """Return when something is to be read next; the pulse is always to come."""
        return min((self._pulse_due, *(item.due for item in self._items)))

    def hurry(self, now: Instant) -> None:
        """Make everything due: something was missed, and nobody can say what."""
        self._pulse_due = now
        for item in self._items:
            item.due = now
            item.fresh = False

    def due(self, now: Instant) -> Sequence[Item]:
        """Return what is to be read now, and put all that is due off."""
        chosen = []
        for item in self._items:
            if item.due > now + TOGETHER:
                continue
            item.due = max(item.due, now - TOGETHER) + item.interval
            if item.polled or not item.fresh:
                chosen.append(item)
            else:
                item.doubted_at = None
            item.fresh = False
        return chosen

    def pulse_due(self, now: Instant) -> bool:
        """Return whether the session as a whole is to be looked at, and put that off."""
        if self._pulse_due > now + TOGETHER:
            return False
        self._pulse_due = now + self._pulse
        return True


def deaf(item: Item, read: ua.DataValue, now: Instant) -> bool:
    """Take what the server said when asked; return whether the subscription keeps it quiet.

    One difference proves nothing: the news may be on its way. It counts once it has stayed longer
    than sampling and publishing take.
    """
    if item.polled or item.filtered or item.fresh or _same(item.told, read):
        item.doubted_at = None
        return False
    if item.doubted_at is None:
        item.doubted_at = now
        return False
    return now - item.doubted_at >= item.patience


def put_off_bad(items: Iterable[Item], now: Instant) -> None:
    """Poll what has no good value less often."""
    for item in items:
        if item.polled:
            item.due = max(item.due, now + BAD_POLL)


def _same(told: ua.DataValue | None, read: ua.DataValue) -> bool:
    if told is None:
        return False
    before = told.Value.Value if told.Value is not None else None
    after = read.Value.Value if read.Value is not None else None
    if (_code(told) ^ _code(read)) & 0xFFFF_0000:
        return False
    return bool(before == after) or (before != before and after != after)  # noqa: PLR0124  NaN


def _code(data: ua.DataValue) -> int:
    return 0 if data.StatusCode is None else int(data.StatusCode.value)
