"""Between a point's raw value and what OPC UA carries (OPC 10000-6 §5.2.2).

One codec serves reading, writing and emulation.
"""

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from asyncua import ua
from asyncua.common.utils import NotEnoughData
from asyncua.ua.uaerrors import UaError

from protocols.deriving import Reading
from protocols.fields import parse_field
from protocols.model import Point, Raw, WireType
from protocols.opcua.structures import Layouts, member_of
from twins.instant import SECOND, Instant
from twins.observation import Quality, Value

VARIANTS: Mapping[WireType, ua.VariantType] = {
    "bool": ua.VariantType.Boolean,
    "u8": ua.VariantType.Byte,
    "s8": ua.VariantType.SByte,
    "u16": ua.VariantType.UInt16,
    "s16": ua.VariantType.Int16,
    "u32": ua.VariantType.UInt32,
    "s32": ua.VariantType.Int32,
    "u64": ua.VariantType.UInt64,
    "s64": ua.VariantType.Int64,
    "f32": ua.VariantType.Float,
    "f64": ua.VariantType.Double,
    "string": ua.VariantType.String,
    "localized": ua.VariantType.LocalizedText,
}
"""Wire type → built-in type; the packed types of field buses do not exist here."""

Stamped: TypeAlias = tuple[Reading, Instant | None]
"""A reading, and the device's own time of it where it gives one."""

UNKNOWN: Layouts = {}
"""Nothing is known of any structure."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_SEVERITY = 30
"""Bits of a status code below its severity: 0 good, 1 uncertain, else bad (OPC 10000-4 §7.39.1)."""

_CODE = 0xFFFF_0000
"""A status code without its information bits, which say nothing about the severity (§7.39)."""


def variant_type(wire_type: WireType) -> ua.VariantType:
    """Return the built-in type of a wire type; raises ValueError where OPC UA has none."""
    try:
        return VARIANTS[wire_type]
    except KeyError:
        raise ValueError(f"OPC UA has no type {wire_type!r}") from None


def variant_of(raw: Raw, wire_type: WireType) -> ua.Variant:
    """Return a raw value as it is sent; raises ValueError for what the type cannot hold."""
    kind = variant_type(wire_type)
    if wire_type[0] in "us" and wire_type[1:].isdigit():
        bits = int(wire_type[1:])
        low, high = (0, 2**bits) if wire_type[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1))
        if isinstance(raw, str) or not low <= raw < high:
            raise ValueError(f"{raw!r} does not fit {wire_type}")
        return ua.Variant(int(raw), kind)
    if kind in (ua.VariantType.Float, ua.VariantType.Double):
        return ua.Variant(float(raw), kind)
    if not isinstance(raw, bool if wire_type == "bool" else str):
        raise ValueError(f"{raw!r} is no {wire_type}")
    if wire_type == "localized":
        return ua.Variant(ua.LocalizedText(str(raw)), kind)
    return ua.Variant(raw, kind)


def written(point: Point, value: Value) -> ua.DataValue:
    """Return what to write for a value; raises ValueError for what cannot be written.

    Neither status nor time goes with it: many controllers refuse a write that carries them
    (BadWriteNotSupported, OPC 10000-4 §5.10.4).
    """
    return ua.DataValue(variant_of(point.raw_of(value), point.wire_type), StatusCode=None)


def sent(arguments: Sequence[tuple[WireType, Value]]) -> Iterator[tuple[WireType, Raw]]:
    """Yield a method's arguments as raw values; raises ValueError for one that is nothing."""
    for wire_type, value in arguments:
        if value is None:
            raise ValueError("an argument has no value")
        yield wire_type, value


def status_name(status: ua.StatusCode) -> str:
    """Return the symbolic name of a status code, whatever its information bits."""
    return ua.StatusCode(ua.UInt32(status.value & _CODE)).name


def quality_of(status: ua.StatusCode | None) -> tuple[Quality, str]:
    """Return the quality that the two severity bits stand for, and the name unless good."""
    severity = 0 if status is None else status.value >> _SEVERITY
    if status is None or severity == 0:
        return Quality.GOOD, ""
    return Quality.UNCERTAIN if severity == 1 else Quality.BAD, status_name(status)


def raw_of(point: Point, data: ua.DataValue, layouts: Layouts = UNKNOWN) -> Raw:
    """Return the raw value of an answer; raises ValueError where it is not what was described.

    A type other than the described one is no small matter: it is how somebody else's node looks.
    `layouts` tell what structures hold.
    """
    found = data.Value
    if found is None or found.Value is None:
        raise ValueError("the server sent no value")
    if point.field and point.condition is None:
        found = _member(point, found, layouts)
    expected = variant_type(point.wire_type)
    if found.VariantType is not expected or found.is_array:
        name = getattr(found.VariantType, "name", str(found.VariantType))
        kind = f"an array of {name}" if found.is_array else name
        raise ValueError(f"the node holds {kind}, described is {expected.name}")
    raw: Raw = found.Value.Text or "" if point.wire_type == "localized" else found.Value
    if isinstance(raw, float) and not math.isfinite(raw):
        raise ValueError(f"the server sent {raw}")
    return raw


def _member(point: Point, whole: ua.Variant, layouts: Layouts) -> ua.Variant:
    try:
        found = member_of(whole.Value, whole.VariantType, parse_field(point.field), layouts)
    except (NotEnoughData, UaError, struct.error) as error:
        raise ValueError(f"the structure cannot be read: {error}") from error
    if found.Value is None:
        raise ValueError(f"{point.field} is empty")
    return found


def reading_of(point: Point, data: ua.DataValue, layouts: Layouts = UNKNOWN) -> Reading:
    """Return value, quality and cause of one answer about one point."""
    quality, cause = quality_of(data.StatusCode)
    if quality is Quality.BAD:
        return None, quality, cause
    try:
        value, own_quality, own_cause = point.value_of(raw_of(point, data, layouts))
    except ValueError as error:
        return None, Quality.BAD, str(error)
    if own_quality is Quality.GOOD:
        return value, quality, cause
    return value, own_quality, own_cause


def stamped_of(point: Point, data: ua.DataValue, layouts: Layouts = UNKNOWN) -> Stamped:
    """Return one answer about one point with the device's own time of it, if it gave any."""
    return reading_of(point, data, layouts), stamp_of(data)


def stamp_of(data: ua.DataValue) -> Instant | None:
    """Return when the device says it had the value (OPC 10000-4 §7.11.3), or None."""
    if data.SourceTimestamp is None:
        return None
    stamp: datetime = data.SourceTimestamp
    since = (stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp) - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds * 1000
