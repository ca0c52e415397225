"""Alarms never wait behind telemetry: what comes first in one batch, always the same way."""

from collections.abc import Container, Iterable, Mapping, Sequence

from twins.capability import capabilities
from twins.observation import Observation
from twins.records import Input
from twins.school import Device

ALARM_CLASS = frozenset({"event-recognition-front-end", "fire-alarm-panel"})
"""Capabilities whose observations go first, beside every panic-class one."""


def first_devices(devices: Mapping[str, Device]) -> frozenset[str]:
    """Return the devices whose observations go before telemetry."""
    known = capabilities()
    return frozenset(
        one.id
        for one in devices.values()
        if one.capability in ALARM_CLASS or known[one.capability].panic
    )


def alarms_first(inputs: Sequence[Input], first: Container[str]) -> Iterable[Input]:
    """Return the inputs with the observations of these devices before other observations.

    Observations of one device keep their order. Nothing passes what a person or a driver said:
    between two such inputs, what was observed before stays before.
    """
    if len(inputs) < 2 or not any(  # noqa: PLR2004  one input has no order
        type(one) is Observation and one.device in first for one in inputs
    ):
        return inputs
    ordered: list[Input] = []
    telemetry: list[Input] = []
    for one in inputs:
        if type(one) is not Observation:
            ordered += telemetry
            telemetry = []
            ordered.append(one)
        elif one.device in first:
            ordered.append(one)
        else:
            telemetry.append(one)
    return ordered + telemetry
