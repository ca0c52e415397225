"""Local times as people write them, in the notation of OpenStreetMap's opening hours.

`Mo-Fr 07:20-08:10`, `Mo,We 16:00-17:10`, `00:00-24:00`; a start is `Mo 07:40` or
`2026-09-07 07:40`. Times are those of the school's zone.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from twins.instant import SECOND, Duration, Instant
from twins.window import Window

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

REFERENCE_MONDAY = date(2026, 9, 7)
"""A drill that names only a weekday is played in this week (assumed; a week of school term)."""

END_OF_DAY = 24 * 3600 * SECOND

_TIME = re.compile(r"(\d{2}):(\d{2})")
_WINDOW = re.compile(r"(?:(\S+) )?(\d{2}:\d{2})-(\d{2}:\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The local day and time at which a drill's `0s` lies."""

    day: date
    time: Duration
    """Since local midnight."""

    def instant(self, zone: str) -> Instant:
        """Return the start as an instant, in an IANA zone such as `Asia/Shanghai`."""
        minutes = self.time // (60 * SECOND)
        local = datetime.combine(self.day, time(*divmod(minutes, 60)), tzinfo=ZoneInfo(zone))
        return int(local.timestamp()) * SECOND


def parse_start(text: str) -> Start:
    """Read `Mo 07:40` or `2026-09-07 07:40`; raises ValueError for anything else."""
    day_text, _, time_text = text.strip().partition(" ")
    if day_text in WEEKDAYS:
        day = REFERENCE_MONDAY + timedelta(days=WEEKDAYS.index(day_text))
    else:
        try:
            day = date.fromisoformat(day_text)
        except ValueError:
            raise ValueError(
                f"{text!r} is no start; write for example Mo 07:40 or 2026-09-07 07:40"
            ) from None
    start = parse_time(time_text.strip())
    if start >= END_OF_DAY:
        raise ValueError(f"{time_text!r} is no time of day")
    return Start(day=day, time=start)


def parse_time(text: str) -> Duration:
    """Read `07:40` as the time since midnight, up to 24:00; raises ValueError."""
    match = _TIME.fullmatch(text)
    hours, minutes = (int(match[1]), int(match[2])) if match else (0, 60)
    time_of_day = (hours * 60 + minutes) * 60 * SECOND
    if minutes >= 60 or time_of_day > END_OF_DAY:  # noqa: PLR2004  minutes of an hour
        raise ValueError(f"{text!r} is no time of day; write for example 07:40")
    return time_of_day


def parse_window(text: str) -> Window:
    """Read `Mo-Fr 07:20-08:10`; without days it holds every day. Raises ValueError."""
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no window; write for example Mo-Fr 07:20-08:10")
    start, end = parse_time(match[2]), parse_time(match[3])
    if start >= end:
        raise ValueError(f"{text!r} ends before it starts; split it at midnight")
    weekdays = frozenset(range(7)) if match[1] is None else _weekdays(match[1])
    return Window(weekdays=weekdays, start=start, end=end)


def parse_bell(text: str) -> tuple[frozenset[int], Duration]:
    """Read `Mo-Fr 07:20` as weekdays and the time since midnight; raises ValueError."""
    days, _, at = text.strip().rpartition(" ")
    if not days:
        raise ValueError(f"{text!r} is no bell time; write for example Mo-Fr 07:20")
    return _weekdays(days), parse_time(at)


def _weekdays(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        for name in (first, last) if dash else (first,):
            if name not in WEEKDAYS:
                raise ValueError(f"{name!r} is no weekday; write {', '.join(WEEKDAYS)}")
        low = WEEKDAYS.index(first)
        high = WEEKDAYS.index(last) if dash else low
        if high < low:
            raise ValueError(f"{part!r}: the days run backwards")
        found.update(range(low, high + 1))
    return frozenset(found)
