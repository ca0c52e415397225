"""Raw values and the registers that carry them: what is written is what is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.modbus.address import parse_register
from protocols.modbus.codec import decode, encode, width
from protocols.model import Point

RANGES = {
    "u8": (0, 2**8 - 1),
    "s8": (-(2**7), 2**7 - 1),
    "u16": (0, 2**16 - 1),
    "s16": (-(2**15), 2**15 - 1),
    "u32": (0, 2**32 - 1),
    "s32": (-(2**31), 2**31 - 1),
    "u64": (0, 2**64 - 1),
    "s64": (-(2**63), 2**63 - 1),
    "bcd16": (0, 9999),
    "bcd32": (0, 99_999_999),
}
WIDTHS = {
    "bool": 1, "u8": 1, "s8": 1, "u16": 1, "s16": 1, "bcd16": 1,
    "u32": 2, "s32": 2, "f32": 2, "bcd32": 2, "u64": 4, "s64": 4, "f64": 4,
}  # fmt: skip

orders = st.sampled_from(["big", "little"])
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


def point(wire_type, at="hr:0", **more) -> Point:
    return Point(
        name="value",
        at=at,
        address=parse_register(at),
        value_type="number",
        wire_type=wire_type,
        **more,
    )


@st.composite
def numbers(draw):
    wire_type = draw(st.sampled_from(sorted(RANGES)))
    low, high = RANGES[wire_type]
    return wire_type, draw(st.integers(low, high))


@given(numbers(), orders, orders)
def test_every_whole_number_comes_back_in_every_order(number, words, bytes_):
    wire_type, raw = number
    one = point(wire_type, words=words, bytes=bytes_)
    cells = encode(one, raw)
    assert len(cells) == width(one)
    assert all(0 <= cell <= 0xFFFF for cell in cells)
    assert decode(one, cells) == raw


@given(
    st.one_of(
        st.tuples(st.just("f32"), st.floats(width=32, allow_nan=False, allow_infinity=False)),
        st.tuples(st.just("f64"), st.floats(allow_nan=False, allow_infinity=False)),
    ),
    orders,
    orders,
)
def test_every_float_comes_back_in_every_order(number, words, bytes_):
    wire_type, raw = number
    one = point(wire_type, words=words, bytes=bytes_)
    cells = encode(one, raw)
    again = decode(one, cells)
    assert encode(one, again) == cells, "the same 32 or 64 bits"
    assert again == (raw if wire_type == "f64" else pytest.approx(raw, rel=1e-6, abs=1e-44))


@given(texts, orders)
def test_every_text_comes_back_without_its_padding(text, bytes_):
    text = text.rstrip(" ")
    one = point("string", length=12, bytes=bytes_)
    assert decode(one, encode(one, text)) == text


@given(st.integers(0, 2**48 - 1), orders)
def test_a_bitmap_of_registers_comes_back(raw, words):
    one = point("bits", length=3, words=words)
    assert decode(one, encode(one, raw)) == raw


@given(st.integers(0, 2**12 - 1))
def test_a_bitmap_of_coils_has_its_least_significant_bit_first(raw):
    one = point("bits", at="co:0", length=12)
    cells = encode(one, raw)
    assert cells == [raw >> place & 1 == 1 for place in range(12)]
    assert decode(one, cells) == raw


@given(st.booleans(), st.sampled_from(["co:3", "di:3", "hr:3", "ir:3"]))
def test_a_boolean_comes_back_from_every_table(raw, at):
    one = point("bool", at=at)
    assert decode(one, encode(one, raw)) is raw


@given(st.data(), st.integers(0, 2**32 - 1), orders, orders)
def test_a_bit_field_comes_back_and_leaves_the_other_bits_alone(data, held, words, bytes_):
    first = data.draw(st.integers(0, 31))
    last = data.draw(st.integers(first, 31))
    raw = data.draw(st.integers(0, 2 ** (last - first + 1) - 1))
    whole = point("u32", words=words, bytes=bytes_)
    field = point("u32", words=words, bytes=bytes_, bits=(first, last))
    cells = encode(field, raw, encode(whole, held))
    assert decode(field, cells) == raw
    outside = ~((2 ** (last - first + 1) - 1) << first)
    assert decode(whole, cells) & outside == held & outside


@pytest.mark.parametrize(
    ("words", "bytes_", "cells"),
    [
        ("big", "big", [0x0001, 0x86A0]),
        ("little", "big", [0x86A0, 0x0001]),
        ("big", "little", [0x0100, 0xA086]),
        ("little", "little", [0xA086, 0x0100]),
    ],
)
def test_100000_lies_in_two_registers_as_the_orders_say(words, bytes_, cells):
    one = point("u32", words=words, bytes=bytes_)
    assert encode(one, 100_000) == cells
    assert decode(one, cells) == 100_000


def test_a_float_of_32_bits_reads_as_the_decimal_that_was_meant():
    assert decode(point("f32"), [0x41AA, 0x6666]) == 21.3


def test_text_is_read_up_to_the_first_zero_and_without_blanks():
    assert decode(point("string", length=4), [0x4756, 0x4420, 0x2000, 0x5858]) == "GVD"


def test_any_bit_of_a_register_makes_a_boolean_true():
    assert decode(point("bool"), [0x0100]) is True
    assert decode(point("bool"), [0x0000]) is False


@pytest.mark.parametrize(("wire_type", "registers"), WIDTHS.items())
def test_a_value_takes_as_many_registers_as_its_type_says(wire_type, registers):
    assert width(point(wire_type)) == registers


@pytest.mark.parametrize(
    ("one", "raw"),
    [
        (point("u16"), 65536),
        (point("u16"), -1),
        (point("s16"), 32768),
        (point("u8"), 256),
        (point("u16"), 1.5),
        (point("u16"), "1"),
        (point("f32"), 1e39),
        (point("bcd16"), 10_000),
        (point("bcd16"), -1),
        (point("string", length=2), "abcde"),
        (point("string", length=2), "门口"),
        (point("string", length=2), "a\0b"),
        (point("bits", length=1), 65536),
        (point("bits", at="co:0", length=3), 8),
        (point("u16", bits=(4, 6)), 8),
        (point("u16", bits=(14, 16)), 1),
    ],
    ids=lambda value: value.wire_type if isinstance(value, Point) else repr(value),
)
def test_what_does_not_fit_is_refused_before_it_is_sent(one, raw):
    with pytest.raises(ValueError):
        encode(one, raw)


@pytest.mark.parametrize(
    ("one", "cells", "says"),
    [
        (point("bcd16"), [0x12A4], "0x12a4 is no BCD"),
        (point("string", length=1), [0xFFFE], "no UTF-8"),
        (point("f32"), [0x7FC0, 0x0000], "no value"),
        (point("f32"), [0x7F80, 0x0000], "no value"),
        (point("f64"), [0xFFF0, 0, 0, 0], "no value"),
    ],
    ids=["bcd", "text", "nan", "infinity", "minus infinity"],
)
def test_what_is_no_value_is_refused_with_the_reason(one, cells, says):
    with pytest.raises(ValueError, match=says):
        decode(one, cells)


def test_a_table_of_bits_holds_no_number():
    with pytest.raises(ValueError, match="co:0: a table of bits holds no u16"):
        width(point("u16", at="co:0"))


@given(texts, st.sampled_from(["zeros", "blanks", "counted"]), orders)
def test_every_text_comes_back_however_it_is_filled_up(text, form, bytes_):
    text = text if form == "counted" else text.rstrip(" ")
    one = point("string", length=13, text=form, bytes=bytes_)
    assert decode(one, encode(one, text)) == text


def test_a_text_is_padded_and_counted_as_its_form_says():
    assert encode(point("string", length=2, text="blanks"), "AB") == [0x4142, 0x2020]
    assert encode(point("string", length=3, text="counted"), "ABC") == [3, 0x4142, 0x4300]
    assert decode(point("string", length=3, text="counted"), [2, 0x4142, 0x4344]) == "AB"


def test_a_count_that_is_longer_than_the_text_is_no_value():
    with pytest.raises(ValueError, match="says that it has 5 bytes"):
        decode(point("string", length=3, text="counted"), [5, 0x4142, 0x4344])
    with pytest.raises(ValueError, match="does not fit 3 registers"):
        encode(point("string", length=3, text="counted"), "ABCDE")


@given(st.integers(0, 0xFFFF), st.integers(0, 3), st.integers(0, 7))
def test_a_field_of_two_bits_is_written_without_its_neighbours(held, raw, place):
    one = point("u16", bits=(2 * place, 2 * place + 1))
    (written,) = encode(one, raw, [held])
    assert decode(one, [written]) == raw
    assert (written ^ held) & ~(3 << 2 * place) == 0
