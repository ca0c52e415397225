"""Attack paths, sensitivity and output statistics: S01, S02, S11, S13."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import pvariance
from typing import Any

from benchmarks.validation.verdict import Found, computed, share_of
from simulator.analysis.easi import LostCall, Response, Sensed, Task, interruption
from simulator.analysis.sensitivity import Factor, available, sobol
from simulator.estimation.comparison import independent_difference, paired_difference
from simulator.estimation.intervals import mean_estimate
from simulator.estimation.stopping import replications_needed
from simulator.estimation.warmup import mser5
from simulator.intrusion import Intrusions, Step
from simulator.laws import Normal
from twins.streams import Streams

ATTACKS = 1_000_000
DOORS = (2, 4)
"""Which tasks of the book's example have a sensor."""


def book_example(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Compute and play the book's example, by both meanings of a failed call."""
    tasks, (mean, deviation) = _tasks(inputs), inputs["response"]
    response = Response(mean_s=mean, deviation_s=deviation, communication=inputs["communication"])
    found = []
    for quantity, lost_call in (
        ("P_I", LostCall.FOR_GOOD),
        ("P_I as published", LostCall.FOR_GOOD),
        ("P_I, later sensors may still call", LostCall.LATER_SENSORS),
    ):
        exact = interruption(tasks, replace(response, lost_call=lost_call))
        found += computed({quantity: exact})
        if "published" not in quantity:
            found.append(_play(quantity, tasks, response, lost_call, effort, streams))
    return found


def variants(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:  # noqa: ARG001
    """Compute the example with other sensors and faster responses."""
    tasks, book = _tasks(inputs), inputs["response"]
    found = {}
    for name, doors in inputs["doors"].items():
        changed = list(tasks)
        for place, sensed in zip(DOORS, doors, strict=True):
            changed[place] = replace(tasks[place], sensed=Sensed(sensed))
        found[f"P_I {name}"] = interruption(changed, _response(inputs, *book))
    for mean in inputs["responses_s"]:
        response = _response(inputs, mean, inputs["deviation"] * mean)
        found[f"P_I at {mean} s"] = interruption(tasks, response)
    return computed(found)


def ishigami(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Ask SALib for the indices; nothing where it is not installed."""
    if not available():
        return []
    a, b = inputs["a"], inputs["b"]
    samples = 1 << max(10, round(math.log2(2**15 * effort)))
    figures: list[float] = []

    def model(at: Mapping[str, float]) -> float:
        figure = math.sin(at["x1"]) * (1 + b * at["x3"] ** 4) + a * math.sin(at["x2"]) ** 2
        figures.append(figure)
        return figure

    factors = [Factor(name=name, low=-math.pi, high=math.pi) for name in ("x1", "x2", "x3")]
    shares = sobol(factors, model, samples=samples, seed=streams.seed)
    runs = len(figures)
    # The half-widths are at 95 %; Sobol's sequence is far better than they say.
    error = 1.959963984540054
    found = [
        Found(quantity=f"{kind} {one.factor}", value=value, error=half / error, observations=runs)
        for one in shares
        for kind, value, half in (
            ("first", one.first, one.first_half_width),
            ("total", one.total, one.total_half_width),
        )
    ]
    variance = pvariance(figures)
    return [*found, Found(quantity="variance", value=variance, observations=runs)]


def statistics(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:  # noqa: ARG001
    """Compute the intervals on fixed data."""
    first, second = inputs["first"], inputs["second"]
    mean = mean_estimate(first)
    paired, apart = paired_difference(first, second), independent_difference(first, second)
    series = inputs["series"]
    values = [
        series["fall"] * series["factor"] ** k + series["level"] + (-1) ** k
        for k in range(series["length"])
    ]
    warm_up = mser5(values)
    return computed(
        {
            "mean": mean.value,
            "half-width": mean.half_width,
            "paired difference": paired.value,
            "paired half-width": paired.half_width,
            "half-width as if independent": apart.half_width,
            "replications for 2 s": replications_needed(first, inputs["half_width"]),
            "MSER-5 drops": warm_up.dropped,
            "MSER-5 mean": warm_up.mean,
        }
    )


def _play(
    quantity: str, tasks: Sequence[Task], response: Response, lost_call: LostCall,
    effort: float, streams: Streams,
) -> Found:  # fmt: skip
    attacks = Intrusions(
        quantity, [Step.of(task) for task in tasks],
        response=Normal(response.mean_s, response.deviation_s),
        communication=response.communication, lost_call=lost_call, streams=streams,
    )  # fmt: skip
    count = max(1000, round(ATTACKS * effort))
    return share_of(quantity, sum(attacks.play().interrupted for _ in range(count)), count)


def _tasks(inputs: Mapping[str, Any]) -> list[Task]:
    return [
        Task(name=f"task {number + 1}", detection=detection, sensed=Sensed(sensed),
             delay_s=delay, deviation_s=deviation)
        for number, (detection, sensed, delay, deviation) in enumerate(inputs["tasks"])
    ]  # fmt: skip


def _response(inputs: Mapping[str, Any], mean_s: float, deviation_s: float) -> Response:
    return Response(mean_s=mean_s, deviation_s=deviation_s, communication=inputs["communication"])
