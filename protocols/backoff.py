"""When to try a lost link again: a state machine without a clock of its own."""

from dataclasses import dataclass, field

from twins.instant import Duration, Instant, milliseconds, seconds
from twins.streams import Stream

HEALTHY_AFTER: Duration = seconds(10)
"""A link must hold this long before the delay starts small again; else a peer that accepts and
closes would be dialled ten times a second for ever (measured with pymodbus 3.16.1)."""


@dataclass(slots=True, kw_only=True)
class Backoff:
    """Exponential delay with jitter of ± 20 %, capped, reset after a stable time."""

    stream: Stream
    first: Duration = milliseconds(200)
    most: Duration = seconds(2)
    _delay: Duration = field(default=0, init=False)
    _connected_at: Instant | None = field(default=None, init=False)

    def connected(self, now: Instant) -> None:
        """Note that the link came up."""
        self._connected_at = now

    def lost(self, now: Instant) -> Duration:
        """Note that the link is gone or could not be made; return how long to wait."""
        stable = self._connected_at is not None and now - self._connected_at >= HEALTHY_AFTER
        self._connected_at = None
        self._delay = self.first if stable or not self._delay else min(self._delay * 2, self.most)
        return round(self._delay * self.stream.uniform(0.8, 1.2))
