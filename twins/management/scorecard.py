"""“一二三四五”模式 and 三化 (R63, R67): scores that anybody can work out again from the same data.

Every score is 0 to 1, or None where nothing was measured; weights are ours and all equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.composite import FUNCTION_TITLES, device_lacks, five_functions, gatehouse_kit
from twins.coverage import LINE_TITLES, line_coverage
from twins.inspection import flow_objections
from twins.instant import Duration, Instant, seconds
from twins.management.registers import Asked, Registers, Training
from twins.management.rule_books import FOUR_SYSTEMS, NAMED_BOOKS, in_order
from twins.management.staffing import staffing_norms
from twins.management.upkeep import button_calendar, trained
from twins.school import School
from twins.state import EngineState

WAIT_WANTED: Duration = seconds(300)
"""Nine visitors in ten wait no longer than this, or the score falls in proportion (ours)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of the fifteen."""

    group: int
    """1 flow, 2 integrations, 3 lines, 4 systems, 5 functions."""
    id: str
    title: Titles
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a score is worked out from."""

    school: School
    state: EngineState
    registers: Registers
    now: Instant


def scorecard(situation: Situation) -> tuple[Entry, ...]:
    """Return the fifteen entries: 1 + 2 + 3 + 4 + 5."""
    functions = five_functions(situation.school, situation.state)
    lines = line_coverage(situation.school, situation.state)
    kept = {book.id: book for book in situation.registers.rule_books}
    flow = not list(flow_objections(situation.school.inspection))
    return (
        Entry(group=1, id="inspection-flow", title=_FLOW, score=float(flow)),
        Entry(group=2, id="function", title=_FUNCTION, score=_function_integration(situation)),
        Entry(group=2, id="quality", title=_QUALITY, score=quality(situation.registers)),
        *(
            Entry(group=3, id=line, title=LINE_TITLES[line], score=coverage.share)
            for line, coverage in lines.items()
        ),
        *(
            Entry(
                group=4,
                id=book.id,
                title=book.title,
                score=float(book.id in kept and in_order(kept[book.id], situation.now)),
            )
            for book in FOUR_SYSTEMS
        ),
        *(
            Entry(
                group=5,
                id=status.function,
                title=FUNCTION_TITLES[status.function],
                score=float(status.effective),
            )
            for status in functions
        ),
    )


_FLOW: Titles = {"en": "One inspection flow", "zh": "一套安检流程"}
_FUNCTION: Titles = {"en": "Integration of functions", "zh": "功能融合"}
_QUALITY: Titles = {"en": "Integration of quality", "zh": "品质融合"}


def quality(registers: Registers) -> float | None:
    """Return the mean of the three satisfactions and of the waiting; None without a survey.

    Satisfaction is the satisfied share; a survey that nobody answered is no survey (R69).
    """
    surveys = [registers.surveys.get(asked) for asked in Asked]
    shares = [one.satisfied / one.asked for one in surveys if one is not None and one.asked]
    if len(shares) < len(Asked):
        return None
    if registers.waiting_p90 is not None:
        shares.append(min(WAIT_WANTED / max(registers.waiting_p90, 1), 1.0))
    return _mean(shares)


class Axis(StrEnum):
    """三化 (R63)."""

    STANDARDISED = "standardised"
    REGULATED = "regulated"
    SMART = "smart"


AXIS_TITLES: Mapping[Axis, Titles] = {
    Axis.STANDARDISED: {"en": "Standardised", "zh": "标准化"},
    Axis.REGULATED: {"en": "Regulated", "zh": "规范化"},
    Axis.SMART: {"en": "Smart", "zh": "智慧化"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisScore:
    """The score of an axis with the parts that it is the mean of."""

    axis: Axis
    parts: Mapping[str, float]

    @property
    def score(self) -> float | None:
        """Return the mean of the parts; None where there is none."""
        return _mean(list(self.parts.values()))


def three_axes(situation: Situation) -> tuple[AxisScore, ...]:
    """Return the three axes of a school."""
    return (
        AxisScore(axis=Axis.STANDARDISED, parts=_standardised(situation)),
        AxisScore(axis=Axis.REGULATED, parts=_regulated(situation)),
        AxisScore(axis=Axis.SMART, parts=_smart(situation)),
    )


def _function_integration(situation: Situation) -> float:
    """Return the working share of the nine: five functions and four items of the kit."""
    functions = five_functions(situation.school, situation.state)
    items = gatehouse_kit(situation.school, situation.state).items
    works = [status.effective for status in functions] + [not item.lacks for item in items]
    return sum(works) / len(works)


def _standardised(situation: Situation) -> dict[str, float]:
    registers = situation.registers
    kit = gatehouse_kit(situation.school, situation.state).items
    books = {book.id for book in registers.rule_books}
    needed = staffing_norms()[registers.staffing_norm].required(registers.headcount)
    return {
        "kit": _share([bool(item.devices) for item in kit]),
        "rule books": _share([name in books for name in NAMED_BOOKS]),
        "guards": min(len(registers.headcount.guards) / needed, 1.0) if needed else 1.0,
    }


def _regulated(situation: Situation) -> dict[str, float]:
    registers, now = situation.registers, situation.now
    parts = {
        "tests": [
            not line.overdue(now) for line in button_calendar(situation.school, situation.state)
        ],
        "training": [
            trained(registers, person, training, now)
            for person in registers.headcount.guards
            for training in Training
        ],
        "tools": [tool.expires is None or tool.expires > now for tool in registers.tools],
        "reviews": [in_order(book, now) for book in registers.rule_books],
    }
    return {name: _share(values) for name, values in parts.items() if values}


def _smart(situation: Situation) -> dict[str, float]:
    school, state = situation.school, situation.state
    parts = {
        "functions": [status.effective for status in five_functions(school, state)],
        "live devices": [not device_lacks(device, state) for device in school.devices],
    }
    return {name: _share(values) for name, values in parts.items() if values}


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
