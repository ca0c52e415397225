"""Confidence intervals on a mean, a probability and a quantile: never a bare number.

Sources: Student (1908); Wilson (1927); Brown, Cai and DasGupta, Statistical Science 16 (2001) for
Wilson's and Jeffreys' intervals; David and Nagaraja, Order Statistics (2003), §7.1 for quantiles.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

from simulator.analysis.special import beta_quantile, binomial_share, student_quantile

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its interval; without bounds where so few observations give none."""

    value: float
    low: float
    high: float
    observations: int
    confidence: float = CONFIDENCE

    @property
    def half_width(self) -> float:
        """Return half the length of the interval."""
        return (self.high - self.low) / 2


def mean_estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Return the mean of independent values with Student's interval."""
    half = half_width(len(values), stdev(values), confidence) if len(values) > 1 else math.inf
    mean = fmean(values)
    return Estimate(
        value=mean, low=mean - half, high=mean + half, observations=len(values),
        confidence=confidence,
    )  # fmt: skip


def half_width(observations: int, deviation: float, confidence: float = CONFIDENCE) -> float:
    """Return half of Student's interval on a mean, from the sample's standard deviation."""
    t = student_quantile((1 + confidence) / 2, observations - 1)
    return t * deviation / math.sqrt(observations)


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Estimate:
    """Return a probability with Wilson's interval, good also near 0 and 1."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    spread = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    return Estimate(
        value=share,
        # In whole numbers nothing can be below none and above all; rounding could say so.
        low=0.0 if successes == 0 else middle - half,
        high=1.0 if successes == trials else middle + half,
        observations=trials,
        confidence=confidence,
    )


def jeffreys(successes: int, trials: int, confidence: float = CONFIDENCE) -> Estimate:
    """Return a probability with Jeffreys' interval: equal tails of Beta(s + ½, n - s + ½)."""
    a, b = successes + 0.5, trials - successes + 0.5
    return Estimate(
        value=successes / trials,
        low=0.0 if successes == 0 else beta_quantile(a, b, (1 - confidence) / 2),
        high=1.0 if successes == trials else beta_quantile(a, b, (1 + confidence) / 2),
        observations=trials,
        confidence=confidence,
    )


def quantile_estimate(
    values: Sequence[float], share: float, confidence: float = CONFIDENCE
) -> Estimate:
    """Return a quantile with bounds that are two of the observations: no law is assumed.

    The chance that an order statistic lies below the quantile is binomial. Where there are too few
    observations for a side, that side is infinite. Values may be infinite (somebody never came).
    """
    ordered = sorted(values)
    count = len(ordered)
    tail = (1 - confidence) / 2
    low = _rank(count, share, tail) - 1
    high = _rank(count, share, 1 - tail)
    return Estimate(
        value=ordered[max(0, math.ceil(share * count) - 1)],
        low=-math.inf if low < 0 else ordered[low],
        high=math.inf if high >= count else ordered[high],
        observations=count,
        confidence=confidence,
    )


def _rank(count: int, share: float, probability: float) -> int:
    """Return the least k with P(Binomial(count, share) ≤ k) ≥ probability."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if binomial_share(middle, count, share) >= probability:
            high = middle
        else:
            low = middle + 1
    return low
