"""校长、园长第一责任 (R79): the head is told when nobody answers, and signs every drill report."""

from collections.abc import Iterator
from dataclasses import replace

from twins.instant import Instant
from twins.management.finding import Finding, FindingKind, finding
from twins.management.registers import DrillReport, Registers
from twins.school import Role, School


def head_of(school: School) -> str:
    """Return the id of the head, empty where none is named."""
    return next((one.id for one in school.responders if one.role is Role.HEAD), "")


def sign(school: School, report: DrillReport, by: str, now: Instant) -> DrillReport | str:
    """Return the report with the head's signature, or why it cannot be signed."""
    head = head_of(school)
    if not head:
        return "no head is named"
    if by != head:
        return f"only the head signs, not {by or 'nobody'}"
    if report.signed is not None:
        return f"it was signed by {report.signed_by}"
    if now < report.at:
        return "the drill is still to come"
    return replace(report, signed_by=by, signed=now)


def last_signed(registers: Registers, now: Instant) -> DrillReport | None:
    """Return the latest drill that counts: an unsigned report proves nothing."""
    signed = [one for one in registers.drills if one.signed is not None and one.signed <= now]
    return max(signed, key=lambda one: (one.at, one.drill), default=None)


def head_findings(school: School, registers: Registers, now: Instant) -> Iterator[Finding]:
    """Find a school whose head is told of nothing, and drill reports without a signature."""
    head = head_of(school)
    told = any(
        Role.HEAD in step.roles or (head and head in step.responders) for step in school.escalation
    )
    if not head or not told:
        detail = (
            {"en": "no head is named", "zh": "未登记校长、园长"}
            if not head
            else {"en": "the escalation passes the head over", "zh": "升级流程未包含校长、园长"}
        )
        yield finding(FindingKind.HEAD_NOT_NAMED, school.id, head or Role.HEAD, detail)
    for report in registers.drills:
        if report.signed is None and report.at <= now:
            detail = {"en": "the head has not signed", "zh": "校长、园长未签认"}
            kind = FindingKind.DRILL_NOT_SIGNED
            yield finding(kind, school.id, report.drill, detail, report.at)
