"""Frames on the wire: whatever is put together comes apart again, in whatever pieces it arrives."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.interfaces import MalformedError
from protocols.modbus.framing import Frame, RtuFraming, TcpFraming, checksum

UNITS = st.integers(0, 247)
WORDS = st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=125)
NOISE = st.binary(max_size=5)


def read(unit: int, count: int) -> Frame:
    return Frame(0, unit, b"\x03\0\0" + count.to_bytes(2, "big"))


def answer(unit: int, words: list[int]) -> Frame:
    data = b"".join(word.to_bytes(2, "big") for word in words)
    return Frame(0, unit, bytes([3, len(data)]) + data)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), UNITS, st.binary(min_size=1, max_size=253))),
       st.lists(st.integers(0, 5000), max_size=8))  # fmt: skip
def test_frames_on_tcp_come_apart_in_order_however_they_arrive(parts, cuts):
    frames = [Frame(*part) for part in parts]
    buffer, taken = bytearray(), []
    for piece in pieces(b"".join(map(TcpFraming().encode, frames)), cuts):
        buffer += piece
        while frame := TcpFraming().take_request(buffer):
            taken.append(frame)
    assert taken == frames
    assert not buffer


@pytest.mark.parametrize(
    "header", ["00010001000301", "000100000000ff", "0001000000016a", "0001000000ff01"]
)
def test_what_is_no_header_is_said_so(header):
    with pytest.raises(MalformedError, match="no Modbus frame"):
        TcpFraming().take_request(bytearray.fromhex(header))


@given(UNITS, WORDS, NOISE, st.lists(st.integers(0, 300), max_size=8))
def test_an_answer_on_a_line_is_found_behind_noise_however_it_arrives(unit, words, noise, cuts):
    asked, buffer, taken = read(unit, len(words)), bytearray(), None
    sent = answer(unit, words)
    for piece in pieces(noise + RtuFraming().encode(sent), cuts):
        assert taken is None or taken != sent
        buffer += piece
        taken = taken or RtuFraming().take_answer(buffer, asked)
    assert taken == sent


@given(UNITS, WORDS, st.integers(0, 2**16), st.integers(0, 7))
def test_an_answer_of_which_one_bit_is_wrong_is_none(unit, words, place, bit):
    data = bytearray(RtuFraming().encode(answer(unit, words)))
    data[place % len(data)] ^= 1 << bit
    assert RtuFraming().take_answer(data, read(unit, len(words))) is None


@given(UNITS, st.sampled_from(["0500100001", "0600100001", "0f00100003" + "0105",
                               "1000100001" + "020007", "0100000016"]))  # fmt: skip
def test_a_request_on_a_line_is_taken_whole(unit, pdu):
    frame = Frame(0, unit, bytes.fromhex(pdu))
    data = RtuFraming().encode(frame)
    for end in range(len(data)):
        assert RtuFraming().take_request(bytearray(data[:end])) is None
    assert RtuFraming().take_request(bytearray(data)) == frame


def test_an_exception_on_a_line_is_an_answer_too():
    buffer = bytearray(RtuFraming().encode(Frame(0, 1, b"\x83\x02")))
    assert RtuFraming().take_answer(buffer, read(1, 1)) == Frame(0, 1, b"\x83\x02")


def test_the_checksum_is_that_of_the_serial_line_manual():
    """Modbus over Serial Line V1.02, appendix B: 02 07 has 41 12."""
    assert checksum(b"\x02\x07").to_bytes(2, "little").hex() == "4112"


def test_endless_noise_does_not_fill_the_memory():
    buffer = bytearray(b"\x55" * 10_000)
    assert RtuFraming().take_answer(buffer, read(1, 1)) is None
    assert len(buffer) <= 300
