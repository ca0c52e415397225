"""From what was measured to the simulator's parameters: one law per stage, with its uncertainty.

Durations are fitted by maximum likelihood, log-normal or exponential, whichever has the lower AIC
(Akaike, 1974); shares are counted. Bands are percentiles of the bootstrap (Efron, 1979).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from simulator.estimation.intervals import jeffreys
from simulator.laws import Exponential, Fixed, Law, LogNormal
from simulator.parameters import PARAMETERS
from twins.streams import Streams

AT_LEAST = 5
"""Fewer observations are not fitted: the guess stays (ours)."""

RESAMPLES = 1000

BAND = (0.025, 0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was observed of one parameter, in its own unit; 1 and 0 for a share."""

    parameter: str
    values: tuple[float, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A parameter as measured."""

    parameter: str
    law: Law
    observations: int
    source: str
    bands: Mapping[str, tuple[float, float]]
    """Figure of the law → its 95 % band: `value` of a share, else `median` and `p90`."""


def fit(sample: Sample, streams: Streams) -> Fitted | None:
    """Return the law of a sample, or None where it is too small."""
    values = sample.values
    if len(values) < AT_LEAST:
        return None
    if PARAMETERS[sample.parameter].unit == "probability":
        share = jeffreys(round(sum(values)), len(values))
        law: Law = Fixed(round(share.value, 4))
        bands = {"value": (share.low, share.high)}
    else:
        law = _rounded(likeliest(values))
        bands = _bands(sample, streams)
    return Fitted(
        parameter=sample.parameter, law=law, observations=len(values), source=sample.source,
        bands=bands,
    )  # fmt: skip


def likeliest(values: Sequence[float]) -> Law:
    """Return the log-normal or the exponential law of positive durations, the better by AIC."""
    logs = [math.log(value) for value in values]
    middle, sigma, mean = fmean(logs), pstdev(logs), fmean(values)
    if sigma == 0.0:
        return Fixed(values[0])
    count = len(values)
    log_normal = -sum(logs) - count * (math.log(sigma) + 0.5 * math.log(2 * math.pi) + 0.5)
    exponential = -count * (math.log(mean) + 1.0)
    if 2 * 2 - 2 * log_normal <= 2 * 1 - 2 * exponential:
        return LogNormal(math.exp(middle), sigma)
    return Exponential(mean)


FIGURES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "median": lambda ordered: ordered[(len(ordered) - 1) // 2],
    "p90": lambda ordered: ordered[max(0, math.ceil(0.9 * len(ordered)) - 1)],
}
"""Figures of a sample, of its values in order."""


def _bands(sample: Sample, streams: Streams) -> dict[str, tuple[float, float]]:
    uniform = streams.stream(sample.parameter, "bootstrap").random
    count = len(sample.values)
    found: dict[str, list[float]] = {name: [] for name in FIGURES}
    for _ in range(RESAMPLES):
        again = sorted(sample.values[int(uniform() * count)] for _ in range(count))
        for name, figure in FIGURES.items():
            found[name].append(figure(again))
    return {name: _percentiles(values) for name, values in found.items()}


def _percentiles(values: list[float]) -> tuple[float, float]:
    values.sort()
    low, high = (values[round(share * (len(values) - 1))] for share in BAND)
    return low, high


def _rounded(law: Law) -> Law:
    """Return a law with four digits: a file is read by people."""
    match law:
        case LogNormal():
            return LogNormal(float(f"{law.median:.4g}"), float(f"{law.sigma:.4g}"))
        case Exponential():
            return Exponential(float(f"{law.mean:.4g}"))
        case _:
            return law
