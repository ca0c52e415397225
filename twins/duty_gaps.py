"""高峰勤務 (R42, R45): what is missing at which post in which peak, read from the plan alone."""

from collections.abc import Iterator

from twins.duty import AnyOf, DutyAssignment, DutyRole, GapLine
from twins.instant import Duration, Instant, seconds
from twins.roster import Interval, intervals, uncovered
from twins.school import Post, School

ANYBODY: AnyOf = tuple(DutyRole)

WEEK: Duration = seconds(7 * 86_400)


def peak_gaps(school: School, post: Post, peak: Interval) -> tuple[GapLine, ...]:
    """Return the stretches of a peak in which the post lacks somebody it needs.

    A post without needs of its own needs anybody. Who covers only a part of the peak leaves a gap
    for the rest.
    """
    planned = [one for one in _assignments(school) if one.post == post.id]
    return tuple(
        GapLine(school=school.id, post=post.id, begin=begin, end=end, missing=any_of)
        for any_of in post.needs or (ANYBODY,)
        for begin, end in uncovered(peak, list(_covers(school, planned, any_of, peak)))
    )


def week_gaps(school: School, start: Instant) -> tuple[GapLine, ...]:
    """Return the gaps of every post in the peaks that begin in the seven days from `start`."""
    return tuple(
        gap
        for post in school.posts
        for peak in intervals(post.peaks, school.zone, start, 8)
        if start <= peak[0] < start + WEEK
        for gap in peak_gaps(school, post, peak)
    )


def _assignments(school: School) -> tuple[DutyAssignment, ...]:
    return school.duty.assignments if school.duty else ()


def _covers(
    school: School, planned: list[DutyAssignment], any_of: AnyOf, peak: Interval
) -> Iterator[Interval]:
    for one in planned:
        if one.role in any_of:
            yield from intervals(one.windows, school.zone, peak[0], 2)
