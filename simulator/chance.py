"""Chance by name: each (entity, purpose) has a stream of its own, so nobody shifts another's."""

import math
from collections.abc import Mapping

from simulator.laws import Sampler
from simulator.parameters import PARAMETERS, Parameter
from twins.instant import Duration, seconds
from twins.streams import Streams


class Chance:
    """Draws the world's parameters and remembers which ones were used."""

    def __init__(self, streams: Streams, parameters: Mapping[str, Parameter] = PARAMETERS) -> None:
        self._streams = streams
        self._parameters = parameters
        self._made: dict[tuple[str, str], Sampler] = {}

    def sampler(self, entity: str, parameter: str) -> Sampler:
        """Return the function that draws the entity's values of a parameter, in its unit.

        It and `draw` take turns on one stream; who draws often keeps it.
        """
        key = (entity, parameter)
        made = self._made.get(key)
        if made is None:
            law = self._parameters[parameter].law
            made = self._made[key] = law.sampler(self._streams.stream(entity, parameter))
        return made

    def draw(self, entity: str, parameter: str) -> float:
        """Return the entity's next value of a parameter, in the parameter's unit."""
        return self.sampler(entity, parameter)()

    def delay(self, entity: str, parameter: str) -> Duration:
        """Return the entity's next value of a parameter in seconds, as a duration."""
        return seconds(self.draw(entity, parameter))

    def exponential(self, entity: str, purpose: str, per_second: float) -> Duration:
        """Return the entity's next waiting time of a Poisson process of this rate."""
        return seconds(-math.log(1.0 - self.fraction(entity, purpose)) / per_second)

    def mean(self, parameter: str) -> float:
        """Return a parameter's mean, in its unit; draws nothing."""
        return self._parameters[parameter].law.mean

    def uniform(self, entity: str, purpose: str) -> Sampler:
        """Return the function that draws the entity's uniform numbers from 0 to below 1."""
        key = (entity, purpose)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._streams.stream(entity, purpose).random
        return made

    def fraction(self, entity: str, purpose: str) -> float:
        """Return the entity's next uniform number from 0 to below 1 for a purpose."""
        return self.uniform(entity, purpose)()

    def assumed(self) -> tuple[str, ...]:
        """Return the parameters used so far whose numbers are guesses, sorted."""
        used = {purpose for _, purpose in self._made if purpose in self._parameters}
        return tuple(sorted(name for name in used if self._parameters[name].assumed))
