"""Draws docs/lifecycles.md from the transition tables of `twins`.

`uv run python -m tests.tables_doc` writes the file. Every module-level name of `twins` that ends in
`TRANSITIONS` is a table and must stand in `LIFECYCLES`; the text beside it is written there.
"""

import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import twins
from twins.alarm import TRANSITIONS as ALARM_TRANSITIONS
from twins.alarm import AlarmState
from twins.alarm_service import SERVICE_TRANSITIONS, Service
from twins.call import CALL_TRANSITIONS, CallState
from twins.visit import TRANSITIONS as VISIT_TRANSITIONS
from twins.visit import VisitState

PAGE = Path(__file__).parent.parent / "docs" / "lifecycles.md"

Table = Mapping[tuple[StrEnum, StrEnum], StrEnum]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """One table as the page shows it."""

    title: str
    text: str
    """What the table cannot say."""
    first: StrEnum
    table: Table


LIFECYCLES: Mapping[str, Lifecycle] = {
    "twins.alarm.TRANSITIONS": Lifecycle(
        title="Alarm · 报警",
        text=(
            "After ISA-18.2: active × acknowledged, latched until a person resets it with a name and "
            "a reason. This is the whole life of an alarm that latches, as a one-key alarm does; one "
            "that does not latch is normal as soon as its cause is gone."
        ),
        first=AlarmState.ACTIVE_UNACKNOWLEDGED,
        table=ALARM_TRANSITIONS,
    ),
    "twins.alarm_service.SERVICE_TRANSITIONS": Lifecycle(
        title="Service of an alarm point · 报警点启用状态",
        text=(
            "Whether an alarm point, a kind at a device, may call anybody. A quiet alarm is still "
            "raised, counted and kept. A one-key alarm is always in service."
        ),
        first=Service.IN_SERVICE,
        table=SERVICE_TRANSITIONS,
    ),
    "twins.visit.TRANSITIONS": Lifecycle(
        title="Visit · 来访",
        text=(
            "Made from the school's inspection flow; this one is ours. Another flow gives another "
            "table, in which no step can be jumped over either."
        ),
        first=VisitState.REGISTERED,
        table=VISIT_TRANSITIONS,
    ),
    "twins.call.CALL_TRANSITIONS": Lifecycle(
        title="Intercom call · 可视对讲",
        text="A call is never silent: whoever does not answer, or cannot, has failed it.",
        first=CallState.OFFERED,
        table=CALL_TRANSITIONS,
    ),
}
"""Where a table stands in the code → how it is shown."""

HEAD = """\
# Lifecycles

Made by `uv run python -m tests.tables_doc` from the tables in `twins/`; do not edit. Each table is the whole life of its
thing: an event that has no next state in a row is refused, never ignored.
"""


def tables() -> dict[str, Table]:
    """Return every transition table of `twins` by where it stands, each once."""
    found = {}
    for module in pkgutil.walk_packages(twins.__path__, "twins."):
        for name, value in vars(import_module(module.name)).items():
            if name.endswith("TRANSITIONS") and isinstance(value, Mapping):
                path = f"{module.name}.{name}"
                if _is_defined(module.name, name):
                    found[path] = value
    return found


def _is_defined(module: str, name: str) -> bool:
    """Return whether a module makes a name, and does not only import it."""
    path = Path(str(import_module(module).__file__))
    return re.search(rf"^{name}\b.*=", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def page(lifecycles: Mapping[str, Lifecycle] = LIFECYCLES) -> str:
    """Return the page."""
    parts = [HEAD]
    for path, one in lifecycles.items():
        module, _, name = path.rpartition(".")
        source = f"`{module.replace('.', '/')}.py`, `{name}`"
        parts += [f"## {one.title}\n", f"{one.text}\n", f"{source}\n"]
        parts += ["\n".join(matrix(one)) + "\n", "\n".join(diagram(one)) + "\n"]
    return "\n".join(parts)


def states(one: Lifecycle) -> list[StrEnum]:
    """Return the states that a table names, in the order of their kind."""
    named = {state for state, _ in one.table} | set(one.table.values())
    return [state for state in type(one.first) if state in named]


def matrix(one: Lifecycle) -> list[str]:
    """Return the table as Markdown: a row per state, a column per event."""
    used = {event for _, event in one.table}
    kind = type(next(iter(used)))
    events = [event for event in kind if event in used]
    lines = [
        f"| state | {' | '.join(events)} |",
        f"|---|{'---|' * len(events)}",
    ]
    for state in states(one):
        nexts = [str(one.table.get((state, event), "")) for event in events]
        lines.append(f"| {state} | {' | '.join(nexts)} |")
    return lines


def diagram(one: Lifecycle) -> list[str]:
    """Return the table as a Mermaid state diagram; a state that nothing leaves is an end."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state}" as {_id(state)}' for state in states(one)]
    lines.append(f"    [*] --> {_id(one.first)}")
    lines += [
        f"    {_id(state)} --> {_id(after)} : {event}"
        for (state, event), after in one.table.items()
    ]
    left = {state for state, _ in one.table}
    lines += [f"    {_id(state)} --> [*]" for state in states(one) if state not in left]
    return [*lines, "```"]


def _id(state: StrEnum) -> str:
    return re.sub(r"\W+", "_", state)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
