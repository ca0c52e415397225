"""Two designs against each other: paired under common random numbers, or independent."""

import math
from collections.abc import Sequence
from statistics import fmean, variance

from simulator.analysis.special import student_quantile
from simulator.estimation.intervals import CONFIDENCE, Estimate, mean_estimate


def paired_difference(
    first: Sequence[float], second: Sequence[float], confidence: float = CONFIDENCE
) -> Estimate:
    """Return first - second where both designs met the same chance in each replication.

    Common random numbers make the pairs alike, so their difference varies little.
    """
    differences = [one - other for one, other in zip(first, second, strict=True)]
    return mean_estimate(differences, confidence)


def independent_difference(
    first: Sequence[float], second: Sequence[float], confidence: float = CONFIDENCE
) -> Estimate:
    """Return first - second for unrelated replications (Welch, 1947)."""
    parts = [variance(values) / len(values) for values in (first, second)]
    spread = math.fsum(parts)
    freedom = len(first) + len(second) - 2.0
    if spread:
        freedom = spread**2 / math.fsum(
            part**2 / (len(values) - 1) for part, values in zip(parts, (first, second), strict=True)
        )
    half = student_quantile((1 + confidence) / 2, freedom) * math.sqrt(spread)
    value = fmean(first) - fmean(second)
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        observations=len(first) + len(second),
        confidence=confidence,
    )
