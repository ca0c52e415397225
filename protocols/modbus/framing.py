"""Modbus frames on a wire: with a header on TCP and TLS, with a checksum on a serial line.

Sans-IO: bytes go into a buffer of the caller's, whole frames are taken out of it. The same on both
sides of a line; what a serial line brings is known only by what was asked of it.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from protocols.interfaces import MalformedError

FRAME_MAX = 260
"""Longest frame: 7 bytes of header and a PDU of 253 (Modbus Messaging on TCP/IP V1.0b §4.1)."""

_HEADER = struct.Struct(">HHHB")
"""Transaction, protocol 0, number of bytes that follow, unit (the same, §3.1.3)."""

_BEFORE_LENGTH = 6
"""Bytes of the header that the length does not count."""

_EXCEPTION = 0x80

_ANSWER_SIZES: Mapping[int, int] = {5: 8, 6: 8, 15: 8, 16: 8}
"""Function → bytes of the answer on a serial line, with unit and checksum; reads say it."""

_REQUEST_SIZES: Mapping[int, int] = {1: 8, 2: 8, 3: 8, 4: 8, 5: 8, 6: 8}

_COUNTED = 6
"""Where a request of function 15 or 16 says how many bytes of values follow."""

_LEAST = 4
"""Unit, function, checksum."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: a PDU for or from a unit; `transaction` is 0 where the wire has none."""

    transaction: int
    unit: int
    pdu: bytes


class Framing(Protocol):
    """How frames stand on one kind of wire."""

    numbered: bool
    """Whether an answer names its request, so that a late one can be told apart."""

    def encode(self, frame: Frame) -> bytes:
        """Return the bytes that go out."""
        ...

    def take_answer(self, buffer: bytearray, asked: Frame | None) -> Frame | None:
        """Take the next whole answer out of a buffer; raises MalformedError where none can come."""
        ...

    def take_request(self, buffer: bytearray) -> Frame | None:
        """Take the next whole request out of a buffer; raises MalformedError likewise."""
        ...


class TcpFraming:
    """A header with transaction, length and unit before the PDU (MBAP)."""

    numbered = True

    def encode(self, frame: Frame) -> bytes:
        """Return the bytes that go out."""
        header = _HEADER.pack(frame.transaction, 0, len(frame.pdu) + 1, frame.unit)
        return header + frame.pdu

    def take_answer(self, buffer: bytearray, asked: Frame | None) -> Frame | None:  # noqa: ARG002
        """Take the next whole answer, whatever was asked."""
        return self.take_request(buffer)

    def take_request(self, buffer: bytearray) -> Frame | None:
        """Take the next whole frame."""
        if len(buffer) < _HEADER.size:
            return None
        transaction, protocol, length, unit = _HEADER.unpack_from(buffer)
        end = _BEFORE_LENGTH + length
        if protocol or not _HEADER.size < end <= FRAME_MAX:
            raise MalformedError(f"what came is no Modbus frame: {bytes(buffer[:8]).hex()}")
        if len(buffer) < end:
            return None
        pdu = bytes(buffer[_HEADER.size : end])
        del buffer[:end]
        return Frame(transaction, unit, pdu)


class RtuFraming:
    """Unit, PDU, checksum, on a serial line or through a TCP connection to one.

    Bytes that belong to no frame are passed over: lines pick up noise when a sender is switched on.
    """

    numbered = False

    def encode(self, frame: Frame) -> bytes:
        """Return the bytes that go out."""
        body = bytes((frame.unit,)) + frame.pdu
        return body + checksum(body).to_bytes(2, "little")

    def take_answer(self, buffer: bytearray, asked: Frame | None) -> Frame | None:
        """Take the answer of the unit and function that were asked; all else is passed over."""
        if asked is None:
            buffer.clear()
            return None
        for start in range(len(buffer) - _LEAST):
            function = buffer[start + 1]
            if buffer[start] != asked.unit or function & ~_EXCEPTION != asked.pdu[0]:
                continue
            if function & _EXCEPTION:
                size = _LEAST + 1
            else:
                size = _ANSWER_SIZES.get(function, _LEAST + 1 + buffer[start + 2])
            frame = _checked(buffer, start, size)
            if frame is not None:
                return frame
        _forget_noise(buffer)
        return None

    def take_request(self, buffer: bytearray) -> Frame | None:
        """Take the next request whose checksum is right."""
        for start in range(len(buffer) - _LEAST):
            function = buffer[start + 1]
            size = _REQUEST_SIZES.get(function, 0)
            if function in (15, 16) and len(buffer) > start + _COUNTED:
                size = _COUNTED + 1 + buffer[start + _COUNTED] + 2
            frame = _checked(buffer, start, size) if size else None
            if frame is not None:
                return frame
        _forget_noise(buffer)
        return None


def checksum(data: bytes) -> int:
    """Return the CRC-16 of a serial frame; its low byte is sent first (Modbus over Serial §6.2).

    >>> hex(checksum(bytes.fromhex("0207")))
    '0x1241'
    """
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _CHECKSUMS[(value ^ byte) & 0xFF]
    return value


def _checked(buffer: bytearray, start: int, size: int) -> Frame | None:
    """Take a frame with all before it, if it is whole and its checksum is right."""
    end = start + size
    if len(buffer) < end:
        return None
    body = bytes(buffer[start : end - 2])
    if checksum(body) != int.from_bytes(buffer[end - 2 : end], "little"):
        return None
    del buffer[:end]
    return Frame(0, body[0], body[1:])


def _forget_noise(buffer: bytearray) -> None:
    """Keep no more than may be the beginning of a frame."""
    del buffer[: max(0, len(buffer) - FRAME_MAX)]


def _checksum_of(byte: int) -> int:
    value = byte
    for _ in range(8):
        value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


_CHECKSUMS = tuple(_checksum_of(byte) for byte in range(256))
