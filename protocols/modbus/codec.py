"""Raw values ↔ registers and bits: one codec for reading, writing and emulation.

Cells are what a table holds: booleans in coils and discrete inputs, words of 16 bits in
registers. Numbers are taken apart into bytes, most significant first; `words: little` turns the
order of registers round, `bytes: little` the two bytes within each.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from protocols.deriving import Reading
from protocols.filling import shortest
from protocols.modbus.address import Register
from protocols.model import Point, Raw
from twins.observation import Quality

Cells: TypeAlias = Sequence[int] | Sequence[bool]
"""Consecutive cells of one table."""

_FORMATS: Mapping[str, str] = {
    "u8": ">xB", "s8": ">xb", "u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i",
    "u64": ">Q", "s64": ">q", "f32": ">f", "f64": ">d",
}  # fmt: skip

_DIGITS: Mapping[str, int] = {"bcd16": 4, "bcd32": 8}


def register_of(point: Point) -> Register:
    """Return where a point lies; its description was parsed by `parse_register`."""
    assert isinstance(point.address, Register), f"{point.name} has no Modbus address"
    return point.address


def width(point: Point) -> int:
    """Return how many cells a point takes; raises ValueError for a type its table cannot hold."""
    if register_of(point).table.of_bits:
        if point.wire_type == "bool":
            return 1
        if point.wire_type == "bits":
            return point.length
        raise ValueError(f"{point.at}: a table of bits holds no {point.wire_type}")
    if point.wire_type in ("string", "bits"):
        return point.length
    if point.wire_type in _DIGITS:
        return _DIGITS[point.wire_type] // 4
    return struct.calcsize(_FORMATS.get(point.wire_type, ">H")) // 2


def decode(point: Point, cells: Cells) -> Raw:
    """Return the raw value in a point's cells; raises ValueError for what is no value."""
    assert len(cells) == width(point), f"{point.at}: {len(cells)} cells"
    if register_of(point).table.of_bits:
        return bool(cells[0]) if point.wire_type == "bool" else _number_of_bits(cells)
    data = _bytes_of(point, cells)
    if point.bits is not None:
        first, last = point.bits
        return (int.from_bytes(data, "big") >> first) & _ones(first, last)
    return _value_in(point, data)


def reading_of(point: Point, cells: Cells) -> Reading:
    """Return value, quality and cause of a point's cells."""
    try:
        return point.value_of(decode(point, cells))
    except ValueError as error:
        return None, Quality.BAD, str(error)


def encode(point: Point, raw: Raw, current: Cells | None = None) -> list[int] | list[bool]:
    """Return the cells that carry a raw value; raises ValueError for what they cannot.

    A bit field is put into `current`, what the registers hold now; without it, into zeros.
    """
    if register_of(point).table.of_bits:
        return _bits_of(point, raw)
    if point.bits is not None:
        data = _with_field(point, raw, current or [0] * width(point))
    else:
        try:
            data = _data_of(point, raw)
        except (struct.error, OverflowError, TypeError) as error:
            raise ValueError(f"{point.name}: {raw!r} does not fit {point.wire_type}") from error
    return _words_of(point, data)


def _bits_of(point: Point, raw: Raw) -> list[bool]:
    if isinstance(raw, str | float) or not 0 <= raw < 1 << width(point):
        raise ValueError(f"{point.name}: {raw!r} does not fit {width(point)} bits")
    return [bool(raw >> place & 1) for place in range(width(point))]


def _number_of_bits(cells: Cells) -> int:
    """Return bits as a number; the one with the lowest address is the least significant."""
    return sum(1 << place for place, bit in enumerate(cells) if bit)


