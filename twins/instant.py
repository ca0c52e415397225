"""Time as integer nanoseconds, so that a drill replays to the nanosecond."""

import re
from datetime import UTC, datetime
from typing import TypeAlias

Instant: TypeAlias = int
"""Nanoseconds since the Unix epoch, UTC."""

Duration: TypeAlias = int
"""Nanoseconds."""

SECOND: Duration = 1_000_000_000
MILLISECOND: Duration = 1_000_000

_UNITS = {"ms": MILLISECOND, "s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND}
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?) ?(ms|s|min|h)")


def seconds(count: float) -> Duration:
    """Return `count` seconds as a duration, rounded to the nanosecond."""
    return round(count * SECOND)


def milliseconds(count: float) -> Duration:
    """Return `count` milliseconds as a duration, rounded to the nanosecond."""
    return round(count * MILLISECOND)


def in_seconds(duration: Duration) -> float:
    """Return a duration in seconds, for people and for libraries that want floats."""
    return duration / SECOND


def parse_duration(text: str) -> Duration:
    """Read `250ms`, `2s`, `+4 s`, `1.5min` or `1h`; raises ValueError for anything else."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration; write for example 250ms, 2s, 3min or 1h")
    return round(float(match[1]) * _UNITS[match[2]])


def iso(instant: Instant) -> str:
    """Return an instant as ISO 8601 in UTC with milliseconds.

    >>> iso(0)
    '1970-01-01T00:00:00.000Z'
    """
    whole, rest = divmod(instant, SECOND)
    stamp = datetime.fromtimestamp(whole, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{rest // MILLISECOND:03d}Z"
