"""What a device of the gate is in, in one word, read off its trusted points (R02, R26, R28).

Rules for this file: pure functions of readings; None is not known. A device that says it is at
fault is, whatever else it shows; two switches that cannot both be on are a fault too.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from twins.closure import door_state
from twins.counter import steps
from twins.instant import Instant
from twins.observation import Observation, PropertyChanged, Quality, Value
from twins.records import Output


class DetectorState(StrEnum):
    """安检门."""

    IDLE = "idle"
    ALARM = "alarm"
    FAULT = "fault"
    UNKNOWN = "unknown"


class TravelState(StrEnum):
    """升降柱, 道闸: a bollard that is up or a boom that is closed keeps vehicles out."""

    UP = "up"
    DOWN = "down"
    MOVING = "moving"
    FAULT = "fault"
    UNKNOWN = "unknown"


def detector_state(*, alarm: Value, fault: Value) -> DetectorState:
    """Return the state of a walk-through gate.

    >>> detector_state(alarm=True, fault=None).value
    'alarm'
    """
    if fault is True:
        return DetectorState.FAULT
    if alarm is None:
        return DetectorState.UNKNOWN
    return DetectorState.ALARM if alarm is True else DetectorState.IDLE


def bollard_state(*, raised: Value, lowered: Value, fault: Value) -> TravelState:
    """Return the state of a bollard; without a lower switch it is down or on its way: not up.

    >>> bollard_state(raised=False, lowered=False, fault=None).value
    'moving'
    """
    if fault is True or (raised is True and lowered is True):
        return TravelState.FAULT
    if raised is None:
        return TravelState.UNKNOWN
    if raised is True:
        return TravelState.UP
    return TravelState.MOVING if lowered is False else TravelState.DOWN


def barrier_state(*, closed: Value, opened: Value, fault: Value) -> TravelState:
    """Return the state of a vehicle barrier: down is closed."""
    if fault is True or (closed is True and opened is True):
        return TravelState.FAULT
    if closed is None and opened is None:
        return TravelState.UNKNOWN
    if closed is True:
        return TravelState.DOWN
    if opened is True:
        return TravelState.UP
    return TravelState.MOVING if closed is False and opened is False else TravelState.UNKNOWN


Derive = Callable[[Callable[[str], Value]], StrEnum]

CONDITIONS: Mapping[str, Derive] = {
    "walk-through-gate": lambda known: detector_state(alarm=known("alarm"), fault=known("fault")),
    "bollard": lambda known: bollard_state(
        raised=known("raised"), lowered=known("lowered"), fault=known("fault")
    ),
    "barrier": lambda known: barrier_state(
        closed=known("closed"), opened=known("opened"), fault=known("fault")
    ),
    "door": lambda known: door_state(closed=known("closed"), locked=known("locked")),
}
"""Capability → how its condition follows from its properties."""


def condition(capability: str, properties: Mapping[str, Observation]) -> str:
    """Return the condition of a device in one word; empty for a type that has none."""
    derive = CONDITIONS.get(capability)
    if derive is None:
        return ""

    def known(name: str) -> Value:
        seen = properties.get(name)
        return seen.value if seen is not None and seen.quality is Quality.GOOD else None

    return derive(known).value


def throughput(
    records: Iterable[tuple[Instant, Output]], device: str, begin: Instant, end: Instant
) -> int:
    """Return how many persons a device counted through from `begin` until before `end`.

    `records` are outputs with the instants at which they were told, oldest first; what was told
    before `begin` says from where to count. A counter that went back has restarted from zero.
    """
    persons, before = 0, None
    for at, one in records:
        if at >= end or not isinstance(one, PropertyChanged):
            continue
        if (one.device, one.property) != (device, "passages") or one.quality is not Quality.GOOD:
            continue
        count = int(one.value or 0)
        if at >= begin and before is not None:
            persons += steps(before, count)
        before = count
    return persons
