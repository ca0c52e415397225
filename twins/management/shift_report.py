"""值班報告 (R40): what the log says of one shift at one post.

Rules for this file: a report holds numbers, instants, yes or no, and opaque ids - nothing else fits
in. No image, no face, no name; a text that is no id is refused when the report is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twins.alarm import AlarmRaised
from twins.duty import CheckInMissed, PatrolCompleted, PatrolMissed, PostCheckedIn
from twins.guard_state import GuardEvidence, GuardState, GuardStateChanged
from twins.instant import Duration, Instant
from twins.opaque_id import OpaqueId, opaque_id
from twins.records import Output
from twins.roster import Interval, held_within, intervals
from twins.rules import guard_off_post
from twins.school import Post, School

Records = Sequence[tuple[Instant, Output]]
"""Outputs with the instants at which they were told, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTime:
    """How long the guard was in a state while the post had to be held, and what showed it."""

    state: GuardState
    duration: Duration
    evidence: tuple[GuardEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """One shift at one post."""

    school: OpaqueId
    post: OpaqueId
    begin: Instant
    end: Instant
    persons: tuple[OpaqueId, ...]
    """Who was rostered."""
    states: tuple[StateTime, ...]
    """A guard may lack two things at once, so these can add up to more than the shift."""
    off_post_warnings: tuple[Instant, ...]
    check_ins: int
    checked_in: tuple[OpaqueId, ...]
    """Who checked in, each once."""
    check_ins_missed: tuple[Instant, ...]
    patrols_done: int
    """Of the whole school, during the shift."""
    patrols_missed: int

    def __post_init__(self) -> None:
        """Refuse whatever is no opaque id."""
        for text in (self.school, self.post, *self.persons, *self.checked_in):
            opaque_id(text)

    @property
    def unguarded(self) -> Duration:
        """Return how long the post was known to be empty while it had to be held."""
        return self.time(GuardState.AWAY)

    def time(self, state: GuardState) -> Duration:
        """Return how long a state lasted."""
        return sum(one.duration for one in self.states if one.state is state)


def shift_report(school: School, post: Post, shift: Interval, records: Records) -> ShiftReport:
    """Report a shift from the outputs of its day; what was told before it gives the first state."""
    told = [(at, one) for at, one in records if shift[0] <= at < shift[1]]
    here = [one for _, one in told if isinstance(one, PostCheckedIn) and one.post == post.id]
    return ShiftReport(
        school=opaque_id(school.id),
        post=opaque_id(post.id),
        begin=shift[0],
        end=shift[1],
        persons=_rostered(school, post, shift),
        states=_state_times(school, post, shift, records),
        off_post_warnings=tuple(
            at
            for at, one in told
            if isinstance(one, AlarmRaised)
            and (one.alarm.kind, one.alarm.device) == (guard_off_post.KIND, post.presence)
        ),
        check_ins=len(here),
        checked_in=tuple(dict.fromkeys(opaque_id(one.by) for one in here)),
        check_ins_missed=tuple(
            at for at, one in told if isinstance(one, CheckInMissed) and one.post == post.id
        ),
        patrols_done=sum(_of(one, PatrolCompleted, school) for _, one in told),
        patrols_missed=sum(_of(one, PatrolMissed, school) for _, one in told),
    )


def _of(one: Output, kind: type[PatrolCompleted] | type[PatrolMissed], school: School) -> bool:
    return isinstance(one, kind) and one.school == school.id


def _rostered(school: School, post: Post, shift: Interval) -> tuple[OpaqueId, ...]:
    found = [
        opaque_id(one.person)
        for one in (school.duty.assignments if school.duty else ())
        if one.post == post.id
        and any(
            begin < shift[1] and end > shift[0]
            for begin, end in intervals(one.windows, school.zone, shift[0], 2)
        )
    ]
    return tuple(dict.fromkeys(found))


def _state_times(
    school: School, post: Post, shift: Interval, records: Records
) -> tuple[StateTime, ...]:
    """Sum up the states over the stretches in which the post must be held; breaks do not count."""
    held = held_within(post, school.zone, shift)
    sums: dict[GuardState, Duration] = {}
    shown: dict[GuardState, list[GuardEvidence]] = {}
    for begin, end, states, evidence in _stretches(post, shift, records):
        overlap = sum(max(min(end, until) - max(begin, since), 0) for since, until in held)
        for state in states if overlap else ():
            sums[state] = sums.get(state, 0) + overlap
            shown.setdefault(state, []).extend(one for one in evidence if one.state is state)
    return tuple(
        StateTime(state=state, duration=sums[state], evidence=tuple(shown[state]))
        for state in GuardState
        if state in sums
    )


_Stretch = tuple[Instant, Instant, tuple[GuardState, ...], tuple[GuardEvidence, ...]]


def _stretches(post: Post, shift: Interval, records: Records) -> list[_Stretch]:
    """Return the shift cut where the state changed."""
    begin = shift[0]
    states: tuple[GuardState, ...] = (GuardState.UNKNOWN,)
    evidence: tuple[GuardEvidence, ...] = ()
    found: list[_Stretch] = []
    for at, one in records:
        if not isinstance(one, GuardStateChanged) or one.post != post.id or at >= shift[1]:
            continue
        if at > begin:
            found.append((begin, at, states, evidence))
            begin = at
        states, evidence = one.states, one.evidence
    return [*found, (begin, shift[1], states, evidence)]
