"""Attacks along one path, played: sensors that notice or miss, calls that get through or not.

The mechanism that EASI puts into a formula, with any laws in place of normal ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulator.analysis.easi import LostCall, Sensed, Task
from simulator.laws import Law, Normal
from twins.streams import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an attack."""

    name: str
    detection: float
    """Probability that its sensor notices."""
    sensed: Sensed
    delay: Law
    """Seconds."""

    @classmethod
    def of(cls, task: Task) -> "Step":
        """Return a task of EASI with its normal delay."""
        return cls(
            name=task.name,
            detection=task.detection,
            sensed=task.sensed,
            delay=Normal(task.delay_s, task.deviation_s),
        )


class Attack(NamedTuple):
    """How one attack went."""

    called: int | None
    """The step whose sensor called, or None if nobody was called."""
    ahead_s: float
    """What the attacker then still had before them; 0 if nobody was called."""
    response_s: float

    @property
    def interrupted(self) -> bool:
        """Return whether the response came before the last step was done."""
        return self.called is not None and self.response_s < self.ahead_s


class Intrusions:
    """Plays the same path again and again.

    Streams are by (attack, step): another sensor or another law shifts nobody else's numbers.
    """

    def __init__(
        self, attack: str, steps: Sequence[Step], *, response: Law, communication: float,
        lost_call: LostCall, streams: Streams,
    ) -> None:  # fmt: skip
        self._steps = [
            (
                step.detection,
                step.sensed.ahead,
                step.delay.sampler(streams.stream(attack, place, step.name, "delay")),
                streams.stream(attack, place, step.name, "sensor").random,
                streams.stream(attack, place, step.name, "call").random,
            )
            for place, step in enumerate(steps)
        ]
        self._response = response.sampler(streams.stream(attack, "response"))
        self._communication = communication
        self._retries = lost_call is LostCall.LATER_SENSORS

    def play(self) -> Attack:
        """Return the next attack; every draw is made in each, so that designs stay comparable."""
        called: int | None = None
        ahead_s, lost = 0.0, False
        for place, (detection, ahead, delay, sensor, call) in enumerate(self._steps):
            delay_s, senses, heard = delay(), sensor() < detection, call() < self._communication
            if called is not None:
                ahead_s += delay_s
            elif senses and not lost:
                if heard:
                    called, ahead_s = place, ahead * delay_s
                else:
                    lost = not self._retries
        return Attack(called, ahead_s, self._response())
