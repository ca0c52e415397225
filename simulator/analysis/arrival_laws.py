"""When the first volunteer comes, and what that gains on the police: closed forms and integrals.

Volunteers as a homogeneous Poisson field about the gate, each accepting independently. Times in
seconds, distances in metres. Sources: Larson and Odoni, Urban Operations Research (1981), §3.8 for
distances; van den Berg and others, Management Science 71 (2025) for the field of responders; the
rest follows by thinning and displacement of a Poisson process.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from statistics import NormalDist

from simulator.analysis.special import gamma_share, integral

Share = Callable[[float], float]
"""P(time ≤ t) or P(time > t) as a function of t."""

_NORMAL = NormalDist()


class Metric(Enum):
    """How a distance is measured; the value is the area of the ball of radius 1."""

    EUCLID = math.pi
    RIGHT_ANGLE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerField:
    """One class of volunteers about a gate."""

    per_km2: float
    accepts: float
    speed: float
    """m/s along the way."""
    detour: float
    """Way over distance, 1 or more."""
    radius_m: float = math.inf
    """How far from the gate volunteers are told."""
    reacted: Share
    """P(answer and turnout take at most t)."""

    @property
    def accepting_per_m2(self) -> float:
        """Return the density of those who will come."""
        return self.per_km2 * self.accepts / 1e6


def after(delay_s: float) -> Share:
    """Return the law of a fixed delay."""
    return lambda t: float(t >= delay_s)


def shifted_gamma(shift: float, shape: float, scale: float) -> Share:
    """Return P(shift + Gamma(shape, scale) ≤ t)."""
    return lambda t: gamma_share(shape, (t - shift) / scale)


def later_than_log_normal(median: float, sigma: float) -> Share:
    """Return P(T > t) of a log-normal time."""
    return lambda t: 1 - _NORMAL.cdf(math.log(t / median) / sigma) if t > 0 else 1.0


def expected_there(t: float, fields: Iterable[VolunteerField]) -> float:
    """Return how many volunteers are there by `t` on average; their number is Poisson."""
    total = 0.0
    for field in fields:
        reach = min(field.radius_m, max(0.0, t) * field.speed / field.detour)

        def in_ring(radius: float, field: VolunteerField = field) -> float:
            return field.reacted(t - field.detour * radius / field.speed) * math.tau * radius

        total += field.accepting_per_m2 * integral(in_ring, 0.0, reach, precision=1e-3)
    return total


def nobody_yet(t: float, fields: Sequence[VolunteerField]) -> float:
    """Return P(first volunteer > t)."""
    return math.exp(-expected_there(t, fields))


def nobody_ever(fields: Iterable[VolunteerField]) -> float:
    """Return P(no volunteer comes), for alerts of finite radius."""
    return math.exp(
        -math.fsum(field.accepting_per_m2 * math.pi * field.radius_m**2 for field in fields)
    )


def at_least(count: int, t: float, fields: Sequence[VolunteerField]) -> float:
    """Return P(so many volunteers are there by t)."""
    return gamma_share(count, expected_there(t, fields)) if count > 0 else 1.0


def mean_nearest(rank: int, per_km2: float, metric: Metric = Metric.EUCLID) -> float:
    """Return the mean distance to the rank-th nearest volunteer."""
    ratio = math.exp(math.lgamma(rank + 0.5) - math.lgamma(rank))
    return ratio / math.sqrt(metric.value * per_km2 / 1e6)


def first_quantile(share: float, field: VolunteerField, delay_s: float) -> float:
    """Return t with P(first ≤ t) = share, for a fixed delay and no limit of radius."""
    reach = math.sqrt(-math.log(1 - share) / (math.pi * field.accepting_per_m2))
    return delay_s + field.detour / field.speed * reach


def mean_first(field: VolunteerField, delay_s: float) -> tuple[float, float]:
    """Return mean and deviation of the first arrival, for a fixed delay and no limit of radius."""
    pace, density = field.detour / field.speed, field.accepting_per_m2
    deviation = pace * math.sqrt((4 - math.pi) / (4 * math.pi * density))
    return delay_s + pace / (2 * math.sqrt(density)), deviation


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The response gap in theory."""

    first_s: float
    """Mean time until anybody is there."""
    police_s: float
    volunteer_first: float
    """P(a volunteer is there before the police)."""

    @property
    def gained_s(self) -> float:
        """Return the mean of the seconds that volunteers gain."""
        return self.police_s - self.first_s


def response_gap(
    fields: Sequence[VolunteerField], police_later: Share, horizon_s: float, steps: int = 64
) -> Gap:
    """Return the gap where police come independently, with P(T > t) = `police_later`.

    E min = ∫ S_P S_V, E police = ∫ S_P and P(V < P) = ∫ (1 - S_V) dF_P, each from 0 to `horizon_s`,
    by which the police must nearly surely be there.
    """
    both: Share = lambda t: police_later(t) * nobody_yet(t, fields)  # noqa: E731
    edges = [horizon_s * place / steps for place in range(steps + 1)]
    first = math.fsum(integral(both, begin, end, precision=1e-7) for begin, end in pairwise(edges))
    police = math.fsum(
        integral(police_later, begin, end, precision=1e-9) for begin, end in pairwise(edges)
    )
    return Gap(first_s=first, police_s=police, volunteer_first=_before(fields, police_later, edges))


def at_least_of(rank: int, shares: Sequence[float], correlation: float = 0.0) -> float:
    """Return P(at least `rank` of these responders are there), each with their own probability.

    With `shares` as their laws at t this is the law of the rank-th arrival. A common cause moves
    them together by a one-factor Gaussian copula, as `volunteer.correlation` in a play; each keeps
    their own probability (Vasicek, Risk 15 (2002), for the integral).
    """
    if not correlation:
        return _at_least_of(rank, shares)
    shared, rest = correlation**0.5, (1 - correlation) ** 0.5
    limits = [_NORMAL.inv_cdf(min(max(share, 1e-300), 1 - 1e-16)) for share in shares]

    def at(mood: float) -> float:
        given = [_NORMAL.cdf((limit - shared * mood) / rest) for limit in limits]
        return _NORMAL.pdf(mood) * _at_least_of(rank, given)

    return integral(at, -9.0, 9.0, precision=1e-12)


def mean_last_of(count: int, mean_s: float) -> float:
    """Return the mean of the last of so many exponential times: mean × (1 + 1/2 + … + 1/n)."""
    return mean_s * math.fsum(1 / place for place in range(1, count + 1))


def _at_least_of(rank: int, shares: Sequence[float]) -> float:
    """Return the upper tail of a sum of independent yes and no (Poisson-binomial)."""
    there = [1.0]
    for share in shares:
        there = [
            stay * (1 - share) + come * share
            for stay, come in zip([*there, 0.0], [0.0, *there], strict=True)
        ]
    return math.fsum(there[rank:])


def _before(fields: Sequence[VolunteerField], police_later: Share, edges: Sequence[float]) -> float:
    """Return P(V < P), with the density of the police as a difference of their law."""
    step = 1e-3

    def at(t: float) -> float:
        density = (police_later(t - step) - police_later(t + step)) / (2 * step)
        return density * (1 - nobody_yet(t, fields))

    return math.fsum(
        integral(at, max(begin, step), end, precision=1e-8) for begin, end in pairwise(edges)
    )
