"""Requests as pymodbus PDUs, and what an answer must be before anything in it is believed.

pymodbus 3.16.1 hands over an answer of another function, of another length, with an odd byte
count, of transaction 0 or an echo of another address as if all were well (measured). So its
decoding is not used: answers come as they were sent and are compared here, byte by byte.
"""

import struct
from collections.abc import Mapping

from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from protocols.interfaces import MalformedError, RefusedError
from protocols.modbus.address import Register, Table
from protocols.modbus.codec import Cells, encode, register_of
from protocols.model import Point
from twins.observation import Value

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

_ECHO = slice(0, 4)
"""What a write's answer repeats of it: the address, and the value or the count (§6.5, §6.11)."""

_READS: Mapping[Table, type[ModbusPDU]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE_INPUT: ReadDiscreteInputsRequest,
    Table.INPUT_REGISTER: ReadInputRegistersRequest,
    Table.HOLDING_REGISTER: ReadHoldingRegistersRequest,
}


class ExceptionAnswerError(RefusedError):
    """The device answered with an exception code; nothing was done."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{_MEANINGS.get(code, 'the device refuses')} (exception {code})")
        self.code = code


class Answer(ModbusPDU):
    """An answer as it came: the function code and the bytes behind it, nothing decoded."""

    def __init__(self, frame: bytes) -> None:
        super().__init__()
        self.function_code = frame[0]
        self.data = frame[1:]


class AnswerDecoder(DecodePDU):
    """Takes the place of pymodbus's decoder on the client side."""

    def __init__(self) -> None:
        super().__init__(False)  # noqa: FBT003  pymodbus's signature: no server

    def decode(self, frame: bytes) -> Answer:
        """Return every frame undecoded; the framer drops empty ones."""
        return Answer(frame)


def read_request(unit: int, table: Table, start: int, count: int) -> ModbusPDU:
    """Return the request that reads `count` cells (FC1 to FC4)."""
    return _READS[table](dev_id=unit, address=start, count=count)


def write_request(unit: int, register: Register, cells: Cells) -> ModbusPDU:
    """Return the request that writes cells: FC5 or FC6 for one, FC15 or FC16 for several.

    Raises ValueError for a table that cannot be written.
    """
    single = len(cells) == 1
    kind: type[ModbusPDU]
    match register.table:
        case Table.COIL:
            kind = WriteSingleCoilRequest if single else WriteMultipleCoilsRequest
            bits = [bool(cell) for cell in cells]
            return kind(dev_id=unit, address=register.offset, bits=bits)
        case Table.HOLDING_REGISTER:
            kind = WriteSingleRegisterRequest if single else WriteMultipleRegistersRequest
            words = [int(cell) for cell in cells]
            return kind(dev_id=unit, address=register.offset, registers=words)
        case _:
            raise ValueError(f"{register} cannot be written: its table is read-only")


def write_of(unit: int, point: Point, value: Value, current: Cells | None = None) -> ModbusPDU:
    """Return the request that writes a value; raises ValueError for what cannot be written.

    `current` is what the registers of a bit field hold now.
    """
    return write_request(unit, register_of(point), encode(point, point.raw_of(value), current))


def pdu_of(request: ModbusPDU) -> bytes:
    """Return a request's bytes from the function code on, as they go out."""
    return request.function_code.to_bytes(1, "big") + request.encode()


def cells_of(request: ModbusPDU, answer: Answer) -> Cells:
    """Return what was read; raises ExceptionAnswerError or MalformedError."""
    check_answer(request, answer)
    of_bits = isinstance(request, ReadCoilsRequest)
    size = (request.count + 7) // 8 if of_bits else 2 * request.count
    data = answer.data[1:]
    if answer.data[:1] != bytes([size]) or len(data) != size:
        raise MalformedError(f"{size} bytes were asked, {answer.data.hex()} came")
    if of_bits:
        return tuple(bool(data[place // 8] >> place % 8 & 1) for place in range(request.count))
    return struct.unpack(f">{request.count}H", data)


def check_echo(request: ModbusPDU, answer: Answer) -> None:
    """Check that a write's answer repeats it; raises ExceptionAnswerError or MalformedError."""
    check_answer(request, answer)
    if answer.data != request.encode()[_ECHO]:
        raise MalformedError(f"the echo is not what was written: {answer.data.hex()}")


def check_answer(request: ModbusPDU, answer: Answer) -> None:
    """Check that an answer belongs to the request; raises ExceptionAnswerError if it is a no."""
    if answer.transaction_id != request.transaction_id:
        raise MalformedError(
            f"transaction {request.transaction_id} was asked, {answer.transaction_id} answered"
        )
    if answer.dev_id != request.dev_id:
        raise MalformedError(f"unit {request.dev_id} was asked, {answer.dev_id} answered")
    if answer.function_code == request.function_code | _EXCEPTION and len(answer.data) == 1:
        raise ExceptionAnswerError(answer.data[0])
    if answer.function_code != request.function_code:
        raise MalformedError(
            f"function {request.function_code} was asked, {answer.function_code} answered"
        )
