"""What a device said about itself, how far to trust it, and what changed by it."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from twins.instant import Instant

Value: TypeAlias = bool | int | float | str | None
"""An engineering value; None where the device gave a status without a value."""


class Quality(StrEnum):
    """How far a value may be trusted (OPC UA Part 8: good, uncertain, bad)."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


class Kind(StrEnum):
    """Where a value comes from; only `measured` is a fresh reading of a real device."""

    MEASURED = "measured"
    REPEATED = "repeated"
    SUBSTITUTED = "substituted"
    SIMULATED = "simulated"


class Observation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One reading of one property of one device (SOSA Observation, OPC UA DataValue).

    `source_time` is the device's own stamp where it has one, else the instant its answer arrived;
    `receive_time` is when we had it. `cause` says why the quality is not good, else it is empty.
    """

    device: str
    property: str
    value: Value
    quality: Quality = Quality.GOOD
    cause: str = ""
    source_time: Instant
    receive_time: Instant
    kind: Kind = Kind.MEASURED


class PropertyChanged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A twin's property took another value or quality."""

    device: str
    property: str
    value: Value
    previous: Value
    quality: Quality
    cause: str
    source_time: Instant


class DeviceLost(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """No property of the device can be trusted any more, or none of those by which it calls."""

    device: str
    cause: str


class DeviceRestored(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A lost device gives values again that can be trusted."""

    device: str
