"""CoAP payloads in every content format: as the standards print them, and there and back."""

import json
import math
import struct

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocols.coap.answers import Answer
from protocols.coap.codec import WRITERS, content_of, decode, encode, encode_all, written
from protocols.coap.formats import (
    CBOR,
    JSON,
    LINK_FORMAT,
    LWM2M_JSON,
    LWM2M_TLV,
    NAMES,
    OCTETS,
    SENML_CBOR,
    SENML_JSON,
    TEXT,
)
from protocols.coap.typed import LARGEST_INTEGER
from protocols.fields import parse_field
from protocols.interfaces import MalformedError
from tests.protocols.coap_points import point
from twins.observation import Quality

SENML_OF_THE_RFC = bytes.fromhex(
    "87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b00106223"
    "614120050067766f6c7461676501615602fb405e066666666666a3006763757272656e74062402fb3ff33333"
    "33333333a3006763757272656e74062302fb3ff4cccccccccccda3006763757272656e74062202fb3ff66666"
    "66666666a3006763757272656e74062102f93e00a3006763757272656e74062002fb3ff999999999999aa300"
    "6763757272656e74060002fb3ffb333333333333"
)
"""RFC 8428 §6: a voltage, and a current measured six times."""

DEVICE_OF_THE_SPECIFICATION = bytes.fromhex(
    "c800144f70656e204d6f62696c6520416c6c69616e6365"  # 0 manufacturer
    "c801164c69676874776569676874204d324d20436c69656e74"  # 1 model
    "c80209333435303030313233"  # 2 serial number
    "c303312e30"  # 3 firmware
    "8606410001410105"  # 6 power sources
    "88070842000ed842011388"  # 7 their voltages, mV
    "870841007d42010384"  # 8 their currents, mA
    "c10964c10a0f830b410000"  # 9 battery, 10 memory, 11 error codes
    "c40d5182428fc60e2b30323a3030c11055"  # 13 time, 14 offset, 16 bindings
)
"""OMA LwM2M Core 1.0 §6.4.3.3: object instance /3/0."""


def test_the_senml_of_the_rfc_is_read_with_its_base_name_and_base_time():
    voltage = point("/s", field="voltage")
    current = point("/s", field="urn:dev:ow:10e2073a0108006:current")
    assert decode(SENML_OF_THE_RFC, SENML_CBOR, voltage) == 120.1
    assert decode(SENML_OF_THE_RFC, SENML_CBOR, current) == 1.7, "the latest of six"
    pack = content_of(SENML_OF_THE_RFC, SENML_CBOR)
    assert pack.stamp(current) == pytest.approx(1_276_020_076.001)


@pytest.mark.parametrize(
    ("path", "wire_type", "value"),
    [
        ("/3/0/0", "string", "Open Mobile Alliance"),
        ("/3/0/7/0", "s64", 3800),
        ("/3/0/7/1", "s64", 5000),
        ("/3/0/8/1", "s64", 900),
        ("/3/0/9", "s64", 100),
        ("/3/0/13", "s64", 1_367_491_215),
    ],
)
def test_the_device_object_of_the_specification_is_read_from_tlv(path, wire_type, value):
    wrapped = b"\x08\x00\x79" + DEVICE_OF_THE_SPECIFICATION
    for payload in (DEVICE_OF_THE_SPECIFICATION, wrapped):
        assert decode(payload, LWM2M_TLV, point(path, wire_type)) == value
    whole, _, part = path.rpartition("/3/0")
    assert not whole
    by_field = point("/3/0", wire_type, field=part.strip("/"))
    assert decode(DEVICE_OF_THE_SPECIFICATION, LWM2M_TLV, by_field) == value


def test_a_resource_is_never_taken_for_another_with_the_same_last_number():
    payload = encode_all([(point("/3/0/0/11", "s64"), 7)], LWM2M_TLV)
    with pytest.raises(MalformedError, match="no resource 3/0/11"):
        decode(payload, LWM2M_TLV, point("/3/0/11", "s64"))


