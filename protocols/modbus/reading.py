"""Readers of points, compiled once: the codec's word on the usual types, without its questions.

`reading_of` is the definition; a reader gives the same for every content of the cells, only sooner.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from protocols.deriving import Reading
from protocols.modbus.codec import Cells, reading_of, register_of, width
from protocols.modbus.plan import Block
from protocols.model import Point, Raw
from twins.observation import Quality

Reader: TypeAlias = Callable[[Cells], Reading]
"""Takes the cells of a whole block."""

Readers: TypeAlias = Mapping[str, tuple[tuple[str, Reader], ...]]
"""Device → its points of a block, each with its reader."""

FIELD_MOST = 8
"""Bits of a field whose readings are all kept ready."""


def readers_of(block: Block) -> Readers:
    """Return the readers of a block's points by device."""
    return {
        device: tuple(
            (item.point.name, reader_of(item.point, item.start - block.start))
            for item in block.items
            if item.device == device
        )
        for device in block.devices
    }


def reader_of(point: Point, place: int) -> Reader:
    """Return the reader of a point whose first cell stands at a place of the block."""
    if register_of(point).table.of_bits and point.wire_type == "bool":
        ready = (point.value_of(False), point.value_of(True))  # noqa: FBT003  raw values
        return lambda cells: ready[cells[place]]
    if point.wire_type in _NUMBERS and point.bytes == "big" and point.bits is None:
        return _number(point, _NUMBERS[point.wire_type](point, place))
    if point.wire_type == "u16" and point.bytes == "big":
        reader = _field(point, place)
        if reader is not None:
            return reader
    end = place + width(point)
    return lambda cells: reading_of(point, cells[place:end])


def _number(point: Point, raw_in: Callable[[Cells], int]) -> Reader:
    plain = (
        point.value_type == "integer"
        and not (point.mapping or point.invalid)
        and (point.scale, point.offset, point.minimum, point.maximum) == (1.0, 0.0, None, None)
    )
    if plain:
        good = Quality.GOOD
        return lambda cells: (raw_in(cells), good, "")
    value_of: Callable[[Raw], Reading] = point.value_of
    return lambda cells: value_of(raw_in(cells))


def _field(point: Point, place: int) -> Reader | None:
    assert point.bits is not None, "whole registers are numbers"
    first, last = point.bits
    if last - first >= FIELD_MOST:
        return None
    ones = (1 << last - first + 1) - 1
    ready = tuple(point.value_of(raw) for raw in range(ones + 1))
    return lambda cells: ready[cells[place] >> first & ones]


def _one(_point: Point, place: int) -> Callable[[Cells], int]:
    return lambda cells: cells[place]


def _one_signed(_point: Point, place: int) -> Callable[[Cells], int]:
    return lambda cells: (cells[place] ^ 0x8000) - 0x8000


def _two(point: Point, place: int) -> Callable[[Cells], int]:
    high, low = (place, place + 1) if point.words == "big" else (place + 1, place)
    return lambda cells: cells[high] << 16 | cells[low]


def _two_signed(point: Point, place: int) -> Callable[[Cells], int]:
    unsigned = _two(point, place)
    return lambda cells: (unsigned(cells) ^ 0x80000000) - 0x80000000


_NUMBERS: Mapping[str, Callable[[Point, int], Callable[[Cells], int]]] = {
    "u16": _one, "s16": _one_signed, "u32": _two, "s32": _two_signed,
}  # fmt: skip
