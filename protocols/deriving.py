"""Values that no point holds: computed from points, here alone, live and offline.

A derived value is as good as the worst value it stands on: a door that was not read is neither
open nor shut, and a count over it is no count.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from twins.observation import Quality, Value

Reading: TypeAlias = tuple[Value, Quality, str]
"""Value in engineering units, quality, cause."""

Way: TypeAlias = Literal["list", "count", "any", "all", "not"]

WAYS: tuple[Way, ...] = ("list", "count", "any", "all", "not")
"""How a description may derive a value; exactly one of them stands in each entry."""

Computed: TypeAlias = Value | list[int]
"""A value, or running numbers: those are for people only and never become an observation."""

_WORST_FIRST = (Quality.BAD, Quality.UNCERTAIN, Quality.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One derived value and the points it stands on."""

    name: str
    way: Way
    sources: Mapping[int, str]
    """Running number → point; a single source has the number 0."""
    where: Value = True
    """What a source must be to be listed or counted."""

    def reading_of(self, readings: Mapping[str, Reading]) -> tuple[Computed, Quality, str] | None:
        """Return value, quality and cause, or None while a source was never read."""
        known = [readings.get(name) for name in self.sources.values()]
        stood_on = [reading for reading in known if reading is not None]
        if len(stood_on) < len(known):
            return None
        quality = next(one for one in _WORST_FIRST if any(one is r[1] for r in stood_on))
        cause = next((r[2] for r in stood_on if r[1] is quality), "")
        if quality is Quality.BAD:
            return None, quality, cause
        chosen = [
            number
            for number, reading in zip(self.sources, stood_on, strict=True)
            if reading[0] == self.where and type(reading[0]) is type(self.where)
        ]
        return _COMPUTE[self.way](chosen, len(known)), quality, cause


_COMPUTE: Mapping[Way, Callable[[Sequence[int], int], Computed]] = {
    "list": lambda chosen, _: list(chosen),
    "count": lambda chosen, _: len(chosen),
    "any": lambda chosen, _: bool(chosen),
    "all": lambda chosen, count: len(chosen) == count,
    "not": lambda chosen, _: not chosen,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeEvent:
    """Something that happens when a point changes, with what else is told then."""

    name: str
    point: str
    edge: Literal["rises", "falls", "changes"]
    told: tuple[str, ...] = ()
    """Points whose values go with it."""

    def happened(self, before: Reading | None, after: Reading) -> bool:
        """Return whether a change of the point is this event; a first reading never is one."""
        if before is None or Quality.BAD in (before[1], after[1]) or before[0] == after[0]:
            return False
        if self.edge == "changes":
            return True
        return bool(after[0]) is (self.edge == "rises") and bool(before[0]) is not bool(after[0])
