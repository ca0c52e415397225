"""EASI: the chance that an attack along one path is interrupted, as a check beside the simulation.

Estimate of Adversary Sequence Interruption. Sources: Bennett, SAND76-0597 (1977); Garcia, The
Design and Evaluation of Physical Protection Systems (2008), ch. 11; critical detection point:
NSSPI, "Probability of Interruption". All times count as normal; `simulator.intrusion` is freer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()


class Sensed(StrEnum):
    """Where in a task its sensor stands: how much of the task's delay is still ahead."""

    BEGINNING = "beginning"
    MIDDLE = "middle"
    END = "end"

    @property
    def ahead(self) -> float:
        """Return the share of the task's delay that comes after the sensing."""
        return _AHEAD[self]


_AHEAD = {Sensed.BEGINNING: 1.0, Sensed.MIDDLE: 0.5, Sensed.END: 0.0}


class LostCall(StrEnum):
    """What a call that does not get through means."""

    FOR_GOOD = "lost for good"
    """Nobody is called any more; Garcia's formula."""
    LATER_SENSORS = "later sensors may still call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One step of an attack."""

    name: str
    detection: float
    """Probability that its sensor notices, 0 to 1."""
    sensed: Sensed = Sensed.BEGINNING
    delay_s: float
    deviation_s: float
    """Standard deviation of the delay; 30 % of the mean where none is known (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Those who come: from the call to the place."""

    mean_s: float
    deviation_s: float
    communication: float = 1.0
    """Probability that a call gets through."""
    lost_call: LostCall = LostCall.FOR_GOOD


def interruption(tasks: Sequence[Task], response: Response) -> float:
    """Return P_I, the probability that the response comes before the last task is done."""
    unseen, total = 1.0, 0.0
    for place, task in enumerate(tasks):
        in_time = _in_time(tasks, place, response)
        heard = task.detection * response.communication
        total += unseen * heard * in_time
        gone = heard if response.lost_call is LostCall.LATER_SENSORS else task.detection
        unseen *= 1 - gone
    return total


def critical_detection_point(tasks: Sequence[Task], response_s: float) -> int | None:
    """Return the last task whose sensor still leaves time for the response, or None."""
    timely = [
        place
        for place, task in enumerate(tasks)
        if task.sensed.ahead * task.delay_s + _delay_after(tasks, place) > response_s
    ]
    return timely[-1] if timely else None


def timely_detection(tasks: Sequence[Task], response_s: float) -> float:
    """Return P_I without spread: the chance that some sensor up to the critical one notices."""
    last = critical_detection_point(tasks, response_s)
    if last is None:
        return 0.0
    return 1 - math.prod(1 - task.detection for task in tasks[: last + 1])


@lru_cache(maxsize=65_536)
def neutralisation(ours: int, theirs: int, our_rate: float = 1.0, their_rate: float = 1.0) -> float:
    """Return P_N, the chance that `ours` prevail over `theirs` (stochastic Lanchester law).

    Each side takes one of the other out at a rate in proportion to its own number.
    """
    if theirs <= 0:
        return 1.0
    if ours <= 0:
        return 0.0
    we, they = ours * our_rate, theirs * their_rate
    won = we * neutralisation(ours, theirs - 1, our_rate, their_rate)
    lost = they * neutralisation(ours - 1, theirs, our_rate, their_rate)
    return (won + lost) / (we + they)


def _in_time(tasks: Sequence[Task], place: int, response: Response) -> float:
    """Return the chance that the response is faster than what is still ahead of the attacker."""
    task, ahead = tasks[place], tasks[place].sensed.ahead
    delay = ahead * task.delay_s + _delay_after(tasks, place)
    variance = (
        (ahead * task.deviation_s) ** 2
        + math.fsum(later.deviation_s**2 for later in tasks[place + 1 :])
        + response.deviation_s**2
    )
    if not variance:
        return float(delay > response.mean_s)
    return _NORMAL.cdf((delay - response.mean_s) / math.sqrt(variance))


def _delay_after(tasks: Sequence[Task], place: int) -> float:
    return math.fsum(task.delay_s for task in tasks[place + 1 :])
