"""One day as it was, for whoever measures it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenarios.story import StoryEvent
from simulator.day.attack import Attack
from simulator.day.crowd import Crowd
from simulator.day.police import PoliceDay
from simulator.day.scene import Tally
from twins.capability import Titles
from twins.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One day as it was: what happened, and beside it what the platform believed (`story`)."""

    story: Sequence[StoryEvent]
    tally: Tally
    crowd: Crowd
    attack: Attack | None
    police: PoliceDay
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
