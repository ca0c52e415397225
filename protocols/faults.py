"""What an emulator does wrong on purpose: the same seed, the same faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from twins.instant import Duration, milliseconds
from twins.streams import Stream


class Fault(StrEnum):
    """One way in which a request goes wrong."""

    DELAY = "delay"
    """Answered late."""
    DROP = "drop"
    """Not answered."""
    STALE = "stale"
    """Answered with the answer to the request before."""
    REFUSE = "refuse"
    """Answered with an error."""
    WRONG_UNIT = "wrong-unit"
    """Answered in another device's name."""
    GARBAGE = "garbage"
    """Answered with bytes that mean nothing."""
    WRONG_FORMAT = "wrong-format"
    """Answered in another content format than the answer is in."""
    FORGET = "forget"
    """Whoever was told of changes is told nothing any more, and not told of that."""
    HALF_OPEN = "half-open"
    """From now on the connection stays open and nothing comes any more."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """Decides request by request. Odds are probabilities whose sum is at most 1."""

    stream: Stream
    odds: Mapping[Fault, float]
    delay: Duration = milliseconds(700)
    """How late an answer is that is late."""
    done: dict[Fault, int] = field(default_factory=dict)
    """How often each has happened."""

    def __post_init__(self) -> None:
        """Check the odds."""
        if min(self.odds.values(), default=0) < 0 or sum(self.odds.values()) > 1:
            raise ValueError(f"these are no odds: {dict(self.odds)}")

    def next(self) -> Fault | None:
        """Return what goes wrong with the next request, or None."""
        drawn = self.stream.random()
        for fault, odds in self.odds.items():
            drawn -= odds
            if drawn < 0:
                self.done[fault] = self.done.get(fault, 0) + 1
                return fault
        return None
