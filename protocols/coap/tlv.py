"""LwM2M TLV (OMA LwM2M Core 1.0 §6.4.3): resources by number, nested by object and instance."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from protocols.coap.address import ResourcePath
from protocols.coap.formats import Content
from protocols.coap.typed import bounded, number_of, plain, shape, utf8
from protocols.interfaces import MalformedError
from protocols.model import Point, Raw

OBJECT_INSTANCE, RESOURCE_INSTANCE, MULTIPLE, RESOURCE = range(4)
"""What an entry is: the upper two bits of its type."""

WIDE_IDENTIFIER = 0x20
ONE_BYTE = 0xFF
LENGTH_IN_TYPE = 0x07

INTEGER_WIDTHS = (1, 2, 4, 8)

FLOATS: Mapping[int, str] = {4: ">f", 8: ">d"}

MAY_HOLD: Mapping[int | None, tuple[int, ...]] = {
    None: (OBJECT_INSTANCE, MULTIPLE, RESOURCE),
    OBJECT_INSTANCE: (MULTIPLE, RESOURCE),
    MULTIPLE: (RESOURCE_INSTANCE,),
}
"""What stands in a payload, in an object instance, in a resource with several values."""

Path: TypeAlias = tuple[int, ...]

ADDRESSED = 3
"""Numbers of a whole path: object, instance, resource."""


class Resources(Content):
    """The resources of one payload, each by its path as the payload gives it."""

    def __init__(self, found: Mapping[Path, bytes], *, of_instances: bool) -> None:
        self._found = found
        self._given_up = 1 if of_instances else 2
        """Numbers of a whole path that the payload leaves out: the object, or its instance too."""

    def raw(self, point: Point) -> Raw:
        """Return the value of the point's resource."""
        path = numbers_of(point)
        key = path[self._given_up :] if len(path) >= ADDRESSED else path[-1:]
        if key not in self._found:
            raise MalformedError(f"the payload has no resource {'/'.join(map(str, path))}")
        return _read(self._found[key], point)


def numbers_of(point: Point) -> Path:
    """Return the numbers at the end of a point's path, its field included."""
    assert isinstance(point.address, ResourcePath)
    parts = (*point.address.segments, *filter(None, point.field.split("/")))
    numbers: list[int] = []
    for part in parts:
        numbers = [*numbers, int(part)] if part.isascii() and part.isdigit() else []
    return tuple(numbers)


def read_tlv(payload: bytes) -> Resources:
    """Read a TLV payload; raises MalformedError."""
    found: dict[Path, bytes] = {}
    for path, value in _values(payload, ()):
        if path in found:
            raise MalformedError(f"resource {path[-1]} is there twice")
        found[path] = value
    return Resources(found, of_instances=bool(payload) and payload[0] >> 6 == OBJECT_INSTANCE)


def write_tlv(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return resources as TLV; raises ValueError for a point without a number."""
    return b"".join(_entry_of(point, _write(raw, point)) for point, raw in points)


def _entry_of(point: Point, value: bytes) -> bytes:
    path = numbers_of(point)
    if not path:
        raise ValueError(f"{point.at}: LwM2M TLV needs a path of numbers")
    assert isinstance(point.address, ResourcePath)
    asked = len(numbers_of_path(point.address))
    if len(path) > ADDRESSED:
        instance = _entry(RESOURCE_INSTANCE, path[3], value)
        return _entry(MULTIPLE, path[2], instance)
    entry = _entry(RESOURCE, path[-1], value)
    if len(path) == ADDRESSED and asked < ADDRESSED - 1:
        return _entry(OBJECT_INSTANCE, path[1], entry)
    return entry


def numbers_of_path(path: ResourcePath) -> Path:
    """Return the numbers of a path alone."""
    return tuple(int(part) for part in path.segments if part.isascii() and part.isdigit())


def _values(payload: bytes, above: Path, inside: int | None = None) -> Iterator[tuple[Path, bytes]]:
    """Yield every resource, or instance of one, with the numbers that lead to it."""
    kinds = set()
    for kind, number, value in _entries(payload):
        kinds.add(kind)
        if kind not in MAY_HOLD[inside] or (OBJECT_INSTANCE in kinds and len(kinds) > 1):
            raise MalformedError("entries are nested as LwM2M does not nest them")
        if kind in MAY_HOLD:
            yield from _values(value, (*above, number), kind)
        else:
            yield (*above, number), value


def _entries(payload: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield kind, number and value of every entry on one level."""
    at = 0
    while at < len(payload):
        kind = payload[at]
        identifier = 2 if kind & WIDE_IDENTIFIER else 1
        length_bytes = kind >> 3 & 3
        begin = at + 1 + identifier + length_bytes
        if begin > len(payload):
            raise MalformedError("an entry is cut off")
        number = int.from_bytes(payload[at + 1 : at + 1 + identifier])
        length = kind & LENGTH_IN_TYPE
        if length_bytes:
            length = int.from_bytes(payload[begin - length_bytes : begin])
        if begin + length > len(payload):
            raise MalformedError("an entry is cut off")
        yield kind >> 6, number, payload[begin : begin + length]
        at = begin + length


def _entry(kind: int, number: int, value: bytes) -> bytes:
    first = kind << 6
    identifier = struct.pack(">H" if number > ONE_BYTE else ">B", number)
    first |= WIDE_IDENTIFIER if number > ONE_BYTE else 0
    if len(value) <= LENGTH_IN_TYPE:
        return bytes([first | len(value)]) + identifier + value
    width = (len(value).bit_length() + 7) // 8
    return bytes([first | width << 3]) + identifier + len(value).to_bytes(width) + value


def _read(value: bytes, point: Point) -> Raw:
    match shape(point):
        case "boolean":
            if value not in (b"\x00", b"\x01"):
                raise MalformedError("the value is no LwM2M boolean; 00 and 01 are")
            return value == b"\x01"
        case "integer":
            if len(value) not in INTEGER_WIDTHS:
                raise MalformedError(f"an integer has no {len(value)} bytes")
            return bounded(int.from_bytes(value, signed=True))
        case "number":
            if len(value) not in FLOATS:
                raise MalformedError(f"a float has no {len(value)} bytes")
            return number_of(struct.unpack(FLOATS[len(value)], value)[0])
        case "string":
            return utf8(value)


def _write(raw: Raw, point: Point) -> bytes:
    value = plain(raw, point)
    if isinstance(value, bool):
        return b"\x01" if value else b"\x00"
    if isinstance(value, float):
        return struct.pack(FLOATS[4 if point.wire_type == "f32" else 8], value)
    if isinstance(value, int):
        width = next(one for one in INTEGER_WIDTHS if value.bit_length() < 8 * one)
        return value.to_bytes(width, signed=True)
    return value.encode()
