"""Chance by name: each (entity, purpose) has a stream of its own, so nobody shifts another's."""

from collections.abc import Mapping

from simulator.parameters import PARAMETERS, Parameter
from twins.instant import Duration, seconds
from twins.streams import Stream, Streams


class Chance:
    """Draws the world's parameters and remembers which ones were used."""

    def __init__(self, streams: Streams, parameters: Mapping[str, Parameter] = PARAMETERS) -> None:
        self._streams = streams
        self._parameters = parameters
        self._made: dict[tuple[str, str], Stream] = {}

    def draw(self, entity: str, parameter: str) -> float:
        """Return the entity's next value of a parameter, in the parameter's unit."""
        return self._parameters[parameter].law.draw(self._stream(entity, parameter))

    def delay(self, entity: str, parameter: str) -> Duration:
        """Return the entity's next value of a parameter in seconds, as a duration."""
        return seconds(self.draw(entity, parameter))

    def mean(self, parameter: str) -> float:
        """Return a parameter's mean, in its unit; draws nothing."""
        return self._parameters[parameter].law.mean

    def fraction(self, entity: str, purpose: str) -> float:
        """Return the entity's next uniform number from 0 to below 1 for a purpose."""
        return self._stream(entity, purpose).random()

    def assumed(self) -> tuple[str, ...]:
        """Return the parameters drawn so far whose numbers are guesses, sorted."""
        used = {purpose for _, purpose in self._made if purpose in self._parameters}
        return tuple(sorted(name for name in used if self._parameters[name].assumed))

    def _stream(self, entity: str, purpose: str) -> Stream:
        key = (entity, purpose)
        stream = self._made.get(key)
        if stream is None:
            stream = self._made[key] = self._streams.stream(entity, purpose)
        return stream
