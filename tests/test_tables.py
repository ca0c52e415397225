"""docs/lifecycles.md shows every transition table of twins as it is."""

from enum import StrEnum

from tests.tables_doc import LIFECYCLES, PAGE, Lifecycle, diagram, matrix, page, tables


class Lamp(StrEnum):
    OFF = "off"
    ON = "on, bright"
    BURNT = "burnt"


class Hand(StrEnum):
    PRESS = "press"
    WAIT = "wait"


LAMP = Lifecycle(
    title="Lamp",
    text="It shines.",
    first=Lamp.OFF,
    table={
        (Lamp.OFF, Hand.PRESS): Lamp.ON,
        (Lamp.ON, Hand.PRESS): Lamp.OFF,
        (Lamp.ON, Hand.WAIT): Lamp.BURNT,
    },
)


def test_the_page_is_what_the_tables_say():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: uv run python -m tests.tables_doc"


def test_every_transition_table_of_twins_is_drawn_and_nothing_else():
    found = tables()
    assert set(found) == set(LIFECYCLES)
    for path, lifecycle in LIFECYCLES.items():
        assert lifecycle.table is found[path]


def test_every_state_can_be_reached_from_the_first():
    for path, lifecycle in LIFECYCLES.items():
        reached = {lifecycle.first}
        for _ in lifecycle.table:
            reached |= {to for (state, _), to in lifecycle.table.items() if state in reached}
        named = {state for state, _ in lifecycle.table} | set(lifecycle.table.values())
        assert reached == named, path


def test_a_table_is_drawn_as_rows_with_the_next_state_or_nothing():
    assert matrix(LAMP) == [
        "| state | press | wait |",
        "|---|---|---|",
        "| off | on, bright |  |",
        "| on, bright | off | burnt |",
        "| burnt |  |  |",
    ]


def test_a_table_is_drawn_as_a_diagram_with_its_start_and_its_ends():
    assert diagram(LAMP) == [
        "```mermaid",
        "stateDiagram-v2",
        '    state "off" as off',
        '    state "on, bright" as on_bright',
        '    state "burnt" as burnt',
        "    [*] --> off",
        "    off --> on_bright : press",
        "    on_bright --> off : press",
        "    on_bright --> burnt : wait",
        "    burnt --> [*]",
        "```",
    ]


def test_the_page_names_where_each_table_stands():
    shown = page({"twins.lamp.TRANSITIONS": LAMP})
    assert "## Lamp\n\nIt shines.\n\n`twins/lamp.py`, `TRANSITIONS`\n\n| state |" in shown