@pytest.mark.parametrize("base", ["/3/0/", "/3/0"])
def test_lwm2m_json_is_read_with_its_base_name(base):
    entries = [{"n": "0", "sv": "Alliance"}, {"n": "9", "v": 100}, {"n": "16", "bv": True}]
    payload = json.dumps({"bn": base, "e": entries}).encode()
    assert decode(payload, LWM2M_JSON, point("/3/0/0", "string")) == "Alliance"
    assert decode(payload, LWM2M_JSON, point("/3/0", "s64", field="9")) == 100
    assert decode(payload, LWM2M_JSON, point("/3/0", "bool", field="16")) is True
    alone = json.dumps({"bn": "/3/0/9", "e": [{"v": 100}]}).encode()
    assert decode(alone, LWM2M_JSON, point("/3/0/9", "s64")) == 100


def test_a_field_is_found_by_its_path():
    state = {"doors": [{"closed": True}, {"closed": False}], "t.in": 21.5, "n": 3}
    payload = json.dumps(state).encode()
    assert decode(payload, JSON, point("/s", "bool", field="doors[1].closed")) is False
    assert decode(payload, JSON, point("/s", "f64", field='["t.in"]')) == 21.5
    assert decode(cbor2.dumps(state), CBOR, point("/s", "u8", field="n")) == 3
    assert decode(cbor2.dumps({1: {-2: 7}}), CBOR, point("/s", "u8", field="[1][-2]")) == 7


@pytest.mark.parametrize("text", [".a", "a.", "a..b", "a[x]", "a[", "[0]b", "a b[", "]"])
def test_what_is_no_field_is_refused(text):
    with pytest.raises(ValueError, match="no field"):
        parse_field(text)


@pytest.mark.parametrize(
    ("payload", "wire_type", "field", "value"),
    [
        ("00e6", "s16", "", 230),
        ("01ff38002a", "s16", "1", -200),
        ("01ff38002a", "bool", "0", True),
        ("41ac0000", "f32", "", 21.5),
    ],
)
def test_bare_bytes_are_read_in_network_order(payload, wire_type, field, value):
    assert decode(bytes.fromhex(payload), OCTETS, point("/s", wire_type, field)) == value


def test_a_link_is_there_or_not_and_its_attributes_can_be_read():
    payload = b'</3347/0/5500>;rt="oma.lwm2m.ext";obs;ct=0,</3302/0/5500>;obs;ct="0 60"'
    there = point("/.well-known/core", "bool", field="/3347/0/5500")
    assert decode(payload, LINK_FORMAT, there) is True
    gone = point("/.well-known/core", "bool", field="/3348/0/5500")
    assert decode(payload, LINK_FORMAT, gone) is False
    kind = point("/.well-known/core", "string", field="/3347/0/5500;rt")
    assert decode(payload, LINK_FORMAT, kind) == "oma.lwm2m.ext"


def test_what_a_device_answers_in_another_format_than_described_is_no_value():
    described = point(wire_type="s64", form="text")
    with pytest.raises(MalformedError, match=r"is cbor \(60\), described as text \(0\)"):
        decode(b"1", CBOR, described)
    assert decode(b"1", TEXT, described) == 1
    assert decode(b"1", None, described) == 1, "the device names none: the description does"


@pytest.mark.parametrize(
    ("payload", "content_format"),
    [
        (b"", CBOR),
        (b"\x18\x2a\x00", CBOR),
        (b"\x81" * 5000, CBOR),
        (b"\x5b" + b"\xff" * 8, CBOR),
        (b"\xfb" + struct.pack(">d", math.inf), CBOR),
        (b"\xc4\x82\x1a\x7f\xff\xff\xff\x01", CBOR),
        (b"[" * 100_000, JSON),
        (b'{"a": 1}', JSON),
        (b"1" * 5000, JSON),
        (b'[{"n": "x", "v": 1}, {"n": "y", "v": 2}]', SENML_JSON),
        (b'[{"v": 1, "vb": true}]', SENML_JSON),
        (b'[{"bver": 11, "v": 1}]', SENML_JSON),
        (b'[{"v": 1, "must_": 2}]', SENML_JSON),
        (b'[{"vs": 1}]', SENML_JSON),
        (b'[{"v": "1"}]', SENML_JSON),
        (b'[{"v": 1, "t": 1e999}]', SENML_JSON),
        (b'[{"bn": 5, "v": 1}]', SENML_JSON),
        (b"[]", SENML_JSON),
        (b"{}", LWM2M_JSON),
        (b'{"e": {}}', LWM2M_JSON),
        (b"\xc8\x00\xff1", LWM2M_TLV),
        (b"\xe1\x16", LWM2M_TLV),
        (b"\xc1\x44\x01\xc1\x44\x02", LWM2M_TLV),
        (b"\x43\x00\x41\x00\x05", LWM2M_TLV),
        (b"\xe3\x16\x44\x00\x00\x05", LWM2M_TLV),
        (b"\x01", OCTETS),
        (b"nothing", LINK_FORMAT),
        (b"</a>;", LINK_FORMAT),
        (b"</a> </b>", LINK_FORMAT),
    ],
)
def test_a_malformed_payload_is_bad_with_a_cause_and_never_an_error(payload, content_format):
    with pytest.raises(MalformedError) as refusal:
        decode(payload, content_format, point("/3303/0/5700", "f64"))
    assert 0 < len(str(refusal.value)) < 120


