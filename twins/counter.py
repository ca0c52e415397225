"""Counters of devices: how often one stepped between two readings."""

MOST_OVER_THE_END = 16
"""A counter that went back by almost its whole range, all but so many steps, has run over its end
and not restarted (assumed: more steps do not fall between two reads)."""

_RANGES = (2**16, 2**32)
"""Where counters of one and two words run over."""


def steps(before: int, count: int) -> int:
    """Return how often a counter stepped: on, over its end, or since it restarted from zero.

    >>> steps(7, 9), steps(65_535, 1), steps(500, 2)
    (2, 2, 2)
    """
    if count >= before:
        return count - before
    over_the_end = (count + size - before for size in _RANGES)
    return next((one for one in over_the_end if 0 < one <= MOST_OVER_THE_END), count)
