"""docs/validation.md: expected beside found."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.validation.table import SEED
from benchmarks.validation.verdict import (
    ERRORS,
    ERRORS_SURELY,
    FORMULA_TOLERANCE,
    OBSERVATIONS,
    Case,
    Row,
    cases,
)

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "P_I never rises with the response time, and never falls with better sensors, surer calls or "
    "longer delays": (
        "test_easi.py::test_slower_responders_interrupt_no_more",
        "test_easi.py::test_a_better_sensor_interrupts_no_less",
        "test_easi.py::test_surer_calls_interrupt_no_less",
        "test_easi.py::test_a_longer_delay_interrupts_no_less",
    ),
    "One more volunteer never delays the first arrival, under common random numbers": (
        "test_response.py::test_one_more_volunteer_changes_nobody_elses_times_and_never_delays_the_first_arrival",
        "test_responders.py::test_another_volunteer_changes_nobody_elses_answers_and_never_delays_the_first_arrival",
    ),
    "Twice the volunteers who come half as often change nothing": (
        "test_arrival_laws.py::test_twice_the_volunteers_who_come_half_as_often_change_nothing",
        "test_validation.py::test_twice_the_volunteers_who_come_half_as_often_play_alike",
    ),
    "All lengths and speeds at another scale leave the times": (
        "test_response.py::test_stretching_every_way_and_every_speed_alike_leaves_the_times",
        "test_arrival_laws.py::test_a_map_at_another_scale_with_speeds_to_match_changes_no_time",
    ),
    "Without acceptance only the police come; police at once leave no gap": (
        "test_response.py::test_without_acceptance_only_the_police_come_and_nothing_is_gained",
        "test_response.py::test_police_who_are_there_at_once_leave_no_gap",
    ),
    "Little's law and the balance of flow hold in every run": (
        "test_lanes.py::test_littles_law_and_the_balance_of_flow_hold_in_every_run",
    ),
    "Figures come from the kept events alone, so a replay gives the same bits": (
        "test_response.py::test_the_times_of_a_case_are_those_of_its_events",
    ),
    "The order of input rows changes nothing": (
        "test_response.py::test_the_order_of_the_responders_changes_nothing",
        "test_responders.py::test_reversing_the_responders_changes_nothing",
    ),
    "Events of one instant have a fixed order": (
        "test_timeline.py::test_events_of_one_instant_keep_the_order_in_which_they_were_made",
        "test_lanes.py::test_the_lane_that_has_idled_longest_is_taken_and_of_equals_the_first",
    ),
    "Two processes give the numbers of one": (
        "test_validation.py::test_two_processes_give_the_numbers_of_one",
    ),
}
"""What must hold without any expected value → the tests in tests/simulator that hold it."""

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"

HEAD = f"""\
# The simulator against theory

Made by `python -m benchmarks.validation` from `benchmarks/validation/cases.yaml`; do not edit. The same code gives the
same page, number for number.

Each quantity is computed by the simulator's own closed form or integral (`formula`) and, where chance or order play a
part, played by the same functions that a drill or a school day uses (`played`, seed {SEED}). No expected value comes
from a simulation. A formula may differ by {FORMULA_TOLERANCE:g} of max(1, value), in an exact case by its tolerance; a
play by the case's tolerance of max(1, value), or by {ERRORS} standard errors where those are more, with at least
{OBSERVATIONS:,} observations unless nothing in it is random; {ERRORS_SURELY:g} standard errors are a miss even where a
case would allow them. Queues count customers after a warm-up; their standard errors are over independent runs.
S10, the p-median of planning, is not the simulator's and not here.
"""

COLUMNS = (
    "| quantity | by | expected | found | standard error | n | allowed | z | verdict |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def page(rows: Mapping[str, Sequence[Row]]) -> str:
    """Return the page."""
    known = cases()
    judged = [row for found in rows.values() for row in found]
    passed = sum(row.passes for row in judged)
    lines = [HEAD, f"{len(rows)} cases, {len(judged)} rows, {passed} pass.", ""]
    for name, found in rows.items():
        lines += [*case_lines(name, known[name], found), ""]
    lines += ["## Properties that need no expected value", ""]
    for number, (sentence, tests) in enumerate(PROPERTIES.items(), start=1):
        lines.append(f"{number}. {sentence}.")
        lines += [f"   - `tests/simulator/{test}`" for test in tests]
    return "\n".join(lines) + "\n"


def case_lines(name: str, case: Case, rows: Sequence[Row]) -> list[str]:
    """Return one case's section."""
    return [
        f"## {name} {case.title}",
        "",
        f"{case.kind.capitalize()}, tolerance {case.tolerance:g}. Source: {case.source}.",
        "",
        COLUMNS,
        *(row_line(row) for row in rows),
    ]


def row_line(row: Row) -> str:
    """Return one row of the table."""
    found = row.found
    played = found.observations is not None
    cells = (
        found.quantity,
        "played" if played else "formula",
        f"{row.expected:.9g}",
        f"{found.value:.7g}" if played else f"{found.value:.9g}",
        f"{found.error:.2g}" if found.error is not None else "",
        f"{found.observations:,}" if played else "",
        f"{row.allowed:.2g}",
        f"{(found.value - row.expected) / found.error:+.2f}" if found.error else "",
        "pass" if row.passes else "**missed**",
    )
    return f"| {' | '.join(cells)} |"
