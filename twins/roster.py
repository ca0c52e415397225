"""Rosters: local windows of the week as instants of the time line."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from twins.instant import SECOND, Duration, Instant
from twins.school import Post
from twins.window import Window

Interval = tuple[Instant, Instant]
"""From, and up to but not including."""


def intervals(windows: Sequence[Window], zone: str, start: Instant, days: int) -> list[Interval]:
    """Return the windows as intervals, from the local day before `start` for `days` + 1 days.

    Local times are read on the zone's wall, so a clock change moves them as it moves people.
    """
    first = local_day(zone, start) - timedelta(days=1)
    every = (first + timedelta(days=offset) for offset in range(days + 1))
    return sorted(found for day in every for found in on_day(windows, zone, day))


def local_day(zone: str, now: Instant) -> date:
    """Return the date that a calendar on the wall shows."""
    return datetime.fromtimestamp(now // SECOND, tz=ZoneInfo(zone)).date()


def on_day(windows: Sequence[Window], zone: str, day: date) -> list[Interval]:
    """Return the windows of one local day as intervals."""
    place = ZoneInfo(zone)
    return sorted(
        (_instant(day, window.start, place), _instant(day, window.end, place))
        for window in windows
        if day.weekday() in window.weekdays
    )


def next_interval(windows: Sequence[Window], zone: str, after: Instant) -> Interval | None:
    """Return the first interval that ends after an instant, or None within a week."""
    found = intervals(windows, zone, after, 8)
    return next((one for one in found if one[1] > after), None)


def merged(found: Sequence[Interval]) -> list[Interval]:
    """Return sorted intervals with those that touch or overlap made one."""
    whole: list[Interval] = []
    for begin, end in found:
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((begin, end))
    return whole


def uncovered(span: Interval, covers: Sequence[Interval]) -> list[Interval]:
    """Return the parts of a span that no interval covers."""
    begin, end = span
    left = []
    for cover_begin, cover_end in merged(sorted(covers)):
        if cover_begin > begin:
            left.append((begin, min(cover_begin, end)))
        begin = max(begin, cover_end)
        if begin >= end:
            break
    if begin < end:
        left.append((begin, end))
    return [one for one in left if one[0] < one[1]]


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
    holds no duty long enough. The post's grace comes on top of either limit.
    """
    peaks = intervals(post.peaks, zone, away_since, 8)
    for begin, end in _held(post, zone, away_since):
        start = max(begin, away_since)
        dues = [start + post.absence + post.grace]
        for peak_begin, peak_end in peaks:
            due = max(start, peak_begin) + post.absence_in_peak + post.grace
            if peak_begin < end and due <= peak_end:
                dues.append(due)
        if min(dues) < end:
            return min(dues), end
    return None


def silence_due(post: Post, zone: str, since: Instant) -> Interval | None:
    """Return when a fixed post is silent for too long and until when it must be held, as above."""
    if post.check_in is None:
        return None
    for begin, end in _held(post, zone, since):
        due = max(begin, since) + post.check_in
        if due < end:
            return due, end
    return None


def held_within(post: Post, zone: str, span: Interval) -> list[Interval]:
    """Return the stretches of a span, at most a week, in which the post must be held."""
    begin, end = span
    found = [(max(one, begin), min(other, end)) for one, other in _held(post, zone, begin)]
    return [one for one in found if one[0] < one[1]]


def _held(post: Post, zone: str, start: Instant) -> Iterator[Interval]:
    """Yield the stretches after `start` in which the post must be held: duty less breaks."""
    breaks = intervals(post.breaks, zone, start, 8)
    for duty_begin, duty_end in merged(intervals(post.duty, zone, start, 8)):
        begin = duty_begin
        for break_begin, break_end in breaks:
            if break_end <= begin or break_begin >= duty_end:
                continue
            if break_begin > begin and break_begin > start:
                yield begin, break_begin
            begin = max(begin, break_end)
        if begin < duty_end and duty_end > start:
            yield begin, duty_end


def stretch(windows: Sequence[Window], zone: str, now: Instant) -> tuple[bool, Instant | None]:
    """Return whether `now` lies in a window, and when that changes; None if not within a week."""
    until: Instant | None = None
    for begin, end in intervals(windows, zone, now, 8):
        if end <= now:
            continue
        if begin > (now if until is None else until):
            return (False, begin) if until is None else (True, until)
        until = end if until is None else max(until, end)
    return until is not None, until
