"""Requests to the byte, and what an answer must be before it is believed."""

import pytest

from protocols.interfaces import MalformedError
from protocols.modbus.address import Table, parse_register
from protocols.modbus.framing import Frame
from protocols.modbus.requests import (
    ExceptionAnswerError,
    cells_of,
    check_echo,
    check_read,
    read_request,
    write_request,
)


def answer(pdu, *, unit=1) -> Frame:
    return Frame(7, unit, bytes.fromhex(pdu))


def read(table="hr", start=0, count=2):
    return read_request(1, Table(table), start, count)


def write(at, *cells, **how):
    return write_request(1, parse_register(at), cells, **how)


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (read("co", 0, 22), "0100000016"),
        (read("di", 3, 1), "0200030001"),
        (read("hr", 0, 24), "0300000018"),
        (read("ir", 1, 2), "0400010002"),
        (write("co:18", False), "0500120000"),
        (write("co:18", True), "050012ff00"),
        (write("hr:0x103", 20), "0601030014"),
        (write("co:16", True, False, True), "0f0010000301" + "05"),
        (write("hr:4", 1, 0x86A0), "100004000204" + "000186a0"),
        (write("hr:4", 7, multiple=True), "1000040001020007"),
        (write("co:4", True, multiple=True), "0f000400010101"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_requests_go_out_to_the_byte(request_, sent):
    assert request_.pdu.hex() == sent


@pytest.mark.parametrize("at", ["di:0", "ir:0"])
def test_an_input_cannot_be_written(at):
    with pytest.raises(ValueError, match="read-only"):
        write(at, 1)


@pytest.mark.parametrize(("at", "most"), [("hr:0", 123), ("co:0", 1968)])
def test_a_write_carries_no_more_than_the_standard_lets_it(at, most):
    assert len(write(at, *most * (1,)).pdu) == 6 + 246
    with pytest.raises(ValueError, match=f"more than one write carries, {most}"):
        write(at, *(most + 1) * (1,))


def test_a_good_answer_gives_exactly_the_cells_that_were_asked():
    for asked, came, cells in [
        (read("hr", 0, 2), "030400050001", [5, 1]),
        (read("co", 0, 3), "010105", [True, False, True]),
    ]:
        assert list(cells_of(asked, check_read(asked, answer(came)))) == cells


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(answer("040400050001"), id="another function"),
        pytest.param(answer("03020005"), id="one register too few"),
        pytest.param(answer("0306000500010002"), id="one register too many"),
        pytest.param(answer("0304000500"), id="an odd byte count"),
        pytest.param(answer("030600050001"), id="a byte count that lies"),
        pytest.param(answer("03"), id="nothing behind the function"),
        pytest.param(answer("0600000005"), id="the echo of a write"),
        pytest.param(answer("030400050001", unit=2), id="another unit"),
        pytest.param(answer("8402"), id="a no to another function"),
    ],
)
def test_an_answer_to_something_else_is_not_believed(given):
    with pytest.raises(MalformedError):
        check_read(read(), given)


@pytest.mark.parametrize(("frame", "code"), [("8302", 2), ("830b", 11)])
def test_an_exception_is_a_no_with_its_code_and_meaning(frame, code):
    with pytest.raises(ExceptionAnswerError, match=rf"\(exception {code}\)$") as caught:
        check_read(read(), answer(frame))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("request_", "echo"),
    [
        (write("co:18", True), "050012ff00"),
        (write("hr:259", 20), "0601030014"),
        (write("co:16", True, False, True), "0f00100003"),
        (write("hr:4", 1, 2), "1000040002"),
    ],
    ids=["FC5", "FC6", "FC15", "FC16"],
)
def test_a_write_is_echoed(request_, echo):
    check_echo(request_, answer(echo))


@pytest.mark.parametrize(
    ("request_", "echo"),
    [
        pytest.param(write("co:18", True), "050013ff00", id="another coil"),
        pytest.param(write("co:18", True), "0500120000", id="another state"),
        pytest.param(write("co:18", True), "0500120001", id="no state at all"),
        pytest.param(write("hr:259", 20), "0601030015", id="another value"),
        pytest.param(write("hr:4", 1, 2), "1000040001", id="fewer registers"),
        pytest.param(write("hr:4", 1, 2), "0600040001", id="another function"),
    ],
)
def test_an_echo_of_something_else_is_no_proof(request_, echo):
    with pytest.raises(MalformedError):
        check_echo(request_, answer(echo))
