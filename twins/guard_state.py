"""工作狀態 (R40): what the sensors of a post say of its guard, each state with its evidence.

Rules for this file: a state follows from trusted readings alone; nobody types it in. `SHOWS` is the
whole derivation. Evidence is a yes or no of a sensor and its time: no image, no name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.instant import Instant
from twins.observation import Observation, Quality


class GuardState(StrEnum):
    """在崗, 離崗, 脫崗 (there but not attending), 未佩帶裝備."""

    ON_POST = "on post"
    AWAY = "away"
    INATTENTIVE = "inattentive"
    WITHOUT_EQUIPMENT = "without equipment"
    UNKNOWN = "unknown"
    """No trusted reading says whether anybody is there."""


class GuardSense(StrEnum):
    """The properties of `guard-post-presence`."""

    PRESENT = "present"
    SEAT = "seat"
    BADGE = "badge"
    ATTENTIVE = "attentive"
    EQUIPPED = "equipped"


_G, _S = GuardState, GuardSense

SHOWS: Mapping[GuardState, tuple[tuple[GuardSense, bool], ...]] = {
    _G.ON_POST: (
        (_S.PRESENT, True),
        (_S.SEAT, True),
        (_S.BADGE, True),
        (_S.ATTENTIVE, True),
        (_S.EQUIPPED, True),
    ),
    _G.AWAY: ((_S.PRESENT, False), (_S.SEAT, False), (_S.BADGE, False)),
    _G.INATTENTIVE: ((_S.ATTENTIVE, False),),
    _G.WITHOUT_EQUIPMENT: ((_S.EQUIPPED, False),),
    _G.UNKNOWN: (),
}
"""State → the readings that show it. The first decides, the others support it: a guard who stands
up from the seat is still on post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardEvidence:
    """Which reading shows a state, and when it was made."""

    state: GuardState
    sense: GuardSense
    value: bool
    at: Instant
    """Source time of the observation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardStateChanged:
    """Output: the guard of a post is in another state; a guard may lack two things at once."""

    school: str
    post: str
    device: str
    states: tuple[GuardState, ...]
    """Never empty."""
    evidence: tuple[GuardEvidence, ...]


def guard_states(properties: Mapping[str, Observation]) -> tuple[GuardState, ...]:
    """Return the states that trusted readings show, the gravest first."""
    shown = [
        state
        for state, readings in SHOWS.items()
        if readings and _reads(properties, readings[0][0]) is readings[0][1]
    ]
    if GuardState.AWAY in shown:
        return (GuardState.AWAY,)
    if GuardState.ON_POST not in shown:
        return (GuardState.UNKNOWN,)
    return tuple(one for one in shown if one is not GuardState.ON_POST) or (GuardState.ON_POST,)


def evidence(
    properties: Mapping[str, Observation], states: tuple[GuardState, ...]
) -> tuple[GuardEvidence, ...]:
    """Return the trusted readings that show these states."""
    return tuple(
        GuardEvidence(state=state, sense=sense, value=value, at=properties[sense].source_time)
        for state in states
        for sense, value in SHOWS[state]
        if _reads(properties, sense) is value
    )


def _reads(properties: Mapping[str, Observation], sense: GuardSense) -> bool | None:
    """Return a trusted reading, or None."""
    seen = properties.get(sense)
    if seen is None or seen.quality is not Quality.GOOD or not isinstance(seen.value, bool):
        return None
    return seen.value
