"""The same threat by EASI: formulas beside what was played, so that either can be doubted.

EASI takes delays and the response as normal and knows nobody at the post who holds an attacker off;
the response is that of the played days. Where the two differ much, the mean of a wide law misleads
or the post decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from simulator.analysis.easi import Response, Task, interruption, timely_detection
from simulator.analysis.paths import Layer, worst_path
from simulator.day.threats import ELEMENTS, RAMMED, Element, Sensor, Threat, path_of
from simulator.estimation.intervals import Estimate, wilson
from simulator.parameters import PARAMETERS, Parameter
from twins.capability import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One threat by the formulas and as played."""

    path: tuple[str, ...]
    response_s: float
    response_deviation_s: float
    """From the notice that led to the call to somebody who holds him, of the played days."""
    interruption: float
    """P_I by EASI for this path."""
    timely: float
    """P_I without spread: the sensors up to the critical detection point."""
    played: Estimate
    """Share of the played days in which those who were called came in time."""
    worst_path: tuple[str, ...]
    """The way in that an attacker who knows all this would take."""
    worst_interruption: float


def check(
    threat: Threat, capabilities: frozenset[str], days: Sequence[Mapping[str, float | None]],
    parameters: Mapping[str, Parameter] = PARAMETERS,
) -> Check | None:  # fmt: skip
    """Return the check of days that were played, or None where fewer than two had a response."""
    responses = [one for day in days if (one := day["attack-response"]) is not None]
    if len(responses) < 2:  # noqa: PLR2004  a spread needs two
        return None
    played = [one for day in days if (one := day["attack-in-time"]) is not None]
    attention = fmean(one for day in days if (one := day["attack-attention"]) is not None)
    response = Response(
        mean_s=fmean(responses), deviation_s=stdev(responses),
        communication=1.0 - parameters["button.fails"].law.mean, lost_call=threat.lost_call,
    )  # fmt: skip
    path = path_of(threat.kind, capabilities)
    tasks = [_task(name, attention, parameters) for name in path]
    worst = worst_path(_layers(capabilities, attention, parameters), response)
    return Check(
        path=path,
        response_s=response.mean_s,
        response_deviation_s=response.deviation_s,
        interruption=interruption(tasks, response),
        timely=timely_detection(tasks, response.mean_s),
        played=wilson(sum(one > 0 for one in played), len(played)),
        worst_path=tuple(task.name for task in worst.path),
        worst_interruption=worst.interruption,
    )


def _task(name: str, attention: float, parameters: Mapping[str, Parameter]) -> Task:
    """Return an element as a task of EASI: a sensor that needs the post counts as much as it."""
    element = ELEMENTS[name]
    law = parameters[element.delay].law
    return Task(
        name=name, detection=_detection(element, attention, parameters), sensed=element.sensed,
        delay_s=law.mean, deviation_s=law.deviation,
    )  # fmt: skip


def _detection(element: Element, attention: float, parameters: Mapping[str, Parameter]) -> float:
    detection = parameters[element.detection].law.mean
    if element.sensor is Sensor.CAMERA:
        return detection * attention * parameters["warning.heeded"].law.mean
    return detection * attention if element.sensor is Sensor.POST else detection


def _layers(
    capabilities: frozenset[str], attention: float, parameters: Mapping[str, Parameter]
) -> list[Layer]:
    """Return the whole diagram into the school: each line with what an attacker may choose."""
    closed = path_of("ramming", capabilities)[1]
    absent = {"drives in", *RAMMED.values()} - {closed}
    across = ("crosses the yard",), ("attacks inside",)
    lines = [
        tuple(
            name
            for name, element in ELEMENTS.items()
            if element.line is line and name not in absent and name != "attacks the queue"
        )
        for line in (Line.REMOTE, Line.GATE_FRONT)
    ]
    return [
        Layer(
            name=" / ".join(names),
            elements=tuple(_task(name, attention, parameters) for name in names),
        )
        for names in (*lines, *across)
    ]
