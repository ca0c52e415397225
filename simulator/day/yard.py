"""Pupils between the lane and the classroom: whom an attacker finds who is through the gate."""

from collections.abc import Callable, Iterable

from simulator.chance import Chance
from twins.instant import Instant, in_seconds, seconds


class Yard:
    """When each pupil came into the yard and left it. It puts nothing on the timeline."""

    def __init__(self, school: str, chance: Chance) -> None:
        self._draw: Callable[[], float] = chance.sampler(school, "pupils.yard")
        self._walk: Callable[[], float] = chance.sampler(school, "pupils.heed")
        self._stays: list[tuple[Instant, Instant]] = []

    def enter(self, at: Instant) -> None:
        """Let a pupil come through the lane."""
        self._stays.append((at, at + seconds(self._draw())))

    def call_in(self, at: Instant) -> None:
        """Have a teacher call everybody in who is there; they run for the nearest door."""
        self._stays = [
            (begin, min(end, at + seconds(self._walk())) if begin <= at < end else end)
            for begin, end in self._stays
        ]

    def count(self, at: Instant) -> int:
        """Return how many are there at an instant."""
        return sum(begin <= at < end for begin, end in self._stays)

    @property
    def stays(self) -> tuple[tuple[Instant, Instant], ...]:
        """Return when each pupil came and left."""
        return tuple(self._stays)


def pupil_seconds(stays: Iterable[tuple[Instant, Instant]], begin: Instant, end: Instant) -> float:
    """Return pupils × seconds in a stretch of time."""
    return sum(in_seconds(max(0, min(leaves, end) - max(comes, begin))) for comes, leaves in stays)
