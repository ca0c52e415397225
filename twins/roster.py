"""Rosters: local windows of the week as instants of the time line."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from twins.instant import SECOND, Duration, Instant
from twins.school import Post, Window

Interval = tuple[Instant, Instant]
"""From, and up to but not including."""


def intervals(windows: Sequence[Window], zone: str, start: Instant, days: int) -> list[Interval]:
    """Return the windows as intervals, from the local day before `start` for `days` + 1 days.

    Local times are read on the zone's wall, so a clock change moves them as it moves people.
    """
    place = ZoneInfo(zone)
    first = datetime.fromtimestamp(start // SECOND, tz=place).date() - timedelta(days=1)
    found = []
    for day in (first + timedelta(days=offset) for offset in range(days + 1)):
        for window in windows:
            if day.weekday() in window.weekdays:
                begin = _instant(day, window.start, place)
                found.append((begin, _instant(day, window.end, place)))
    return sorted(found)


def holds(windows: Sequence[Window], zone: str, now: Instant) -> bool:
    """Return whether `now` lies in one of the windows."""
    return any(begin <= now < end for begin, end in intervals(windows, zone, now, 1))


def _instant(day: date, since_midnight: Duration, place: ZoneInfo) -> Instant:
    wall = datetime.combine(day, datetime.min.time()) + timedelta(
        microseconds=since_midnight // 1000
    )
    return round(wall.replace(tzinfo=place).timestamp()) * SECOND


def absence_due(post: Post, zone: str, away_since: Instant) -> Interval | None:
    """Return when an absence becomes too long and until when the post must be held.

    Counting starts with the absence, with the duty or after a break, whichever is latest; in a
    peak the shorter limit counts, from the peak's start at the earliest. None if the next week
    holds no duty long enough.
    """
    peaks = intervals(post.peaks, zone, away_since, 8)
    for begin, end in _held(post, zone, away_since):
        start = max(begin, away_since)
        dues = [start + post.absence]
        for peak_begin, peak_end in peaks:
            due = max(start, peak_begin) + post.absence_in_peak
            if peak_begin < end and due <= peak_end:
                dues.append(due)
        if min(dues) < end:
            return min(dues), end
    return None


def _held(post: Post, zone: str, start: Instant) -> Iterator[Interval]:
    """Yield the stretches after `start` in which the post must be held: duty less breaks."""
    breaks = intervals(post.breaks, zone, start, 8)
    for duty_begin, duty_end in intervals(post.duty, zone, start, 8):
        begin = duty_begin
        for break_begin, break_end in breaks:
            if break_end <= begin or break_begin >= duty_end:
                continue
            if break_begin > begin and break_begin > start:
                yield begin, break_begin
            begin = max(begin, break_end)
        if begin < duty_end and duty_end > start:
            yield begin, duty_end
