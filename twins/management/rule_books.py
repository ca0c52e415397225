"""制度管理与技术监督结合 (R66, R87, R89): rule books, their dates, and the points that prove them.

The programme names four management systems and seven documents without their contents. The rules
of the four below are ours; clause numbers stay empty until the documents themselves are at hand.
"""

from collections.abc import Iterator, Mapping

from twins.capability import Titles, capabilities
from twins.instant import Instant
from twins.management.finding import Finding, FindingKind, finding
from twins.management.registers import EvidencePoint, Registers, Rule, RuleBook
from twins.roster import local_day
from twins.school import School


def _rule(name: str, en: str, zh: str, *points: str) -> Rule:
    evidence = []
    for point in points:
        capability, _, name_of_property = point.partition(".")
        evidence.append(EvidencePoint(capability=capability, property=name_of_property))
    return Rule(id=name, title={"en": en, "zh": zh}, evidence=tuple(evidence))


FOUR_SYSTEMS: tuple[RuleBook, ...] = (
    RuleBook(
        id="duty",
        title={"en": "Duty", "zh": "值守制度"},
        rules=(
            _rule("post-held", "The gate post is held in duty hours", "值守时段岗位在岗",
                  "guard-post-presence.present"),
            _rule("console-on", "The guard console is on", "值班台终端在线",
                  "guard-console.online"),
        ),
    ),
    RuleBook(
        id="visitors",
        title={"en": "Visitors", "zh": "外来人员管理制度"},
        rules=(
            _rule("registered", "Every visitor is registered", "来访必登",
                  "visitor-terminal.registrations"),
            _rule("inspected", "Every visitor walks through the gate", "来访必检",
                  "walk-through-gate.alarm"),
            _rule("lane-closed", "A lane opens for admitted visitors only", "核检完成方可放行",
                  "lane.locked"),
        ),
    ),
    RuleBook(
        id="equipment",
        title={"en": "Equipment", "zh": "设施设备管理制度"},
        rules=(
            _rule("buttons-live", "Every button answers", "报警器在线", "one-key-alarm.pressed"),
            _rule("storage", "Recordings are kept for 30 days", "录像保存不少于三十天",
                  "camera.storage_days"),
            _rule("tools", "Security tools are in their cabinet", "处置器械在位",
                  "tool-cabinet.closed"),
        ),
    ),
    RuleBook(
        id="emergency",
        title={"en": "Emergency", "zh": "应急处置制度"},
        rules=(
            _rule("alarm-told", "A press reaches the police", "一键报警直达公安",
                  "one-key-alarm.pressed"),
            _rule("broadcast", "The station can speak to the gatehouse", "公安远程广播",
                  "loudspeaker.playing"),
        ),
    ),
)  # fmt: skip
"""四项管理制度: the four and their rules are ours, for the programme does not list them."""


def _named(name: str, en: str, zh: str) -> RuleBook:
    return RuleBook(id=name, title={"en": en, "zh": f"《{zh}》"})


SEVEN_DOCUMENTS: tuple[RuleBook, ...] = (
    _named("four-ones-guidance", "Jiangxi: guidance on the technical standard of the Four Ones",
           "江西省校园安防“四个一”工程建设技术规范指导意见"),
    _named("one-key-alarm-guidance", "Jiangxi: guidance on building and using one-key alarms",
           "江西省校园安防一键报警系统建设应用指导意见"),
    _named("protection-standard", "Jiangxi: standard for the protection of schools",
           "江西省中小学幼儿园安全防护建设标准"),
    _named("prevention-management", "Jiangxi: rules of prevention management for schools",
           "江西省中小学、幼儿园安全防范管理规范"),
    _named("construction-standard", "Standard for building campus security",
           "校园安防建设标准规范"),
    _named("shangrao-guide", "Shangrao: working guide to the Four Ones",
           "上饶市“四个一”工程建设工作指引"),
    _named("internal-security-regulation", "Regulation on the internal security of institutions",
           "企业事业单位内部治安保卫条例"),
)  # fmt: skip
"""The seven documents by name. Their requirements are unknown here, so none is listed."""

NAMED_BOOKS: Mapping[str, Titles] = {
    book.id: book.title for book in (*FOUR_SYSTEMS, *SEVEN_DOCUMENTS)
}


def book_findings(school: School, registers: Registers, now: Instant) -> Iterator[Finding]:
    """Find books that are missing, have no owner or date, or are past their review."""
    kept = {book.id for book in registers.rule_books}
    for name, title in NAMED_BOOKS.items():
        if name not in kept:
            yield finding(FindingKind.RULE_BOOK_MISSING, school.id, name, title)
    for book in registers.rule_books:
        if not (book.version and book.owner and book.review is not None):
            kind = FindingKind.RULE_BOOK_WITHOUT_OWNER
            yield finding(kind, school.id, book.id, book.title)
        elif book.review < now:
            day = local_day(school.zone, book.review)
            detail = {
                "en": f"{book.title['en']}: review was due {day}",
                "zh": f"{book.title['zh']}：应于 {day} 前复审",
            }
            yield finding(FindingKind.RULE_BOOK_OVERDUE, school.id, book.id, detail, book.review)


def rule_findings(school: School, registers: Registers) -> Iterator[Finding]:
    """Find rules that nothing measures: no point is named, or the school has no such point."""
    there = {device.capability for device in school.devices}
    for book in registers.rule_books:
        for rule in book.rules:
            if any(_measured(point, there) for point in rule.evidence):
                continue
            none = not rule.evidence
            detail = {
                "en": f"{rule.title['en']}: {'no point' if none else 'no device for its point'}",
                "zh": f"{rule.title['zh']}：{'未关联测点' if none else '本校无相应设备'}",
            }
            kind, subject = FindingKind.RULE_WITHOUT_EVIDENCE, f"{book.id}/{rule.id}"
            yield finding(kind, school.id, subject, detail)


def in_order(book: RuleBook, now: Instant) -> bool:
    """Return whether a book has a version and an owner and is not past its review."""
    dated = book.review is not None and now <= book.review
    return bool(book.version and book.owner and dated)


def _measured(point: EvidencePoint, there: set[str]) -> bool:
    known = capabilities().get(point.capability)
    return known is not None and point.property in known.properties and point.capability in there
