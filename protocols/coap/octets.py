"""Bare bytes (application/octet-stream): numbers in network order, a field by its first byte."""

import struct
from collections.abc import Mapping, Sequence

from protocols.coap.formats import Content
from protocols.coap.typed import bounded, number_of, utf8
from protocols.interfaces import MalformedError
from protocols.model import Point, Raw, WireType

PACKED: Mapping[WireType, str] = {
    "u8": ">B", "s8": ">b", "u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i",
    "u64": ">Q", "s64": ">q", "f32": ">f", "f64": ">d", "bool": ">B",
}  # fmt: skip


class Octets(Content):
    """A payload of bytes."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload

    def raw(self, point: Point) -> Raw:
        """Return what stands from the point's byte on; without one, the whole payload."""
        first = int(point.field or 0)
        if point.wire_type == "string":
            return utf8(self._payload[first:])
        packed = PACKED.get(point.wire_type)
        if packed is None:
            raise MalformedError(f"bytes are not read as {point.wire_type}")
        size = struct.calcsize(packed)
        part = self._payload[first : first + size]
        if len(part) < size or (not point.field and len(self._payload) != size):
            raise MalformedError(f"{len(self._payload)} bytes hold no {point.wire_type} there")
        number = struct.unpack(packed, part)[0]
        if point.wire_type == "bool":
            if number > 1:
                raise MalformedError(f"{number} is no boolean; 0 and 1 are")
            return bool(number)
        return number_of(number) if isinstance(number, float) else bounded(number)


def write_octets(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return raw values as bytes, each at its place, zeros between; raises ValueError."""
    payload = bytearray()
    for point, raw in points:
        first = int(point.field or 0)
        part = _packed(raw, point)
        payload.extend(bytes(max(0, first + len(part) - len(payload))))
        payload[first : first + len(part)] = part
    return bytes(payload)


def _packed(raw: Raw, point: Point) -> bytes:
    if point.wire_type == "string":
        return str(raw).encode()
    packed = PACKED.get(point.wire_type)
    if packed is None:
        raise ValueError(f"{point.name}: bytes are not written as {point.wire_type}")
    try:
        return struct.pack(packed, raw)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{point.name}: {raw} is no {point.wire_type}") from error
