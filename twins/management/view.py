"""设备落实、职责落实、效果落实 (R61) and every finding of a school (R77)."""

from collections.abc import Iterator
from dataclasses import dataclass

from twins.composite import FUNCTION_TITLES, KIT, device_lacks, five_functions, gatehouse_kit
from twins.instant import Instant
from twins.management.acceptance import Stage, acceptance
from twins.management.drill_reports import head_findings, head_of, last_signed
from twins.management.duty_findings import duty_findings
from twins.management.finding import Finding, FindingKind, finding
from twins.management.layout import layout_findings
from twins.management.registers import Registers, Training
from twins.management.rule_books import (
    FOUR_SYSTEMS,
    book_findings,
    in_order,
    rule_findings,
)
from twins.management.staffing import staffing_findings
from twins.management.upkeep import (
    button_findings,
    inspection_findings,
    maintenance_findings,
    storage_findings,
    tool_findings,
    trained,
    training_findings,
)
from twins.school import School
from twins.state import EngineState


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many of so many."""

    met: int
    total: int

    @property
    def share(self) -> float:
        """Return the share, 0 to 1; 0 where there is nothing."""
        return self.met / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """Devices, duties and effect of a school."""

    devices: Tally
    """Devices that are connected or in use."""
    duties: Tally
    """Posts that are rostered and watched, guards' trainings, rule books in order, the head."""
    effect: float | None
    """Score of the latest signed drill, 0 to 1; None where there is none."""


def realised(school: School, state: EngineState, registers: Registers, now: Instant) -> Realised:
    """Return the three in one view."""
    accepted = acceptance(school, state, registers, now)
    duties = list(_duties(school, state, registers, now))
    drill = last_signed(registers, now)
    return Realised(
        devices=Tally(
            met=sum(one.stage >= Stage.CONNECTED for one in accepted), total=len(accepted)
        ),
        duties=Tally(met=sum(duties), total=len(duties)),
        effect=None if drill is None else drill.score,
    )


def findings(
    school: School, state: EngineState, registers: Registers, now: Instant
) -> tuple[Finding, ...]:
    """Return everything found, the earliest deadline first."""
    found = [
        *layout_findings(school),
        *_equipment_findings(school, state),
        *staffing_findings(school, registers),
        *button_findings(school, state, now),
        *maintenance_findings(school, registers, now),
        *storage_findings(school, state),
        *training_findings(school, registers, now),
        *tool_findings(school, registers, now),
        *inspection_findings(school, registers, now),
        *book_findings(school, registers, now),
        *rule_findings(school, registers),
        *head_findings(school, registers, now),
        *duty_findings(school, now),
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (one.deadline is None, one.deadline or 0, one.kind, one.subject),
        )
    )


def _equipment_findings(school: School, state: EngineState) -> Iterator[Finding]:
    for missing in gatehouse_kit(school, state).missing:
        kind = FindingKind.KIT_INCOMPLETE
        yield finding(kind, school.id, missing, KIT[missing])
    for status in five_functions(school, state):
        if not status.effective:
            subjects = ", ".join(dict.fromkeys(lack.subject for lack in status.lacks))
            title = FUNCTION_TITLES[status.function]
            detail = {"en": f"{title['en']}: {subjects}", "zh": f"{title['zh']}：{subjects}"}
            kind = FindingKind.FUNCTION_NOT_EFFECTIVE
            yield finding(kind, school.id, status.function, detail)


def _duties(
    school: School, state: EngineState, registers: Registers, now: Instant
) -> Iterator[bool]:
    devices = {device.id: device for device in school.devices}
    for post in school.posts:
        watcher = devices.get(post.presence)
        yield bool(post.duty) and watcher is not None and not device_lacks(watcher, state)
    for person in registers.headcount.guards:
        for training in Training:
            yield trained(registers, person, training, now)
    kept = {book.id: book for book in registers.rule_books}
    for book in FOUR_SYSTEMS:
        yield book.id in kept and in_order(kept[book.id], now)
    yield bool(head_of(school))
