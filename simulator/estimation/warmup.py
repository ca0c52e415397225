"""How much of a run's beginning to leave out: MSER-5.

White, Simulation 69 (1997); Spratt's batches of five. Leaves out what makes the mean of the rest
surest, so an empty start does not pull a long-run figure down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

BATCH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """Where the settled part of a run begins."""

    dropped: int
    """Observations left out, a multiple of five and at most about half of them."""
    mean: float
    """Of the rest."""
    settled: bool
    """False where half was left out: the run is too short to tell."""


def mser5(values: Sequence[float]) -> WarmUp:
    """Return the warm-up of a series in order of time; raises ValueError below ten values."""
    if len(values) < 2 * BATCH:
        raise ValueError(f"{len(values)} values are too few for a warm-up; give ten at least")
    batches = [
        fmean(values[begin : begin + BATCH])
        for begin in range(0, len(values) - len(values) % BATCH, BATCH)
    ]
    count = len(batches)
    # Centred, so that the sums of squares from the end keep their digits.
    centre = fmean(batches)
    centred = [one - centre for one in batches]
    sums = list(accumulate(reversed(centred)))[::-1]
    squares = list(accumulate(one * one for one in reversed(centred)))[::-1]
    half = count // 2

    def error(drop: int) -> float:
        left = count - drop
        return (squares[drop] - sums[drop] ** 2 / left) / left**2

    drop = min(range(half + 1), key=error)
    return WarmUp(dropped=BATCH * drop, mean=fmean(values[BATCH * drop :]), settled=drop < half)