def _with_field(point: Point, raw: Raw, current: Cells) -> bytes:
    assert point.bits is not None, "only called for bit fields"
    first, last = point.bits
    ones = _ones(first, last)
    if isinstance(raw, str | float) or not 0 <= raw <= ones:
        raise ValueError(f"{point.name}: {raw!r} does not fit bits {first}-{last}")
    size = 2 * width(point)
    if last >= 8 * size:
        raise ValueError(f"{point.name}: bit {last} lies outside {width(point)} registers")
    number = int.from_bytes(_bytes_of(point, current), "big")
    return (number & ~(ones << first) | int(raw) << first).to_bytes(size, "big")


def _data_of(point: Point, raw: Raw) -> bytes:
    match point.wire_type:
        case "bool":
            return struct.pack(">H", bool(raw))
        case "bits":
            return int(raw).to_bytes(2 * point.length, "big")
        case "string":
            return _data_of_text(point, raw)
        case "bcd16" | "bcd32":
            return _data_of_bcd(point, raw)
        case _:
            return struct.pack(_FORMATS[point.wire_type], raw)


def _value_in(point: Point, data: bytes) -> Raw:
    raw: Raw
    match point.wire_type:
        case "bool":
            raw = any(data)
        case "bits":
            raw = int.from_bytes(data, "big")
        case "string":
            raw = _text_of(point, data)
        case "bcd16" | "bcd32":
            raw = _number_of_bcd(data)
        case "f32" | "f64":
            raw = _float_of(point.wire_type, data)
        case _:
            raw = struct.unpack(_FORMATS[point.wire_type], data)[0]
    return raw


def _bytes_of(point: Point, cells: Cells) -> bytes:
    ordered = reversed(cells) if _turned(point) else cells
    return b"".join(int(word).to_bytes(2, point.bytes) for word in ordered)


def _words_of(point: Point, data: bytes) -> list[int]:
    words = [int.from_bytes(data[at : at + 2], point.bytes) for at in range(0, len(data), 2)]
    return words[::-1] if _turned(point) else words


def _turned(point: Point) -> bool:
    """Return whether the low word comes first; text has no low word."""
    return point.words == "little" and point.wire_type != "string"


def _ones(first: int, last: int) -> int:
    return (1 << (last - first + 1)) - 1


def _text_of(point: Point, data: bytes) -> str:
    """Return a text without what fills it up."""
    if point.text == "counted":
        count = int.from_bytes(data[:2], "big")
        if count > len(data) - 2:
            raise ValueError(f"the text says that it has {count} bytes, which do not fit")
        data = data[2 : 2 + count]
    else:
        data = data.partition(b"\0")[0].rstrip(b" ")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{data.hex()} is no UTF-8 text") from None


def _data_of_text(point: Point, raw: Raw) -> bytes:
    data, size = str(raw).encode(), 2 * point.length
    counted = point.text == "counted"
    if len(data) > size - 2 * counted or (not counted and (b"\0" in data or data.endswith(b" "))):
        raise ValueError(f"{point.name}: {raw!r} does not fit {point.length} registers as text")
    if counted:
        return (len(data).to_bytes(2, "big") + data).ljust(size, b"\0")
    return data.ljust(size, b" " if point.text == "blanks" else b"\0")


def _number_of_bcd(data: bytes) -> int:
    digits = data.hex()
    if not digits.isdigit():
        raise ValueError(f"0x{digits} is no BCD")
    return int(digits)


def _data_of_bcd(point: Point, raw: Raw) -> bytes:
    count = _DIGITS[point.wire_type]
    if isinstance(raw, str | float) or not 0 <= raw < 10**count:
        raise ValueError(f"{point.name}: {raw!r} does not fit {count} BCD digits")
    return bytes.fromhex(f"{int(raw):0{count}d}")


def _float_of(wire_type: str, data: bytes) -> float:
    """Return a float; a 32-bit one as the shortest decimal that means it."""
    number: float = struct.unpack(_FORMATS[wire_type], data)[0]
    if not math.isfinite(number):
        raise ValueError(f"the device says it has no value ({number})")
    if wire_type == "f64":
        return number
    return shortest(number)
