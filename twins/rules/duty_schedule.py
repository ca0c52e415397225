"""What is due by the duty plan: check-ins (R43), patrols (R39), gaps before a peak (R42, R45).

A plan runs by the calendar, without any input: its first timer is due at once, whenever the engine
is first told the time, and every later one sets the next.
"""

from collections.abc import Iterator

from twins.context import Context
from twins.duty import Patrol, PatrolMissed, PeakGapFound
from twins.duty_gaps import peak_gaps
from twins.instant import Instant
from twins.roster import next_interval
from twins.rules import post_check_in
from twins.rules.effects import Effect, SetTimer, Tell
from twins.school import Post, School

START = "duty-start"
"""Timer of a school: something of its plan is not watched yet."""
PATROL = "patrol-due"
PEAK = "peak-ahead"


def begin(context: Context) -> None:
    """Have the plans watched that a snapshot does not know; they are new or were changed."""
    for school in context.schools.values():
        if any(True for _ in _unwatched(context, school)):
            context.set_timer(START, school.id, 0)


def start(context: Context, school_id: str, now: Instant) -> Iterator[Effect]:
    """Watch whatever of a school is not watched yet."""
    school = context.schools.get(school_id)
    if school is None:
        return  # a snapshot may be older than the schools
    for one in list(_unwatched(context, school)):
        if isinstance(one, Patrol):
            yield from _await_patrol(context, school, one, now)
            continue
        if _is_silent(context, one):
            yield from post_check_in.watch(context, school, one, now)
        if _is_unplanned(context, school, one):
            yield from _await_peak(context, school, one, now, now)


def patrol_over(context: Context, patrol_id: str, _now: Instant) -> Iterator[Effect]:
    """Say that a patrol was missed if it was, and wait for its next window."""
    found = find_patrol(context, patrol_id)
    if found is None:
        return
    school, patrol = found
    opened, ended = context.state.duty.awaited[f"{PATROL}|{patrol_id}"]
    if context.state.duty.patrolled.get(patrol_id, opened - 1) < opened:
        missed = PatrolMissed(
            school=school.id, patrol=patrol.id, kind=patrol.kind, begin=opened, end=ended
        )
        yield Tell(output=missed)
    yield from _await_patrol(context, school, patrol, ended)


def peak_ahead(context: Context, post_id: str, now: Instant) -> Iterator[Effect]:
    """Name what the post lacks in the peak that is coming, and wait for the next one."""
    found = post_check_in.find_post(context, post_id)
    if found is None or found[0].duty is None:
        return
    school, post = found
    peak = context.state.duty.awaited[f"{PEAK}|{post_id}"]
    for gap in peak_gaps(school, post, peak):
        yield Tell(output=PeakGapFound(gap=gap))
    yield from _await_peak(context, school, post, peak[1], now)


def find_patrol(context: Context, patrol_id: str) -> tuple[School, Patrol] | None:
    """Return a patrol and its school, by the id that starts with the school's own."""
    school = context.schools.get(patrol_id.partition("/")[0])
    for patrol in school.duty.patrols if school and school.duty else ():
        if school and patrol.id == patrol_id:
            return school, patrol
    return None


def _unwatched(context: Context, school: School) -> Iterator[Patrol | Post]:
    for patrol in school.duty.patrols if school.duty else ():
        if not _runs(context, PATROL, patrol.id):
            yield patrol
    for post in school.posts:
        if _is_silent(context, post) or _is_unplanned(context, school, post):
            yield post


def _is_silent(context: Context, post: Post) -> bool:
    """Return whether check-ins are owed at a post and nobody counts its silence."""
    timers = (post_check_in.KIND, post_check_in.END)
    return post.check_in is not None and not any(_runs(context, one, post.id) for one in timers)


def _is_unplanned(context: Context, school: School, post: Post) -> bool:
    """Return whether nobody waits for a post's next peak, though there is a plan for it."""
    return school.duty is not None and bool(post.peaks) and not _runs(context, PEAK, post.id)


def _runs(context: Context, timer: str, subject: str) -> bool:
    return f"{timer}|{subject}" in context.state.timers


def _await_patrol(
    context: Context, school: School, patrol: Patrol, after: Instant
) -> Iterator[Effect]:
    window = next_interval(patrol.windows, school.zone, after)
    if window is not None:
        context.state.duty.awaited[f"{PATROL}|{patrol.id}"] = window
        yield SetTimer(rule=PATROL, subject=patrol.id, due=window[1])


def _await_peak(
    context: Context, school: School, post: Post, after: Instant, now: Instant
) -> Iterator[Effect]:
    peak = next_interval(post.peaks, school.zone, after)
    if peak is not None and school.duty is not None:
        context.state.duty.awaited[f"{PEAK}|{post.id}"] = peak
        yield SetTimer(rule=PEAK, subject=post.id, due=max(peak[0] - school.duty.lead, now))
