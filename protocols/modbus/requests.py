"""Requests as pymodbus PDUs, and what an answer must be before anything in it is believed.

pymodbus 3.16.1 hands over an answer of another function, of another length, of transaction 0 or
an echo of another address as if all were well (measured), so each is compared here.
"""

from collections.abc import Mapping

from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadCoilsResponse,
    ReadDiscreteInputsRequest,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsRequest,
    WriteMultipleCoilsResponse,
    WriteSingleCoilRequest,
    WriteSingleCoilResponse,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)

from protocols.interfaces import MalformedError, RefusedError
from protocols.modbus.address import Register, Table
from protocols.modbus.codec import Cells

ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
ACKNOWLEDGE = 5
BUSY = 6
GATEWAY_PATH_UNAVAILABLE = 10
GATEWAY_NO_RESPONSE = 11

_MEANINGS: Mapping[int, str] = {
    1: "the device does not know this function",
    ILLEGAL_ADDRESS: "the device has no such address",
    ILLEGAL_VALUE: "the device does not take this value",
    4: "the device failed at it",
    ACKNOWLEDGE: "the device has accepted it and is still at work",
    BUSY: "the device is busy",
    8: "the device found its memory damaged",
    GATEWAY_PATH_UNAVAILABLE: "the gateway has no path to the device",
    GATEWAY_NO_RESPONSE: "the device behind the gateway does not answer",
}
"""Exception code → meaning (Modbus Application Protocol V1.1b3 §7)."""

_READS: Mapping[Table, type[ModbusPDU]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE_INPUT: ReadDiscreteInputsRequest,
    Table.INPUT_REGISTER: ReadInputRegistersRequest,
    Table.HOLDING_REGISTER: ReadHoldingRegistersRequest,
}

_ANSWERS: Mapping[type[ModbusPDU], type[ModbusPDU]] = {
    ReadCoilsRequest: ReadCoilsResponse,
    ReadDiscreteInputsRequest: ReadDiscreteInputsResponse,
    ReadInputRegistersRequest: ReadInputRegistersResponse,
    ReadHoldingRegistersRequest: ReadHoldingRegistersResponse,
    WriteSingleCoilRequest: WriteSingleCoilResponse,
    WriteMultipleCoilsRequest: WriteMultipleCoilsResponse,
    WriteSingleRegisterRequest: WriteSingleRegisterResponse,
    WriteMultipleRegistersRequest: WriteMultipleRegistersResponse,
}


class ExceptionAnswerError(RefusedError):
    """The device answered with an exception code; nothing was done."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{_MEANINGS.get(code, 'the device refuses')} (exception {code})")
        self.code = code


def read_request(unit: int, table: Table, start: int, count: int) -> ModbusPDU:
    """Return the request that reads `count` cells (FC1 to FC4)."""
    return _READS[table](dev_id=unit, address=start, count=count)


def write_request(unit: int, register: Register, cells: Cells) -> ModbusPDU:
    """Return the request that writes cells: FC5 or FC6 for one, FC15 or FC16 for several."""
    single = len(cells) == 1
    match register.table:
        case Table.COIL:
            kind = WriteSingleCoilRequest if single else WriteMultipleCoilsRequest
            bits = [bool(cell) for cell in cells]
            return kind(dev_id=unit, address=register.offset, bits=bits)
        case Table.HOLDING_REGISTER:
            words = [int(cell) for cell in cells]
            if single:
                return WriteSingleRegisterRequest(
                    dev_id=unit, address=register.offset, registers=words
                )
            return WriteMultipleRegistersRequest(
                dev_id=unit, address=register.offset, registers=words
            )
        case _:
            raise ValueError(f"{register} cannot be written: its table is read-only")


def pdu_of(request: ModbusPDU) -> bytes:
    """Return a request's bytes from the function code on, as they go out."""
    return request.function_code.to_bytes(1, "big") + request.encode()


def cells_of(request: ModbusPDU, answer: ModbusPDU) -> Cells:
    """Return what was read; raises ExceptionAnswerError or MalformedError."""
    check_answer(request, answer)
    if answer.bits:
        # The last byte is padded with zeros up to 8 bits.
        if len(answer.bits) != (request.count + 7) // 8 * 8:
            raise MalformedError(f"{request.count} bits were asked, {len(answer.bits)} came")
        return tuple(answer.bits[: request.count])
    if len(answer.registers) != request.count:
        raise MalformedError(f"{request.count} registers were asked, {len(answer.registers)} came")
    return tuple(answer.registers)


def check_echo(request: ModbusPDU, answer: ModbusPDU) -> None:
    """Check that a write's answer repeats it; raises ExceptionAnswerError or MalformedError."""
    check_answer(request, answer)
    same = answer.address == request.address
    if isinstance(request, WriteMultipleCoilsRequest | WriteMultipleRegistersRequest):
        same = same and answer.count == request.count
    else:
        same = (
            same
            and list(answer.bits) == list(request.bits)
            and list(answer.registers) == list(request.registers)
        )
    if not same:
        raise MalformedError("the echo is not what was written")


def check_answer(request: ModbusPDU, answer: ModbusPDU) -> None:
    """Check that an answer belongs to the request; raises ExceptionAnswerError if it is a no."""
    if answer.transaction_id != request.transaction_id:
        raise MalformedError(
            f"transaction {request.transaction_id} was asked, {answer.transaction_id} answered"
        )
    if answer.dev_id != request.dev_id:
        raise MalformedError(f"unit {request.dev_id} was asked, {answer.dev_id} answered")
    if isinstance(answer, ExceptionResponse):
        if answer.function_code != request.function_code | 0x80:
            raise MalformedError("an exception to another function was answered")
        raise ExceptionAnswerError(answer.exception_code)
    if type(answer) is not _ANSWERS[type(request)]:
        raise MalformedError(
            f"function {request.function_code} was asked, {answer.function_code} answered"
        )
