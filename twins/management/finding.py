"""Findings: what is not as it should be, since when, by when, and which weakness it shows.

A finding is computed, never stored: it is gone when its cause is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Duration, Instant, seconds

DAY: Duration = seconds(86_400)


class Weakness(StrEnum):
    """存在短板: the three weaknesses that the programme names (R77)."""

    STANDARD = "standards not unified"
    """标准不统一."""
    USE = "management and use not regulated"
    """管理使用不规范."""
    SMART = "little information technology and intelligence"
    """信息化智能化水平不高."""


class FindingKind(StrEnum):
    """Everything that can be found."""

    KIT_INCOMPLETE = "kit incomplete"
    FUNCTION_NOT_EFFECTIVE = "function not effective"
    GUARDS_SHORT = "guards short"
    BUTTON_NOT_TESTED = "button not tested"
    MAINTENANCE_OVERDUE = "maintenance overdue"
    STORAGE_SHORT = "storage short"
    STORAGE_UNKNOWN = "storage unknown"
    TRAINING_MISSING = "training missing"
    TOOL_EXPIRED = "tool expired"
    INSPECTION_NOTE = "inspection note"
    RULE_BOOK_MISSING = "rule book missing"
    RULE_BOOK_WITHOUT_OWNER = "rule book without owner"
    RULE_BOOK_OVERDUE = "rule book overdue"
    RULE_WITHOUT_EVIDENCE = "rule without evidence"
    HEAD_NOT_NAMED = "head not named"
    DRILL_NOT_SIGNED = "drill not signed"
    LANES_NOT_SEPARATE = "lanes not separate"
    ESCAPE_NOT_FAIL_SAFE = "escape not fail-safe"
    FLOW_INCOMPLETE = "flow incomplete"
    PEAK_UNASSIGNED = "peak unassigned"
    ROLE_MISSING = "role missing"
    ROUNDS_SHORT = "rounds short"
    NO_CHECK_IN = "no check-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSort:
    """What a kind of finding means."""

    title: Titles
    weakness: Weakness
    mend_within: Duration = 30 * DAY
    """From the day on which it became a finding (ours)."""


_W = Weakness

FINDINGS: Mapping[FindingKind, FindingSort] = {
    FindingKind.KIT_INCOMPLETE: FindingSort(
        title={"en": "An item of the kit is missing", "zh": "“四个一”缺项"}, weakness=_W.STANDARD
    ),
    FindingKind.FUNCTION_NOT_EFFECTIVE: FindingSort(
        title={"en": "A function does not work", "zh": "功能未生效"}, weakness=_W.SMART
    ),
    FindingKind.GUARDS_SHORT: FindingSort(
        title={"en": "Fewer guards than the norm asks", "zh": "专职保安员配备不足"},
        weakness=_W.STANDARD,
    ),
    FindingKind.BUTTON_NOT_TESTED: FindingSort(
        title={"en": "A button was not tested for a quarter", "zh": "一键报警超过一季度未测试"},
        weakness=_W.USE,
        mend_within=7 * DAY,
    ),
    FindingKind.MAINTENANCE_OVERDUE: FindingSort(
        title={"en": "Maintenance of a device is overdue", "zh": "设备维护保养超期"},
        weakness=_W.USE,
        mend_within=14 * DAY,
    ),
    FindingKind.STORAGE_SHORT: FindingSort(
        title={"en": "Recordings are not kept long enough", "zh": "录像保存天数不足"},
        weakness=_W.STANDARD,
    ),
    FindingKind.STORAGE_UNKNOWN: FindingSort(
        title={"en": "Nothing says how long recordings are kept", "zh": "录像保存天数未知"},
        weakness=_W.SMART,
    ),
    FindingKind.TRAINING_MISSING: FindingSort(
        title={"en": "A training is missing or expired", "zh": "培训缺失或过期"}, weakness=_W.USE
    ),
    FindingKind.TOOL_EXPIRED: FindingSort(
        title={"en": "A security tool has expired", "zh": "安防器械过期"},
        weakness=_W.USE,
        mend_within=7 * DAY,
    ),
    FindingKind.INSPECTION_NOTE: FindingSort(
        title={"en": "Noted at an inspection", "zh": "检查发现的问题"}, weakness=_W.USE
    ),
    FindingKind.RULE_BOOK_MISSING: FindingSort(
        title={"en": "A rule book is missing", "zh": "缺少制度文件"}, weakness=_W.STANDARD
    ),
    FindingKind.RULE_BOOK_WITHOUT_OWNER: FindingSort(
        title={"en": "A rule book has no owner or review date", "zh": "制度无责任人或复审日期"},
        weakness=_W.USE,
    ),
    FindingKind.RULE_BOOK_OVERDUE: FindingSort(
        title={"en": "A rule book is past its review date", "zh": "制度超过复审日期"},
        weakness=_W.USE,
    ),
    FindingKind.RULE_WITHOUT_EVIDENCE: FindingSort(
        title={"en": "A rule that no point proves", "zh": "制度条目无测点佐证"},
        weakness=_W.SMART,
    ),
    FindingKind.HEAD_NOT_NAMED: FindingSort(
        title={"en": "The head is nobody's contact", "zh": "未登记校长、园长联系人"},
        weakness=_W.USE,
    ),
    FindingKind.DRILL_NOT_SIGNED: FindingSort(
        title={"en": "A drill report without the head's signature", "zh": "演练报告未经校长签认"},
        weakness=_W.USE,
        mend_within=14 * DAY,
    ),
    FindingKind.LANES_NOT_SEPARATE: FindingSort(
        title={"en": "People and vehicles are not separated", "zh": "未实现人车分流"},
        weakness=_W.STANDARD,
    ),
    FindingKind.ESCAPE_NOT_FAIL_SAFE: FindingSort(
        title={"en": "An escape does not open without power", "zh": "疏散门断电不开启"},
        weakness=_W.STANDARD,
        mend_within=7 * DAY,
    ),
    FindingKind.FLOW_INCOMPLETE: FindingSort(
        title={"en": "The inspection flow leaves something out", "zh": "安检流程不完整"},
        weakness=_W.STANDARD,
    ),
    FindingKind.PEAK_UNASSIGNED: FindingSort(
        title={"en": "A peak without anybody at the post", "zh": "高峰时段岗位无人值守安排"},
        weakness=_W.USE,
    ),
    FindingKind.ROLE_MISSING: FindingSort(
        title={"en": "A post lacks a role in a peak", "zh": "护学岗力量配备不全"},
        weakness=_W.USE,
    ),
    FindingKind.ROUNDS_SHORT: FindingSort(
        title={"en": "Fewer rounds of key places than the norm asks", "zh": "重点部位巡查次数不足"},
        weakness=_W.USE,
    ),
    FindingKind.NO_CHECK_IN: FindingSort(
        title={"en": "A planned post without check-in", "zh": "岗位未设置定点签到"},
        weakness=_W.USE,
    ),
}
"""Kind → meaning. Limits in days are ours; the programme names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found at one school."""

    school: str
    kind: FindingKind
    subject: str
    """What it is about: a device, a person's opaque id, a rule, a document."""
    detail: Titles
    weakness: Weakness
    since: Instant | None = None
    """When it became so; None where only the present is known."""
    deadline: Instant | None = None

    def overdue(self, now: Instant) -> bool:
        """Return whether it should have been mended by now."""
        return self.deadline is not None and now > self.deadline


def finding(
    kind: FindingKind, school: str, subject: str, detail: Titles, since: Instant | None = None
) -> Finding:
    """Return a finding with the weakness and the deadline of its kind."""
    sort = FINDINGS[kind]
    return Finding(
        school=school,
        kind=kind,
        subject=subject,
        detail=detail,
        weakness=sort.weakness,
        since=since,
        deadline=None if since is None else since + sort.mend_within,
    )


class Notice(StrEnum):
    """The three letters to a school, from mild to sharp (R75)."""

    TIP = "tip"
    """安全工作提示."""
    RISK_WARNING = "risk warning letter"
    """安全风险警示函."""
    SUPERVISION = "supervision letter"
    """督办函."""


WARN_BEFORE: Duration = 7 * DAY
"""So long before the deadline a tip becomes a warning (ours)."""


def notice(found: Finding, now: Instant) -> Notice:
    """Return which letter a finding calls for now."""
    if found.overdue(now):
        return Notice.SUPERVISION
    if found.deadline is not None and now > found.deadline - WARN_BEFORE:
        return Notice.RISK_WARNING
    return Notice.TIP
