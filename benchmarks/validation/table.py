"""Case → how it is played. A new case is a line here and its data in cases.yaml."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.validation.arrivals import alerted, first_volunteer, gap, nearest, phones
from benchmarks.validation.lines import loss, patrol_cars, registration, screening
from benchmarks.validation.others import book_example, ishigami, statistics, variants
from benchmarks.validation.verdict import Found, Row, cases, judge
from twins.streams import Streams

SEED = 20260901
"""Chosen once, before the first play of any case."""

Runner = Callable[[Mapping[str, Any], float, Streams], list[Found]]
"""(inputs, effort from above 0 to 1, streams) → what was found, formulas before plays."""


def _loss_and_phones(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    return loss(inputs, effort, streams) + phones(inputs, effort, streams)


RUNNERS: Mapping[str, Runner] = {
    "S01": book_example,
    "S02": variants,
    "S03": first_volunteer,
    "S04": nearest,
    "S05": alerted,
    "S06": gap,
    "S07": screening,
    "S08": registration,
    "S09": patrol_cars,
    "S11": ishigami,
    "S12": _loss_and_phones,
    "S13": statistics,
}


def run(name: str, effort: float = 1.0) -> list[Row]:
    """Play a case; `effort` below 1 plays less and judges by the same rule."""
    known = cases()
    case = known[name]
    inputs = dict(case.inputs)
    if isinstance(base := inputs.get("of"), str):
        inputs = {**known[base].inputs, **inputs}
    return judge(case, RUNNERS[name](inputs, effort, Streams(SEED)))
