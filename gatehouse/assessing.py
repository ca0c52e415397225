"""What `gatehouse check` finds at a school that is written right: gaps, expired things, its scores.

Documents tell a part; what only devices can prove is read from a gateway's log, where one is given.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatehouse.wording import Say
from gateway.restore import restored
from gateway.sqlite_store import SqliteStore
from scenarios.package import SchoolPackage
from scenarios.package_findings import design_change, out_of_step, single_points
from twins.capability import Titles
from twins.instant import Instant
from twins.management.finding import FINDINGS, Finding, FindingKind
from twins.management.scorecard import AXIS_TITLES, AxisScore, Entry, Situation, scorecard
from twins.management.scorecard import three_axes as axes_of
from twins.management.view import findings
from twins.roster import local_day
from twins.state import EngineState

NEEDS_DEVICES = frozenset(
    {
        FindingKind.FUNCTION_NOT_EFFECTIVE,
        FindingKind.STORAGE_SHORT,
        FindingKind.STORAGE_UNKNOWN,
        FindingKind.BUTTON_NOT_TESTED,
    }
)
"""Findings that nobody can tell without a gateway's log."""

GROUPS: Mapping[int, Titles] = {
    1: {"en": "one inspection flow", "zh": "一套流程"},
    2: {"en": "two integrations", "zh": "两个融合"},
    3: {"en": "three lines", "zh": "三道防线"},
    4: {"en": "four systems", "zh": "四项制度"},
    5: {"en": "five functions", "zh": "五项功能"},
}

PART_TITLES: Mapping[str, Titles] = {
    "kit": {"en": "kit", "zh": "四个一"},
    "rule books": {"en": "rule books", "zh": "制度文件"},
    "guards": {"en": "guards", "zh": "保安员配备"},
    "tests": {"en": "button tests", "zh": "报警测试"},
    "training": {"en": "training", "zh": "培训"},
    "tools": {"en": "tools", "zh": "器械"},
    "reviews": {"en": "reviews", "zh": "制度复审"},
    "functions": {"en": "functions", "zh": "功能"},
    "live devices": {"en": "live devices", "zh": "在线设备"},
}
"""Parts of the three axes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom it is told: the language, its sentences, and the present."""

    language: str
    say: Say
    now: Instant
    log: Path | None = None
    """A gateway's log of the school."""
    live: bool = False
    """Whether every device of a school is asked now."""


async def state_of(log: Path, package: SchoolPackage) -> EngineState:
    """Return what a gateway knew at the end of its log; raises ConfigError."""
    store = SqliteStore(log, read_only=True)
    await store.open([package.school.id])
    try:
        return (await restored(store, [package.school])).engine.state()
    finally:
        await store.close()


def assessment(package: SchoolPackage, state: EngineState | None, reader: Reader) -> list[str]:
    """Return the findings and the scores of a school as lines; `state` is None without a log."""
    say, known = reader.say, state or EngineState()
    found = findings(package.school, known, package.registers, reader.now)
    buttons = [one for one in found if one.kind is FindingKind.BUTTON_NOT_TESTED]
    if state is None:
        found = tuple(one for one in found if one.kind not in NEEDS_DEVICES)
    lines = [say("findings: {n}", n=len(found)), *_findings(found, package, reader)]
    lines += _of_the_package(package, reader)
    if state is None:
        unproven = say(
            "not judged without a gateway's log (--log): devices, functions, storage, "
            "the tests of {n} buttons",
            n=len(buttons),
        )
        lines.append(f"  {unproven}")
    situation = Situation(
        school=package.school, state=known, registers=package.registers, now=reader.now
    )
    lines += [say("scorecard 一二三四五"), *_scores(scorecard(situation), state, reader)]
    lines += [say("three axes (三化)"), *_axes(axes_of(situation), state, reader)]
    return lines


def _of_the_package(package: SchoolPackage, reader: Reader) -> Iterator[str]:
    say, own = reader.say, f"{package.school.id}/"
    for point in single_points(package):
        node, devices = point.node.title[reader.language], len(point.devices)
        yield f"  {say('single point of failure: {node}, {n} devices', node=node, n=devices)}"
    change = design_change(package)
    added, moved, removed = (
        ", ".join(name.removeprefix(own) for name in names) or "–"
        for names in (change.added, change.moved, change.removed)
    )
    line = say("the design adds {added}; moves {moved}; removes {removed}",
               added=added, moved=moved, removed=removed)  # fmt: skip
    yield f"  {line}"
    step = out_of_step(package)
    for device, state in step.not_built:
        name = device.removeprefix(own)
        sentence = "on the list, but not bought yet: {name}"
        if state == "bought":
            sentence = "on the list, but not built yet: {name}"
        yield f"  {say(sentence, name=name)}"
    if step.without_item:
        names = ", ".join(name.removeprefix(own) for name in step.without_item)
        yield "  " + say("no construction item brings {names}", names=names)


def _findings(found: Iterable[Finding], package: SchoolPackage, reader: Reader) -> Iterator[str]:
    own = f"{package.school.id}/"
    kinds: dict[FindingKind, list[Finding]] = defaultdict(list)
    for one in found:
        kinds[one.kind].append(one)
    for kind, alike in kinds.items():
        yield f"  {FINDINGS[kind].title[reader.language]}"
        for one in alike:
            yield f"    {_line(one, own, package.school.zone, reader)}"


def _line(one: Finding, own: str, zone: str, reader: Reader) -> str:
    detail = one.detail[reader.language].replace(own, "")
    line = f"{one.subject.removeprefix(own)} · {detail}"
    if one.deadline is None:
        return line
    say, day = reader.say, local_day(zone, one.deadline)
    late = one.overdue(reader.now)
    due = say("overdue since {day}", day=day) if late else say("to be mended by {day}", day=day)
    return f"{line} · {due}"


def _scores(entries: Iterable[Entry], state: EngineState | None, reader: Reader) -> Iterator[str]:
    groups: dict[int, list[str]] = defaultdict(list)
    for entry in entries:
        judged = state is not None or not _needs_devices(entry)
        share = _percent(entry.score if judged else None)
        groups[entry.group].append(f"{entry.title[reader.language]} {share}")
    for group, told in groups.items():
        yield f"  {group} {GROUPS[group][reader.language]}: {' · '.join(told)}"


def _needs_devices(entry: Entry) -> bool:
    """Return whether an entry of the scorecard is worked out from live devices."""
    return entry.group in (3, 5) or entry.id == "function"


def _axes(axes: Iterable[AxisScore], state: EngineState | None, reader: Reader) -> Iterator[str]:
    live = {"tests", "functions", "live devices"} if state is None else set()
    for axis in axes:
        parts = {name: share for name, share in axis.parts.items() if name not in live}
        mean = sum(parts.values()) / len(parts) if parts else None
        told = " · ".join(
            f"{PART_TITLES[name][reader.language]} {_percent(share)}"
            for name, share in parts.items()
        )
        heading = f"  {AXIS_TITLES[axis.axis][reader.language]} {_percent(mean)}"
        yield f"{heading}: {told}" if told else heading


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
