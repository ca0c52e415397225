"""勤務 (R39, R42–R45): who holds which post when, which patrols are due, what people report.

Rules for this file: people are opaque ids; a plan is data and nothing here decides. A school
without a plan is not supervised by it, but its peaks are gaps all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Duration, Instant, seconds
from twins.window import Window


class DutyRole(StrEnum):
    """What somebody is at a duty post."""

    POLICE = "police"
    AUXILIARY = "auxiliary"
    GUARD = "guard"
    VOLUNTEER = "volunteer"


DUTY_ROLE_TITLES: Mapping[DutyRole, Titles] = {
    DutyRole.POLICE: {"en": "police officer", "zh": "民警"},
    DutyRole.AUXILIARY: {"en": "auxiliary officer", "zh": "辅警"},
    DutyRole.GUARD: {"en": "guard", "zh": "保安员"},
    DutyRole.VOLUNTEER: {"en": "volunteer", "zh": "义警"},
}

AnyOf = tuple[DutyRole, ...]
"""One person of any of these roles is needed."""

SCHOOL_POST_MIX: tuple[AnyOf, ...] = (
    (DutyRole.POLICE, DutyRole.AUXILIARY),
    (DutyRole.GUARD,),
    (DutyRole.VOLUNTEER,),
)
"""護學崗 (R45: 民辅警、保安员、义警): one of each. That one of each is enough is ours."""

PEAK_LEAD: Duration = seconds(30 * 60)
"""So long before a peak its gaps are named, so that they can still be closed (ours)."""


class PatrolKind(StrEnum):
    """How a patrol is made."""

    VIDEO = "video"
    """实时视频巡查: by looking at cameras (R39)."""
    ROUND = "round"
    """By walking to the key places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAssignment:
    """Somebody holds a post at these times."""

    post: str
    person: str
    """Opaque id."""
    role: DutyRole
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrol:
    """A patrol that is made once in each of its windows. `id` starts with the school's id."""

    id: str
    title: Titles
    kind: PatrolKind
    windows: tuple[Window, ...]
    places: tuple[str, ...] = ()
    """Cameras or zones in their order: the route, for those who walk it and for the simulator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPlan:
    """Everything that a school has planned for its duty."""

    assignments: tuple[DutyAssignment, ...] = ()
    patrols: tuple[Patrol, ...] = ()
    lead: Duration = PEAK_LEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Input: somebody is at this post now. `by` is an opaque id."""

    post: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolDone:
    """Input: a patrol has been made. `by` is an opaque id."""

    patrol: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCheckedIn:
    """Output: a check-in is booked."""

    school: str
    post: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInMissed:
    """Output: nobody has checked in at a fixed post for too long (R43)."""

    school: str
    post: str
    since: Instant
    """The last check-in, or when one was first owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolCompleted:
    """Output: the completion record of a patrol (R39)."""

    school: str
    patrol: str
    by: str
    begin: Instant | None
    """Start of the window that it was made for; None outside every window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolMissed:
    """Output: the window of a patrol is over and it was not made (R39)."""

    school: str
    patrol: str
    kind: PatrolKind
    begin: Instant
    end: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLine:
    """A stretch of a peak in which a post lacks somebody (R42, R45)."""

    school: str
    post: str
    begin: Instant
    end: Instant
    missing: AnyOf
    """Any one of these would close it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakGapFound:
    """Output: a peak is coming, and a post lacks somebody in it (R42, R45)."""

    gap: GapLine
