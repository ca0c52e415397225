"""Two designs under the same chance: what the one has more of than the other, and how surely."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.day.measures import MEASURES
from simulator.estimation.comparison import paired_difference
from simulator.estimation.intervals import Estimate, mean_estimate
from simulator.experiments.plan import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One measure of two designs, over the days that had it in both."""

    measure: str
    first: Estimate
    second: Estimate
    difference: Estimate
    """First - second, paired by school, day and replication."""

    @property
    def sure(self) -> bool:
        """Return whether the interval leaves 0 out."""
        return self.difference.low > 0.0 or self.difference.high < 0.0


def differences(first: Sequence[Row], second: Sequence[Row]) -> tuple[Difference, ...]:
    """Return the differences in the order of the measures; the rows stand in the same order.

    A measure that only one of the designs had on a day says nothing on that day; one that fewer
    than two pairs have is left out.
    """
    found = []
    for measure in MEASURES:
        pairs = [
            (one, other)
            for a, b in zip(first, second, strict=True)
            if (one := a.measures[measure]) is not None
            and (other := b.measures[measure]) is not None
        ]
        if len(pairs) > 1:
            ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
            found.append(
                Difference(
                    measure=measure, first=mean_estimate(ours), second=mean_estimate(theirs),
                    difference=paired_difference(ours, theirs),
                )
            )  # fmt: skip
    return tuple(found)
