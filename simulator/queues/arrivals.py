"""Poisson arrivals with a rate that changes by steps: the burst before the bell (M_t of M_t/G/c).

Unit-rate arrivals are carried through the inverse of the accumulated rate. Each arrival takes one
uniform number, so designs that share a stream share their crowd.
"""

import math
from collections.abc import Iterator, Sequence

from twins.instant import Instant, seconds
from twins.streams import Stream

Step = tuple[Instant, float]
"""(from, arrivals per second from then on)."""


def poisson_arrivals(
    steps: Sequence[Step], stream: Stream, *, until: Instant | None = None
) -> Iterator[Instant]:
    """Yield arrival instants under a rate given by steps in order of time, the last one open.

    Ends at `until`, and never before it unless the last rate is 0.
    """
    assert steps, "a rate needs a beginning"
    uniform, log = stream.random, math.log
    at = float(steps[0][0])
    ends = [float(begin) for begin, _ in steps[1:]] + [math.inf]
    for (_, rate), end in zip(steps, ends, strict=True):
        if not rate:
            at = end
            continue
        gap = 1e9 / rate
        # What is left of a gap at a step is exponential again, so it may be drawn afresh.
        while (at := at - gap * log(1.0 - uniform())) < end:
            arrives = round(at)
            if until is not None and arrives >= until:
                return
            yield arrives
        at = end


def steady(rate: float) -> tuple[Step, ...]:
    """Return a rate in arrivals per second that does not change."""
    return ((0, rate),)


def burst(begin: Instant, *, persons: float, lasts_s: float) -> tuple[Step, ...]:
    """Return the rate of so many persons on average within so many seconds, and then none."""
    return ((begin, persons / lasts_s), (begin + seconds(lasts_s), 0.0))
