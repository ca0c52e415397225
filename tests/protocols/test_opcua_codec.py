import struct
from datetime import UTC, datetime

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary
from hypothesis import given
from hypothesis import strategies as st

from protocols.model import Point
from protocols.opcua.codec import raw_of, reading_of, stamp_of, variant_of, written
from twins.instant import seconds
from twins.observation import Quality

VALUE_TYPES = {"bool": "boolean", "string": "string", "f32": "number", "f64": "number"}


def point(wire_type, **settings):
    kind = VALUE_TYPES.get(wire_type, "integer")
    return Point(
        name="p", at="x:s=P", address=None, value_type=kind, wire_type=wire_type, **settings
    )


def decoded(hexadecimal):
    return struct_from_binary(ua.DataValue, Buffer(bytes.fromhex(hexadecimal)))


# Azure-Samples/iot-edge-opc-plc, DataPluginNodes.cs and SpikePluginNode.cs, encoded by hand after
# OPC 10000-6 §5.2.2.17.
@pytest.mark.parametrize(
    ("hexadecimal", "wire_type", "reading"),
    [
        ("010778000000", "u32", (120, Quality.GOOD, "")),
        ("010101", "bool", (True, Quality.GOOD, "")),
        ("010B0000000000005940", "f64", (100.0, Quality.GOOD, "")),
        ("0200003180", "bool", (None, Quality.BAD, "BadNoCommunication")),
    ],
)
def test_binary_data_values_of_a_sample_server_are_read(hexadecimal, wire_type, reading):
    assert reading_of(point(wire_type), decoded(hexadecimal)) == reading


@pytest.mark.parametrize(
    ("status", "quality", "cause"),
    [
        (0x0000_0000, Quality.GOOD, ""),
        (0x0096_0000, Quality.GOOD, ""),
        (0x0000_0480, Quality.GOOD, ""),
        (0x4092_0000, Quality.UNCERTAIN, "UncertainInitialValue"),
        (0x8031_0000, Quality.BAD, "BadNoCommunication"),
        (0x808C_0480, Quality.BAD, "BadSensorFailure"),
        (0xC000_0000, Quality.BAD, "Bad"),
    ],
)
def test_the_severity_bits_decide_the_quality_and_the_code_names_the_cause(status, quality, cause):
    data = ua.DataValue(ua.Variant(True), StatusCode=ua.StatusCode(status))
    value, found, reason = reading_of(point("bool"), data)
    assert (found, reason) == (quality, cause)
    assert value is (None if quality is Quality.BAD else True)


@pytest.mark.parametrize(
    ("variant", "cause"),
    [
        (ua.Variant(7, ua.VariantType.Int32), "the node holds Int32, described is UInt32"),
        (ua.Variant([7], ua.VariantType.UInt32), "the node holds an array of UInt32"),
        (ua.Variant(None, ua.VariantType.Null), "the server sent no value"),
    ],
)
def test_a_node_of_another_type_is_bad_and_never_read(variant, cause):
    value, quality, reason = reading_of(point("u32"), ua.DataValue(variant))
    assert (value, quality) == (None, Quality.BAD)
    assert reason.startswith(cause)


def test_what_is_no_number_is_bad():
    data = ua.DataValue(ua.Variant(float("nan"), ua.VariantType.Double))
    assert reading_of(point("f64"), data) == (None, Quality.BAD, "the server sent nan")


def test_a_value_out_of_range_is_uncertain():
    data = ua.DataValue(ua.Variant(9, ua.VariantType.UInt16))
    assert reading_of(point("u16", maximum=5), data)[:2] == (9, Quality.UNCERTAIN)


@pytest.mark.parametrize(
    ("raw", "wire_type"),
    [(256, "u8"), (-1, "u16"), (2**31, "s32"), ("7", "u8"), (1, "bool"), (True, "string")],
)
def test_what_the_type_cannot_hold_is_not_sent(raw, wire_type):
    with pytest.raises(ValueError, match=r"fit|is no"):
        variant_of(raw, wire_type)


def test_the_packed_types_of_field_buses_do_not_exist():
    with pytest.raises(ValueError, match="has no type 'bcd16'"):
        variant_of(1, "bcd16")


def test_a_write_carries_the_value_alone():
    data = written(point("bool"), True)
    assert struct_to_binary(data) == bytes.fromhex("010101")


def integers(bits, *, signed):
    low = -(2 ** (bits - 1)) if signed else 0
    return st.integers(low, low + 2**bits - 1)


ANY_RAW = st.one_of(
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("string"), st.text(st.characters(codec="utf-8"))),
    st.tuples(st.just("f64"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("f32"), st.floats(width=32, allow_nan=False, allow_infinity=False)),
    *(
        st.tuples(st.just(f"{sign}{bits}"), integers(bits, signed=sign == "s"))
        for bits in (8, 16, 32, 64)
        for sign in "us"
    ),
)


@given(ANY_RAW)
def test_every_type_comes_back_from_the_wire_as_it_went(case):
    wire_type, raw = case
    sent = ua.DataValue(variant_of(raw, wire_type))
    received = struct_from_binary(ua.DataValue, Buffer(struct_to_binary(sent)))
    assert raw_of(point(wire_type), received) == raw


def test_single_precision_is_what_the_wire_has():
    sent = ua.DataValue(variant_of(0.1, "f32"))
    received = struct_from_binary(ua.DataValue, Buffer(struct_to_binary(sent)))
    assert raw_of(point("f32"), received) == struct.unpack("<f", struct.pack("<f", 0.1))[0]


def test_the_device_s_own_time_is_read_to_the_microsecond():
    at = datetime(2026, 9, 1, 7, 30, 0, 123456, tzinfo=UTC)
    stamp = seconds(round(at.timestamp())) + 123_456_000
    assert stamp_of(ua.DataValue(True, SourceTimestamp=at)) == stamp
    assert stamp_of(ua.DataValue(True, SourceTimestamp=at.replace(tzinfo=None))) == stamp
    assert stamp_of(ua.DataValue(True)) is None
