"""Compiled readers say what the codec says, for every content of the cells."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocols.modbus.codec import reading_of, width
from protocols.modbus.reading import reader_of
from protocols.model import Point
from tests.protocols.modbus_device import point

NUMBERS = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "f32", "f64", "bcd16", "bcd32"]
ORDERS = st.sampled_from(["big", "little"])


@st.composite
def points(draw: st.DrawFn) -> Point:
    """Draw a number or a flag in registers, with all that a description may say of it."""
    kind = draw(st.sampled_from(["integer", "number", "boolean"]))
    more: dict[str, object] = {"words": draw(ORDERS), "bytes": draw(ORDERS)}
    wire_type = draw(st.sampled_from(["bool", "u16"] if kind == "boolean" else NUMBERS))
    if wire_type == "u16" and draw(st.booleans()):
        first, last = sorted((draw(st.integers(0, 15)), draw(st.integers(0, 15))))
        more["bits"] = (first, last)
    if draw(st.booleans()):
        more["invalid"] = frozenset(draw(st.lists(st.integers(0, 8), max_size=2)))
    if kind == "boolean":
        more["inverted"] = draw(st.booleans())
    elif draw(st.booleans()):
        more |= {"scale": 0.1, "offset": -4.0, "minimum": 0.0, "maximum": 2000.0}
    if draw(st.booleans()):
        names = [True, False] if kind == "boolean" else [10, 20]
        more["mapping"] = dict(enumerate(names))
    return point("hr:3", value_type=kind, wire_type=wire_type, **more)


@settings(max_examples=400)
@given(points(), st.lists(st.integers(0, 0xFFFF), min_size=8, max_size=8), st.integers(0, 4))
@example(point("hr:0", wire_type="s16"), [0x8000] * 8, 0)
@example(point("hr:0", wire_type="s32", words="little"), [0, 0x8000] * 4, 0)
def test_a_reader_says_what_the_codec_says(one, cells, place):
    held = cells[place : place + width(one)]
    assert repr(reader_of(one, place)(cells)) == repr(reading_of(one, held))


@given(st.lists(st.booleans(), min_size=8, max_size=8), st.integers(0, 7), st.booleans())
def test_a_reader_of_a_coil_says_what_the_codec_says(cells, place, inverted):
    one = point("co:0", value_type="boolean", inverted=inverted)
    assert reader_of(one, place)(cells) == reading_of(one, cells[place : place + 1])


@given(st.lists(st.booleans(), min_size=8, max_size=8), st.integers(0, 5))
def test_a_reader_of_a_row_of_coils_says_what_the_codec_says(cells, place):
    one = point("co:0", wire_type="bits", length=3)
    assert reader_of(one, place)(cells) == reading_of(one, cells[place : place + 3])
