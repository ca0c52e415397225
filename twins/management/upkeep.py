"""维护好 (R62, R81, R82, R86): what is due to be tested, renewed, trained or mended."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from twins.instant import Duration, Instant
from twins.management.finding import DAY, Finding, FindingKind, finding
from twins.management.registers import Registers, Training
from twins.observation import Quality
from twins.roster import local_day
from twins.school import Device, School
from twins.state import EngineState

TEST_EVERY: Duration = 92 * DAY
"""Buttons are tested every quarter (practice of one city, domain norms §2.1); 92 days are the
longest quarter."""

STORAGE_DAYS = 30
"""Recordings are kept for at least so many days (published equipment rule of one province)."""

UNTRAINED_FACTOR = 0.7
"""What is left of a guard's probability to detect, once the training has expired (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLine:
    """A line of a calendar: when something was done last, and when it is due again."""

    subject: str
    """A button to be tested, or a maintenance."""
    last: Instant | None
    due: Instant | None
    """None: never done, so due now."""

    def overdue(self, now: Instant) -> bool:
        """Return whether it should have been done by now."""
        return self.due is None or now > self.due


def button_calendar(school: School, state: EngineState) -> tuple[CalendarLine, ...]:
    """Return every button with its next test, the most urgent first."""
    buttons = [device.id for device in _of(school, "one-key-alarm")]
    return _urgent_first(_line(one, state.tested.get(one), TEST_EVERY) for one in buttons)


def maintenance_calendar(registers: Registers) -> tuple[CalendarLine, ...]:
    """Return every maintenance with its next time, the most urgent first."""
    work = registers.maintenance
    return _urgent_first(_line(one.id, one.done, one.every_days * DAY) for one in work)


def button_findings(school: School, state: EngineState, now: Instant) -> Iterator[Finding]:
    """Find buttons without a passed test in the last quarter."""
    for line in button_calendar(school, state):
        if line.overdue(now):
            last = "never" if line.last is None else str(local_day(school.zone, line.last))
            zh = "从未测试" if line.last is None else f"上次测试 {last}"
            detail = {"en": f"last tested: {last}", "zh": zh}
            kind = FindingKind.BUTTON_NOT_TESTED
            yield finding(kind, school.id, line.subject, detail, line.due)


def maintenance_findings(school: School, registers: Registers, now: Instant) -> Iterator[Finding]:
    """Find maintenance that should have been done by now."""
    work = {one.id: one for one in registers.maintenance}
    for line in maintenance_calendar(registers):
        if line.overdue(now):
            title = work[line.subject].title
            last = "never" if line.last is None else str(local_day(school.zone, line.last))
            zh = "从未进行" if line.last is None else f"上次 {last}"
            detail = {"en": f"{title['en']}, last done: {last}", "zh": f"{title['zh']}，{zh}"}
            kind = FindingKind.MAINTENANCE_OVERDUE
            yield finding(kind, school.id, work[line.subject].device, detail, line.due)


def storage_findings(school: School, state: EngineState) -> Iterator[Finding]:
    """Find cameras whose recordings are kept for less than 30 days, or nobody knows."""
    for device in _of(school, "camera"):
        twin = state.twins.get(device.id)
        seen = twin.properties.get("storage_days") if twin else None
        if seen is None or seen.quality is not Quality.GOOD or seen.value is None:
            detail = {"en": "no good value of its storage", "zh": "无有效的存储天数"}
            yield finding(FindingKind.STORAGE_UNKNOWN, school.id, device.id, detail)
        elif float(seen.value) < STORAGE_DAYS:
            detail = {
                "en": f"{seen.value:g} d kept, {STORAGE_DAYS} d needed",
                "zh": f"保存 {seen.value:g} 天，要求不少于 {STORAGE_DAYS} 天",
            }
            kind = FindingKind.STORAGE_SHORT
            yield finding(kind, school.id, device.id, detail, seen.source_time)


def trained(registers: Registers, person: str, training: Training, now: Instant) -> bool:
    """Return whether somebody's training holds."""
    return any(
        record.person == person
        and record.training is training
        and record.passed <= now < record.expires
        for record in registers.training
    )


def skill(registers: Registers, person: str, training: Training, now: Instant) -> float:
    """Return the factor on a person's probability to detect, 0 to 1; the simulator reads it."""
    return 1.0 if trained(registers, person, training, now) else UNTRAINED_FACTOR


def training_findings(school: School, registers: Registers, now: Instant) -> Iterator[Finding]:
    """Find guards without a training that they need."""
    for person in registers.headcount.guards:
        for training in Training:
            if trained(registers, person, training, now):
                continue
            ends = [
                record.expires
                for record in registers.training
                if record.person == person and record.training is training and record.expires <= now
            ]
            expired = max(ends, default=None)
            detail = {
                "en": f"{training}: {'never passed' if expired is None else 'expired'}",
                "zh": f"{_TRAINING_ZH[training]}：{'未参加' if expired is None else '已过期'}",
            }
            yield finding(FindingKind.TRAINING_MISSING, school.id, person, detail, expired)


_TRAINING_ZH = {Training.INSPECTION: "安检业务培训", Training.ALARM: "报警使用培训"}


def tool_findings(school: School, registers: Registers, now: Instant) -> Iterator[Finding]:
    """Find tools past their date."""
    for tool in registers.tools:
        if tool.expires is not None and tool.expires <= now:
            day = local_day(school.zone, tool.expires)
            detail = {
                "en": f"{tool.title['en']}, expired {day}",
                "zh": f"{tool.title['zh']}，有效期至 {day}",
            }
            kind = FindingKind.TOOL_EXPIRED
            yield finding(kind, school.id, tool.id, detail, tool.expires)


def inspection_findings(school: School, registers: Registers, now: Instant) -> Iterator[Finding]:
    """Return what inspectors noted and nobody has mended, with the inspectors' deadlines."""
    for inspection in registers.inspections:
        for note in inspection.notes:
            if inspection.at > now or (note.mended is not None and note.mended <= now):
                continue
            kind, subject = FindingKind.INSPECTION_NOTE, f"{inspection.id}/{note.id}"
            found = finding(kind, school.id, subject, note.text, inspection.at)
            yield replace(found, weakness=note.weakness, deadline=note.deadline)


def _of(school: School, capability: str) -> list[Device]:
    return [device for device in school.devices if device.capability == capability]


def _line(subject: str, last: Instant | None, every: Duration) -> CalendarLine:
    return CalendarLine(subject=subject, last=last, due=None if last is None else last + every)


def _urgent_first(lines: Iterable[CalendarLine]) -> tuple[CalendarLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.due or 0, line.subject)))
