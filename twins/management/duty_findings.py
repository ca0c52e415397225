"""What the duty plan leaves open (R42, R45) and whether enough rounds are planned."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from twins.capability import Titles
from twins.duty import DUTY_ROLE_TITLES, AnyOf, GapLine, PatrolKind
from twins.duty_gaps import ANYBODY, week_gaps
from twins.instant import Instant
from twins.management.finding import Finding, FindingKind, finding
from twins.school import School


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsNorm:
    """How often a day somebody must walk to the key places."""

    title: Titles
    source: str
    per_day: int


ROUNDS_NORM = RoundsNorm(
    title={"en": "National: GB/T 29315-2022", "zh": "国家标准 GB/T 29315-2022"},
    source=(
        "Chongqing security association on GB/T 29315-2022: at least 5 patrols of key places a day"
    ),
    per_day=5,
)

_WEEKDAYS = (
    ("Monday", "周一"),
    ("Tuesday", "周二"),
    ("Wednesday", "周三"),
    ("Thursday", "周四"),
    ("Friday", "周五"),
    ("Saturday", "周六"),
    ("Sunday", "周日"),
)


def duty_findings(school: School, now: Instant) -> Iterator[Finding]:
    """Find peaks of the coming week that lack somebody, and days with too few rounds."""
    yield from _gap_findings(school, now)
    yield from rounds_findings(school)
    yield from check_in_findings(school)


def check_in_findings(school: School) -> Iterator[Finding]:
    """Find the posts of a planned roster at which nobody has to check in (R43)."""
    if school.duty is None:
        return
    rostered = {one.post for one in school.duty.assignments}
    for post in school.posts:
        if post.id in rostered and post.check_in is None:
            detail = {
                "en": "nothing shows that whoever is rostered has come",
                "zh": "无法证明排班人员已到岗",
            }
            yield finding(FindingKind.NO_CHECK_IN, school.id, post.id, detail)


def rounds_findings(school: School, norm: RoundsNorm = ROUNDS_NORM) -> Iterator[Finding]:
    """Find the weekdays of duty on which fewer rounds are planned than the norm asks for."""
    if school.duty is None:
        return
    rounds = [one for one in school.duty.patrols if one.kind is PatrolKind.ROUND]
    on_duty = {day for post in school.posts for window in post.duty for day in window.weekdays}
    for day in sorted(on_duty):
        planned = sum(day in window.weekdays for one in rounds for window in one.windows)
        if planned < norm.per_day:
            english, chinese = _WEEKDAYS[day]
            needed, by = norm.per_day, norm.title
            detail = {
                "en": f"{english}: {planned} of {needed} rounds ({by['en']})",
                "zh": f"{chinese}：应巡查 {needed} 次，计划 {planned} 次（{by['zh']}）",
            }
            yield finding(FindingKind.ROUNDS_SHORT, school.id, english.lower(), detail)


def _gap_findings(school: School, now: Instant) -> Iterator[Finding]:
    """Find each post and need once, however many peaks of the week lack it."""
    gaps: dict[tuple[str, AnyOf], list[GapLine]] = defaultdict(list)
    for gap in week_gaps(school, now):
        gaps[gap.post, gap.missing].append(gap)
    for (post, missing), lines in gaps.items():
        kind = FindingKind.PEAK_UNASSIGNED if missing == ANYBODY else FindingKind.ROLE_MISSING
        yield finding(kind, school.id, post, gap_title(missing, len(lines)))


def gap_title(missing: AnyOf, gaps: int) -> Titles:
    """Say who is missing, and how often, in the peaks of the coming week.

    >>> from twins.duty import DutyRole
    >>> gap_title((DutyRole.POLICE, DutyRole.AUXILIARY), 2)["en"]
    'police officer or auxiliary officer: 2 gaps in the peaks of the coming week'
    """
    if missing == ANYBODY:
        english, chinese = "anybody", "任何值守人员"
    else:
        english = " or ".join(DUTY_ROLE_TITLES[role]["en"] for role in missing)
        chinese = "或".join(DUTY_ROLE_TITLES[role]["zh"] for role in missing)
    word = "gap" if gaps == 1 else "gaps"
    return {
        "en": f"{english}: {gaps} {word} in the peaks of the coming week",
        "zh": f"未来一周高峰时段缺{chinese}：{gaps} 处",
    }
