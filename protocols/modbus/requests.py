"""Requests to the byte, and what an answer must be before anything in it is believed.

Libraries hand over an answer of another function, of another length, with an odd byte count or an
echo of another address as if all were well (measured with pymodbus 3.16.1). So every answer is
compared here with what was asked.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from protocols.interfaces import MalformedError, RefusedError
from protocols.modbus.address import Register, Table
from protocols.modbus.codec import Cells
from protocols.modbus.framing import Frame

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4
ACKNOWLEDGE = 5
BUSY = 6
GATEWAY_PATH_UNAVAILABLE = 10
GATEWAY_NO_RESPONSE = 11

_MEANINGS: Mapping[int, str] = {
    ILLEGAL_FUNCTION: "the device does not know this function",
    ILLEGAL_ADDRESS: "the device has no such address",
    ILLEGAL_VALUE: "the device does not take this value",
    DEVICE_FAILURE: "the device failed at it",
    ACKNOWLEDGE: "the device has accepted it and is still at work",
    BUSY: "the device is busy",
    8: "the device found its memory damaged",
    GATEWAY_PATH_UNAVAILABLE: "the gateway has no path to the device",
    GATEWAY_NO_RESPONSE: "the device behind the gateway does not answer",
}
"""Exception code → meaning (Modbus Application Protocol V1.1b3 §7)."""

_EXCEPTION = 0x80
"""Set in the function code of an answer that says no (§7)."""

_EXCEPTION_SIZE = 2
"""Function and code."""

_ECHO = 5
"""Bytes that a write's answer repeats: function, address, value or count (§6.5, §6.11)."""

_READS: Mapping[Table, int] = {
    Table.COIL: 1, Table.DISCRETE_INPUT: 2, Table.HOLDING_REGISTER: 3, Table.INPUT_REGISTER: 4,
}  # fmt: skip

_SINGLE: Mapping[Table, int] = {Table.COIL: 5, Table.HOLDING_REGISTER: 6}

_MULTIPLE: Mapping[Table, int] = {Table.COIL: 15, Table.HOLDING_REGISTER: 16}

MAX_WRITTEN_REGISTERS = 123
"""Most registers of one write (§6.12)."""

MAX_WRITTEN_BITS = 1968
"""Most coils of one write (§6.11)."""

_ON, _OFF = 0xFF00, 0x0000
"""What function 5 writes into a coil (§6.5)."""


class ExceptionAnswerError(RefusedError):
    """The device answered with an exception code; nothing was done."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{_MEANINGS.get(code, 'the device refuses')} (exception {code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a unit: the PDU from the function code on, and how many cells it is about."""

    unit: int
    pdu: bytes
    count: int

    @property
    def of_bits(self) -> bool:
        """Return whether its answer carries single bits."""
        return self.pdu[0] in (1, 2)


def read_request(unit: int, table: Table, start: int, count: int) -> Request:
    """Return the request that reads `count` cells (functions 1 to 4)."""
    return Request(unit, struct.pack(">BHH", _READS[table], start, count), count)


def write_request(
    unit: int, register: Register, cells: Cells, *, multiple: bool | None = None
) -> Request:
    """Return the request that writes cells: function 5 or 6 for one, 15 or 16 for several.

    `multiple` says so for one cell as well. Raises ValueError for a table that cannot be written
    and for more cells than a request carries.
    """
    table = register.table
    if not table.writable:
        raise ValueError(f"{register} cannot be written: its table is read-only")
    count = len(cells)
    most = MAX_WRITTEN_BITS if table.of_bits else MAX_WRITTEN_REGISTERS
    if count > most:
        raise ValueError(f"{register}: {count} cells are more than one write carries, {most}")
    if not (count > 1 if multiple is None else multiple):
        assert count == 1, "several cells at once need function 15 or 16"
        word = cells[0] if not table.of_bits else _ON if cells[0] else _OFF
        return Request(unit, struct.pack(">BHH", _SINGLE[table], register.offset, word), 1)
    if table.of_bits:
        number = sum(1 << place for place, bit in enumerate(cells) if bit)
        data = number.to_bytes((count + 7) // 8, "little")
    else:
        data = struct.pack(f">{count}H", *cells)
    head = struct.pack(">BHHB", _MULTIPLE[table], register.offset, count, len(data))
    return Request(unit, head + data, count)


def cells_of(request: Request, pdu: bytes) -> Cells:
    """Return what was read, out of an answer that `check_read` has passed."""
    if request.of_bits:
        data = pdu[2:]
        return tuple(bool(data[place // 8] >> place % 8 & 1) for place in range(request.count))
    return _registers(request.count).unpack_from(pdu, 2)


def check_read(request: Request, answer: Frame) -> bytes:
    """Return the PDU of an answer with all that was asked.

    Raises ExceptionAnswerError or MalformedError.
    """
    check_answer(request, answer)
    size = (request.count + 7) // 8 if request.of_bits else 2 * request.count
    if len(answer.pdu) != size + 2 or answer.pdu[1] != size:
        raise MalformedError(f"{size} bytes were asked, {answer.pdu[1:].hex()} came")
    return answer.pdu


def check_echo(request: Request, answer: Frame) -> None:
    """Check that a write's answer repeats it; raises ExceptionAnswerError or MalformedError."""
    check_answer(request, answer)
    if answer.pdu != request.pdu[:_ECHO]:
        raise MalformedError(f"the echo is not what was written: {answer.pdu[1:].hex()}")


def check_answer(request: Request, answer: Frame) -> None:
    """Check that an answer belongs to the request; raises ExceptionAnswerError if it is a no."""
    if answer.unit != request.unit:
        raise MalformedError(f"unit {request.unit} was asked, {answer.unit} answered")
    function, pdu = request.pdu[0], answer.pdu
    if pdu[0] == function:
        return
    if pdu[0] == function | _EXCEPTION and len(pdu) == _EXCEPTION_SIZE:
        raise ExceptionAnswerError(pdu[1])
    raise MalformedError(f"function {function} was asked, {pdu[0]} answered")


@cache
def _registers(count: int) -> struct.Struct:
    return struct.Struct(f">{count}H")