def test_of_several_points_in_one_payload_a_wrong_one_leaves_its_neighbours_alone():
    points = [
        point("/s", "bool", "open", name="open"),
        point("/s", "f64", "t", name="t"),
        point("/s", "u8", "missing", name="missing"),
    ]
    answer = Answer(b'{"open": true, "t": "warm"}', JSON)
    readings = answer.readings(points)
    assert readings["open"] == (True, Quality.GOOD, "")
    assert readings["t"] == (None, Quality.BAD, "the value is no number")
    assert readings["missing"] == (None, Quality.BAD, "the payload has no missing")


VALUES = {
    "bool": st.booleans(),
    "s64": st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
    "f64": st.floats(allow_nan=False, allow_infinity=False),
    "string": st.text(max_size=300),
}

PATHS = {
    TEXT: ("/a", ""),
    OCTETS: ("/a", ""),
    JSON: ("/a", "x.y[2]"),
    CBOR: ("/a", 'x["y.z"]'),
    SENML_JSON: ("/3303/0", "5700"),
    SENML_CBOR: ("/a", "temperature"),
    LWM2M_TLV: ("/3303/0", "5700"),
    LWM2M_JSON: ("/3303/0/5700", ""),
}


@pytest.mark.parametrize("content_format", sorted(WRITERS))
@pytest.mark.parametrize("wire_type", sorted(VALUES))
def test_every_value_survives_every_format(content_format, wire_type):
    at, field = PATHS[content_format]
    there = point(at, wire_type, field, NAMES[content_format])

    @given(VALUES[wire_type])
    def survives(value):
        payload = encode(value, there)
        read = decode(payload, content_format, there)
        assert read == value
        assert type(read) is type(value)
        assert decode(payload, None, there) == value

    survives()


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=9))
@example([0] * 9)
def test_many_resources_share_one_payload(values):
    resources = [
        point("/3303/0", "s32", str(5700 + index), name=f"r{index}") for index in range(len(values))
    ]
    pairs = list(zip(resources, values, strict=True))
    for content_format in (SENML_JSON, SENML_CBOR, LWM2M_TLV, LWM2M_JSON, JSON, CBOR):
        content = content_of(encode_all(pairs, content_format), content_format)
        assert [content.raw(one) for one in resources] == values


@given(st.binary(max_size=200), st.sampled_from(sorted(WRITERS)))
def test_whatever_can_be_read_can_be_written_and_read_again(payload, content_format):
    there = point("/3303/0/5700", "f64")
    try:
        value = decode(payload, content_format, there)
    except MalformedError:
        return
    assert decode(encode_all([(there, value)], content_format), content_format, there) == value


def test_an_empty_text_is_an_order_without_a_payload():
    assert written(point("POST /ack", "string"), "") == (None, b"")
    assert written(point("POST /ack", "string"), "guard") == (TEXT, b"guard")


def test_two_points_at_one_place_cannot_be_written_together():
    pair = [(point("/a", "u8", "x", name="one"), 1), (point("/a", "u8", "x", name="two"), 2)]
    with pytest.raises(ValueError, match="two: another point is at 'x'"):
        encode_all(pair, JSON)
    with pytest.raises(ValueError, match="one value"):
        encode_all([(point("/a", "u8"), 1), (point("/a", "u8"), 2)], TEXT)
