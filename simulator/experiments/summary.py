"""What an experiment found: for each measure its distribution, with n and intervals.

A mean never stands alone. What was not there in a day is counted apart: a wait that nobody had is
no wait of 0 s.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.day.measures import MEASURES
from simulator.estimation.intervals import Estimate, mean_estimate, quantile_estimate, wilson
from simulator.experiments.plan import Row

SHARES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantiles that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One measure over all days."""

    measure: str
    days: int
    """Days that were played."""
    values: tuple[float, ...]
    """Of the days that had one, from the least to the greatest."""
    mean: Estimate | None
    probability: Estimate | None
    """Instead of the rest, for what a day either had or had not."""
    quantiles: Mapping[float, Estimate]


def summarise(rows: Sequence[Row]) -> tuple[Found, ...]:
    """Return what was found, in the order of the measures."""
    return tuple(_found(name, rows) for name in MEASURES)


def _found(name: str, rows: Sequence[Row]) -> Found:
    given = [row.measures[name] for row in rows]
    values = sorted(value for value in given if value is not None)
    mean = probability = None
    quantiles: dict[float, Estimate] = {}
    if values and MEASURES[name].yes_or_no:
        probability = wilson(sum(value > 0 for value in values), len(values))
    elif values:
        mean = mean_estimate(values)
        quantiles = {share: quantile_estimate(values, share) for share in SHARES}
    return Found(
        measure=name, days=len(rows), values=tuple(values), mean=mean, probability=probability,
        quantiles=quantiles,
    )  # fmt: skip


def as_json(found: Found) -> dict[str, object]:
    """Return a measure for a JSON document; a bound that the data do not give is null."""
    measure = MEASURES[found.measure]
    body: dict[str, object] = {
        "title": measure.title, "unit": measure.unit, "days": found.days, "n": len(found.values),
    }  # fmt: skip
    if found.probability is not None:
        body["probability"] = _interval(found.probability)
    if found.mean is not None:
        body["mean"] = _interval(found.mean)
        body["quantiles"] = {f"{share:g}": _interval(one) for share, one in
                             found.quantiles.items()}  # fmt: skip
    return body


def _interval(estimate: Estimate) -> dict[str, float | None]:
    return {
        name: value if math.isfinite(value) else None
        for name, value in (
            ("value", estimate.value), ("low", estimate.low), ("high", estimate.high),
            ("confidence", estimate.confidence),
        )
    }  # fmt: skip
