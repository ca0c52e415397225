"""Probe a Modbus unit: its identity (function 43) and the stretches of each table that it reads."""

import struct
from collections.abc import Awaitable, Callable, Iterator

from protocols.interfaces import DriverError, MalformedError
from protocols.modbus.address import Table
from protocols.modbus.codec import Cells
from protocols.modbus.connection import Connection
from protocols.modbus.requests import (
    ExceptionAnswerError,
    Request,
    cells_of,
    check_read,
    read_request,
)
from protocols.modbus.settings import DEFAULTS, ModbusSettings
from protocols.probing import Probed, ProbedPoint

IDENTIFY = bytes((0x2B, 0x0E, 0x01, 0x00))
"""Read Device Identification, basic, from the first object (Modbus V1.1b3 §6.21)."""

OBJECTS = {0: "vendor", 1: "product", 2: "revision"}
"""Object id → what the basic identification holds (§6.21)."""

AT_ONCE = 64
"""Cells that are asked for at first; halved where the device refuses."""

SHOWN = 16
"""Cells of a stretch whose values are told."""

ReadCells = Callable[[Table, int, int], Awaitable[Cells | None]]
"""(table, start, count) → what is there, or None where the device refuses."""


async def probe_modbus(
    url: str, unit: int, up_to: int, settings: ModbusSettings = DEFAULTS
) -> Probed:
    """Ask a unit what it is and what can be read of the addresses 0 to `up_to` of each table.

    Raises DriverError where nobody answers.
    """
    connection = Connection(url, settings)
    await connection.open()
    found = Probed()

    async def read(table: Table, start: int, count: int) -> Cells | None:
        request = read_request(unit, table, start, count)
        async with connection.turn():
            try:
                return cells_of(request, check_read(request, await connection.exchange(request)))
            except ExceptionAnswerError:
                return None

    try:
        found.identity = await _identity(connection, unit)
        for table in Table:
            await _probe_table(read, table, up_to, found)
    finally:
        connection.close()
    return found


async def readable(
    read: ReadCells, table: Table, start: int, count: int
) -> list[tuple[int, Cells]]:
    """Return (start, cells) of all that can be read, found by halving what is refused."""
    cells = await read(table, start, count)
    if cells is not None:
        return [(start, cells)]
    if count == 1:
        return []
    half = count // 2
    return [
        *await readable(read, table, start, half),
        *await readable(read, table, start + half, count - half),
    ]


async def _identity(connection: Connection, unit: int) -> dict[str, str]:
    """Return what the unit says of itself; nothing where it does not know the function."""
    try:
        async with connection.turn():
            answer = await connection.exchange(Request(unit, IDENTIFY, 0))
        return dict(_objects(answer.pdu))
    except (ExceptionAnswerError, MalformedError):
        return {}


def _objects(pdu: bytes) -> Iterator[tuple[str, str]]:
    """Yield the objects of an identification; nothing of an answer that is none."""
    if pdu[:3] != IDENTIFY[:3] or len(pdu) < 7:  # noqa: PLR2004  the head's length
        return
    place = 7
    while place + 2 <= len(pdu):
        number, length = struct.unpack_from(">BB", pdu, place)
        text = pdu[place + 2 : place + 2 + length]
        if len(text) < length:
            return
        yield OBJECTS.get(number, f"object {number}"), text.decode("ascii", "replace")
        place += 2 + length


async def _probe_table(read: ReadCells, table: Table, up_to: int, found: Probed) -> None:
    stretches: list[tuple[int, list[int]]] = []
    for start in range(0, up_to + 1, AT_ONCE):
        count = min(AT_ONCE, up_to + 1 - start)
        try:
            pieces = await readable(read, table, start, count)
        except DriverError as error:
            found.notes.append(f"{table}:{start}: {error}")
            break
        for begin, cells in pieces:
            if stretches and stretches[-1][0] + len(stretches[-1][1]) == begin:
                stretches[-1][1].extend(cells)
            else:
                stretches.append((begin, list(cells)))
    for begin, held in stretches:
        last = begin + len(held) - 1
        found.ranges.append(f"{table}:{begin}" if last == begin else f"{table}:{begin}-{last}")
        for offset, cell in enumerate(held[:SHOWN]):
            shown = str(bool(cell)).lower() if table.of_bits else f"{cell} (0x{cell:04X})"
            found.points.append(
                ProbedPoint(
                    at=f"{table}:{begin + offset}",
                    kind="bool" if table.of_bits else "u16",
                    value=shown,
                    writable=table.writable,
                )
            )
        if len(held) > SHOWN:
            found.notes.append(f"{table}:{begin}: the first {SHOWN} of {len(held)} are shown")
