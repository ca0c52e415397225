"""How many replications: until the interval is as narrow as wanted.

Sources: Law, Simulation Modeling and Analysis (2015), §9.4: absolute and relative precision.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import stdev

from simulator.estimation.intervals import CONFIDENCE, Estimate, half_width, mean_estimate

AT_LEAST = 10
"""Replications before the first look; fewer make a chance narrowness likely (Law)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """When an interval on a mean is narrow enough: one of the two."""

    half_width: float | None = None
    """In the unit of the values."""
    relative: float | None = None
    """As a share of the true mean, as 0.05; compared with the found one as g / (1 + g)."""

    def __post_init__(self) -> None:
        """Refuse none or both."""
        if (self.half_width is None) == (self.relative is None):
            raise ValueError("give half_width or relative")

    def reached(self, mean: float, half: float) -> bool:
        """Return whether an interval is narrow enough."""
        if self.half_width is not None:
            return half <= self.half_width
        assert self.relative is not None
        return half <= self.relative / (1 + self.relative) * abs(mean)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What a sequence of replications came to."""

    estimate: Estimate
    values: tuple[float, ...]
    reached: bool
    """False where `at_most` came before the target."""


def replicate(
    sample: Callable[[int], float], target: Target, *, at_most: int,
    at_least: int = AT_LEAST, confidence: float = CONFIDENCE,
) -> Stopped:  # fmt: skip
    """Call `sample(0)`, `sample(1)`, … until the mean is known as surely as wanted.

    `sample` gives one replication's value by its number alone, so numbers may be computed ahead, in
    any process, and taken here in their order: the end does not depend on who computed them.
    """
    return take_until((sample(number) for number in range(at_most)), target, at_least=at_least,
                      confidence=confidence)  # fmt: skip


def take_until(
    values: Iterable[float], target: Target, *, at_least: int = AT_LEAST,
    confidence: float = CONFIDENCE,
) -> Stopped:  # fmt: skip
    """Take values in their order until their mean is known as surely as wanted, or they end."""
    taken: list[float] = []
    mean = squares = 0.0
    reached = False
    for value in values:
        taken.append(value)
        count = len(taken)
        # Welford's update keeps the spread without a second pass.
        step = value - mean
        mean += step / count
        squares += step * (value - mean)
        if count >= max(at_least, 2):
            half = half_width(count, math.sqrt(squares / (count - 1)), confidence)
            if reached := target.reached(mean, half):
                break
    return Stopped(estimate=mean_estimate(taken, confidence), values=tuple(taken), reached=reached)


def replications_needed(
    values: Sequence[float], wanted: float, confidence: float = CONFIDENCE
) -> int:
    """Return about how many replications give this half-width, from a first few: (t s / h)²."""
    first = half_width(len(values), stdev(values), confidence) * math.sqrt(len(values))
    return math.ceil((first / wanted) ** 2)
