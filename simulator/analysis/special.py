"""Special functions and integrals, as far as intervals and closed forms need them.

The standard library has the normal law and the gamma function; the rest is here, by the classical
series and continued fractions (Abramowitz and Stegun, §6.5, §26.5; Lentz's method), to about 12
digits. Tests hold it to published tables.
"""

import math
from collections.abc import Callable
from functools import lru_cache

_PRECISION = 1e-16
_ROUNDING = 1e-14
_TINY = 1e-300
_TERMS = 10_000
_HALVINGS = 48
"""Deepest division of an interval, and longest search for a quantile once it is enclosed."""

_NODES = (
    (0.9914553711208126, 0.0229353220105292, 0.0),
    (0.9491079123427585, 0.0630920926299786, 0.1294849661688697),
    (0.8648644233597691, 0.1047900103222502, 0.0),
    (0.7415311855993945, 0.1406532597155259, 0.2797053914892767),
    (0.5860872354676911, 0.1690047266392679, 0.0),
    (0.4058451513773972, 0.1903505780647854, 0.3818300505051189),
    (0.2077849550078985, 0.2044329400752989, 0.0),
)
_MIDDLE = (0.2094821410847278, 0.4179591836734694)
"""Gauss-Kronrod 7-15: node, weight of 15, weight of 7 (Kronrod, 1965)."""


def integral(
    f: Callable[[float], float], low: float, high: float, *, precision: float = 1e-10
) -> float:
    """Return the integral of a bounded function, halving where it bends, to `precision`."""
    if high <= low:
        return 0.0
    total, parts = 0.0, [(low, high, precision, 0)]
    while parts:
        begin, end, allowed, depth = parts.pop()
        fine, coarse = _gauss_kronrod(f, begin, end)
        # Below the rounding of the sums themselves no halving helps.
        settled = max(allowed, _ROUNDING * abs(fine))
        if abs(fine - coarse) <= settled or depth == _HALVINGS:
            total += fine
        else:
            middle = (begin + end) / 2
            parts += [
                (begin, middle, allowed / 2, depth + 1), (middle, end, allowed / 2, depth + 1)
            ]  # fmt: skip
    return total


def gamma_share(shape: float, x: float) -> float:
    """Return P(Gamma(shape, 1) ≤ x), the regularised incomplete gamma function."""
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        above = shape
        while abs(term) > abs(total) * _PRECISION:
            above += 1
            term *= x / above
            total += term
        return front * total
    return 1 - front * _gamma_fraction(shape, x)


def beta_share(a: float, b: float, x: float) -> float:
    """Return P(Beta(a, b) ≤ x), the regularised incomplete beta function."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def beta_quantile(a: float, b: float, share: float) -> float:
    """Return x with P(Beta(a, b) ≤ x) = share, by halving."""
    return _solve(lambda x: beta_share(a, b, x), share, 0.0, 1.0)


def student_share(t: float, freedom: float) -> float:
    """Return P(T ≤ t) of Student's law."""
    tail = 0.5 * beta_share(freedom / 2, 0.5, freedom / (freedom + t * t))
    return 1 - tail if t > 0 else tail


@lru_cache(maxsize=4096)
def student_quantile(share: float, freedom: float) -> float:
    """Return t with P(T ≤ t) = share of Student's law."""
    if share < 0.5:  # noqa: PLR2004  the law is symmetric
        return -student_quantile(1 - share, freedom)
    high = 1.0
    while student_share(high, freedom) < share:
        high *= 2
    return _solve(lambda t: student_share(t, freedom), share, 0.0, high)


def binomial_share(successes: int, trials: int, probability: float) -> float:
    """Return P(at most so many successes)."""
    if successes < 0:
        return 0.0
    if successes >= trials:
        return 1.0
    return 1 - beta_share(successes + 1, trials - successes, probability)


def _gauss_kronrod(f: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, (high - low) / 2
    value = f(middle)
    fine, coarse = _MIDDLE[0] * value, _MIDDLE[1] * value
    for node, of_fifteen, of_seven in _NODES:
        both = f(middle - half * node) + f(middle + half * node)
        fine += of_fifteen * both
        coarse += of_seven * both
    return fine * half, coarse * half


def _gamma_fraction(shape: float, x: float) -> float:
    """Return the continued fraction of the upper tail, by Lentz's method."""
    below = x + 1 - shape
    c, d = 1 / _TINY, 1 / below
    value = d
    for term in range(1, _TERMS):
        over = -term * (term - shape)
        below += 2
        d = 1 / (over * d + below or _TINY)
        c = below + over / c or _TINY
        value *= c * d
        if abs(c * d - 1) < _PRECISION * 4:
            break
    return value


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or _TINY)
    value = d
    for m in range(1, _TERMS):
        for over in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + over * d or _TINY)
            c = 1 + over / c or _TINY
            value *= c * d
        if abs(c * d - 1) < _PRECISION * 4:
            break
    return value


def _solve(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Return where a rising function reaches a value, by halving down to the last bits."""
    for _ in range(2 * _HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
