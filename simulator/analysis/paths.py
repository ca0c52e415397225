"""All paths of an attack: the adversary sequence diagram, and the path that is hardest to stop.

A diagram is layers from the outside in; in each the attacker chooses one element. The attacker
picks the worst path, so that is what counts; which one it is changes with the response time. After
SAVI and multi-path EASI (Garcia, 2008, ch. 11).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from simulator.analysis.easi import Response, Task, interruption, timely_detection

PATHS_MOST = 200_000
"""More paths than this are not enumerated; the timely form has no such limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One line that must be crossed, by one of its elements."""

    name: str
    elements: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The path with the least chance of interruption."""

    path: tuple[Task, ...]
    interruption: float


def paths(layers: Sequence[Layer]) -> Iterator[tuple[Task, ...]]:
    """Yield every path in the order of the elements; raises ValueError for too many of them."""
    count = math.prod(len(layer.elements) for layer in layers)
    if count > PATHS_MOST:
        raise ValueError(f"{count} paths are too many to go through, {PATHS_MOST} at most")
    yield from product(*(layer.elements for layer in layers))


def worst_path(layers: Sequence[Layer], response: Response) -> Worst:
    """Return the worst path by EASI, of equals the first."""
    return min(
        (Worst(path=path, interruption=interruption(path, response)) for path in paths(layers)),
        key=lambda worst: worst.interruption,
    )


def worst_timely_path(layers: Sequence[Layer], response_s: float) -> Worst:
    """Return the worst path where only sensors in time count, without going through all.

    From the inside out each partial path is (delay still ahead, chance of not being noticed in
    time); one that is both slower and likelier noticed than another can never become the worst.
    """
    partial: list[tuple[float, float, tuple[Task, ...]]] = [(0.0, 1.0, ())]
    for layer in reversed(layers):
        longer = []
        for delay, unseen, path in partial:
            for task in layer.elements:
                in_time = task.sensed.ahead * task.delay_s + delay > response_s
                slips = unseen * (1 - task.detection) if in_time else unseen
                longer.append((delay + task.delay_s, slips, (task, *path)))
        partial = _undominated(longer)
    _, _, path = max(partial, key=lambda label: label[1])
    return Worst(path=path, interruption=timely_detection(path, response_s))


def _undominated(
    labels: list[tuple[float, float, tuple[Task, ...]]],
) -> list[tuple[float, float, tuple[Task, ...]]]:
    kept: list[tuple[float, float, tuple[Task, ...]]] = []
    for label in sorted(labels, key=lambda label: (label[0], -label[1])):
        if not kept or label[1] > kept[-1][1]:
            kept.append(label)
    return kept
