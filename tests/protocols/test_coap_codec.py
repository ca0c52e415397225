"""CoAP addresses, plain text as LwM2M writes it, and bare JSON values."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.coap.address import ResourcePath, parse_path
from protocols.coap.codec import READERS, decode, encode
from protocols.coap.formats import JSON, TEXT
from protocols.coap.typed import LARGEST_INTEGER
from protocols.interfaces import MalformedError
from protocols.model import Point, WireType

UNKNOWN = 11060


def point(wire_type: WireType) -> Point:
    value_type = {"bool": "boolean", "string": "string", "f64": "number"}.get(wire_type, "integer")
    path = parse_path("/3347/0/5500")
    return Point(name="it", at=str(path), address=path, value_type=value_type, wire_type=wire_type)


BOOLEAN, INTEGER, NUMBER, TEXTUAL = point("bool"), point("s64"), point("f64"), point("string")


@pytest.mark.parametrize(
    ("payload", "kind", "value"),
    [
        # IPSO push button and presence sensor, OMA LwM2M registry objects 3347 and 3302.
        (b"\x31", BOOLEAN, True),
        (b"\x34\x32", INTEGER, 42),
        (b"\x30", BOOLEAN, False),
        (b"-7", INTEGER, -7),
        (b"22.5", NUMBER, 22.5),
        (b"-1.5e2", NUMBER, -150.0),
        ("门卫室".encode(), TEXTUAL, "门卫室"),
    ],
)
def test_plain_text_is_read_by_the_rules_of_lwm2m(payload, kind, value):
    read = decode(payload, TEXT, kind)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"true", BOOLEAN),
        (b"2", BOOLEAN),
        (b"", BOOLEAN),
        (b"1 ", BOOLEAN),
        (b"4.0", INTEGER),
        (b"0x10", INTEGER),
        (str(LARGEST_INTEGER + 1).encode(), INTEGER),
        (b"nan", NUMBER),
        (b"1e999", NUMBER),
        ("٣".encode(), INTEGER),
        (b"\xff", TEXTUAL),
    ],
)
def test_what_is_no_value_is_refused_and_never_guessed(payload, kind):
    with pytest.raises(MalformedError):
        decode(payload, TEXT, kind)


@pytest.mark.parametrize(
    ("payload", "kind", "value"),
    [(b"true", BOOLEAN, True), (b"42", INTEGER, 42), (b"2", NUMBER, 2.0), (b'"x"', TEXTUAL, "x")],
)
def test_a_bare_json_value_is_read_where_the_device_says_it_is_json(payload, kind, value):
    read = decode(payload, JSON, kind)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(b"1", BOOLEAN), (b"true", INTEGER), (b"1.5", INTEGER), (b"NaN", NUMBER), (b"{", TEXTUAL)],
)
def test_json_of_another_type_is_refused(payload, kind):
    with pytest.raises(MalformedError):
        decode(payload, JSON, kind)


def test_a_content_format_we_do_not_read_is_refused_by_its_number():
    with pytest.raises(MalformedError, match="11060"):
        decode(b"\xf5", UNKNOWN, BOOLEAN)


def test_a_missing_content_format_is_plain_text():
    assert decode(b"1", None, BOOLEAN) is True


@given(st.booleans())
def test_every_boolean_survives_the_wire(value):
    assert decode(encode(value, BOOLEAN), TEXT, BOOLEAN) is value


@given(st.integers(-LARGEST_INTEGER, LARGEST_INTEGER))
def test_every_integer_survives_the_wire(value):
    assert decode(encode(value, INTEGER), TEXT, INTEGER) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives_the_wire_without_an_exponent(value):
    written = encode(value, NUMBER)
    assert b"e" not in written
    assert Decimal(written.decode()) == Decimal(repr(value))
    assert decode(written, TEXT, NUMBER) == value


@given(st.text())
def test_every_text_survives_the_wire(value):
    assert decode(encode(value, TEXTUAL), TEXT, TEXTUAL) == value


@given(st.binary(max_size=80), st.sampled_from([BOOLEAN, INTEGER, NUMBER, TEXTUAL]))
def test_any_bytes_are_read_or_refused_and_nothing_else(payload, kind):
    for content_format in (*READERS, UNKNOWN):
        with contextlib.suppress(MalformedError):
            assert isinstance(decode(payload, content_format, kind), bool | int | float | str)


def test_a_path_is_read_and_written_back():
    assert parse_path("/3347/0/5500") == ResourcePath(("3347", "0", "5500"))
    assert str(parse_path("/a/b")) == "/a/b"


def test_an_address_may_say_how_it_is_written_and_asked():
    order = parse_path("POST /actions/ack?who=guard&now")
    assert (order.method, order.segments) == ("POST", ("actions", "ack"))
    assert order.query == ("who=guard", "now")
    assert str(order) == "/actions/ack?who=guard&now"


def test_an_ipso_resource_is_its_path():
    assert parse_path("ipso:3303/0/5700").segments == parse_path("/3303/0/5700").segments


@pytest.mark.parametrize(
    "text",
    ["3347/0", "/", "/a//b", "/a/../b", "/a?", "/a?x&&y", "/a?x?y", "/a b", "", "GET /a",
     "ipso:3303/0", "ipso:3303/0/1", "ipso:3303/0/5700/x", "ipso:70000/0/5700"],
)  # fmt: skip
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ValueError, match=r"path|segment|query|IPSO|LwM2M"):
        parse_path(text)
