"""What comes first in one batch: alarms before telemetry, and a count behind what it counts."""

from collections.abc import Container, Iterable, Mapping, Sequence

from twins.capability import capabilities
from twins.observation import Observation
from twins.records import Input
from twins.school import Device

ALARM_CLASS = frozenset({"event-recognition-front-end", "fire-alarm-panel"})
"""Capabilities whose observations go first, beside every panic-class one."""

COUNTS: Mapping[str, str] = {
    "event-recognition-front-end": "events",
    "face-recognition-front-end": "hits",
    "walk-through-gate": "alarm",
}
"""Capability → the property that says that there is what its other properties tell of."""


def first_devices(devices: Mapping[str, Device]) -> frozenset[str]:
    """Return the devices whose observations go before telemetry."""
    known = capabilities()
    return frozenset(
        one.id
        for one in devices.values()
        if one.capability in ALARM_CLASS or known[one.capability].panic
    )


def counting_devices(devices: Mapping[str, Device]) -> Mapping[str, str]:
    """Return the devices that tell something and then count it → the property that counts."""
    return {one.id: COUNTS[one.capability] for one in devices.values() if one.capability in COUNTS}


def in_order(
    inputs: Sequence[Input], first: Container[str], counting: Mapping[str, str]
) -> Iterable[Input]:
    """Return the inputs with the observations of `first` before other observations.

    Observations of one device keep their order, but for a count: it comes behind what it counts,
    however the two were delivered. Nothing passes what a person or a driver said: between two such
    inputs, what was observed before stays before.
    """
    if len(inputs) < 2:  # noqa: PLR2004  one input has no order
        return inputs
    if not any(
        type(one) is Observation and (one.device in first or one.device in counting)
        for one in inputs
    ):
        return inputs
    ordered: list[Input] = []
    section: list[Observation] = []
    for one in inputs:
        if type(one) is Observation:
            section.append(one)
        else:
            ordered += _section(section, first, counting)
            section = []
            ordered.append(one)
    return ordered + _section(section, first, counting)


def _section(
    section: list[Observation], first: Container[str], counting: Mapping[str, str]
) -> list[Observation]:
    for device in dict.fromkeys(one.device for one in section if one.device in counting):
        places = [place for place, one in enumerate(section) if one.device == device]
        told = _counts_last([section[place] for place in places], counting[device])
        for place, one in zip(places, told, strict=True):
            section[place] = one
    return [one for one in section if one.device in first] + [
        one for one in section if one.device not in first
    ]


def _counts_last(told: Sequence[Observation], counts: str) -> list[Observation]:
    """Return what one device told with each count behind its details.

    What carries the device's own stamps, or tells of a property twice, goes by the stamps; stamps
    that we gave on receipt say nothing about which of two readings of one scan was first.
    """
    once = len({one.property for one in told}) == len(told)
    ours = all(one.source_time == one.receive_time for one in told)
    if once and ours:
        return sorted(told, key=lambda one: one.property == counts)
    return sorted(told, key=lambda one: (one.source_time, one.property == counts))
