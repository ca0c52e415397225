"""One day as it was, as plain data: for whoever measures it, keeps it or shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from scenarios.story import StoryEvent
from simulator.day.scene import Tally
from simulator.queues.lanes import Passage
from twins.capability import Line, Titles
from twins.instant import Duration, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedAttack:
    """What came of an attack; instants are None for what never was."""

    path: tuple[str, ...]
    starts: tuple[Instant, ...]
    """When each step was to begin, and the end of the last."""
    begins: Instant
    """When the attacker was through the remote line."""
    attention: float | None
    noticed: Line | None
    calls_lost: int
    called: Instant | None
    pressed: Instant | None
    responded: Instant | None
    reached: Line | None
    harms: Instant | None
    ended: Instant | None
    stopped_at: Line | None
    exposed: int

    @property
    def stopped(self) -> bool:
        """Return whether somebody ended it."""
        return self.stopped_at is not None

    @property
    def in_time(self) -> bool:
        """Return whether those who were called came before the last step was done."""
        return self.responded is not None and self.responded < self.starts[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One day as it was: what happened, and beside it what the platform believed (`story`)."""

    story: tuple[StoryEvent, ...]
    tally: Tally
    counts: tuple[tuple[Instant, int], ...]
    """(instant, pupils before the gate from then on); empty without a zone there."""
    stays: tuple[tuple[Instant, Instant], ...]
    """When each pupil came into the zone before the gate, and left it or the day ended."""
    passages: tuple[Passage, ...]
    """One entry for each pupil who came to the line."""
    yard: tuple[tuple[Instant, Instant], ...]
    """When each pupil came into the yard and left it."""
    attack: LivedAttack | None
    desk_wait: Duration | None
    car_wait: Duration | None
    notices: int
    """How often the seat at the station was told of something."""
    begins: Instant
    ends: Instant
    interrupted: int
    """How often an alarm took a guard from a visitor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number of a day."""

    title: Titles
    unit: str
    of: Callable[[Lived], float | None]
    yes_or_no: bool = False
    """True for what a day either has, 1, or has not, 0."""
