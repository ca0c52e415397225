"""Addresses with sums in braces, and marks of no value as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.descriptions import read_model
from protocols.filling import filled
from protocols.modbus.address import parse_register
from protocols.modbus.codec import decode
from twins.documents import ConfigError
from twins.observation import Quality


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("hr:{n}", "hr:5"),
        ("hr:{n-1}", "hr:4"),
        ("hr:{2*n}", "hr:10"),
        ("door{n:02}", "door05"),
        ("hr:{100+16*node}", "hr:148"),
        ("hr:{100 + node * 16 + n - 1}", "hr:152"),
        ("s7:{block}[{n}]", "s7:Lockers[5]"),
        ("{node:03}", "003"),
        ("{base*node}", "21"),
    ],
)
def test_sums_of_the_running_number_and_parameters_are_filled_in(template, address):
    parameters = {"node": 3, "block": "Lockers", "base": "7"}
    assert filled(template, 5, parameters) == address


@given(st.integers(0, 999), st.integers(0, 99), st.integers(1, 99))
def test_a_node_lies_at_base_plus_node_times_stride(base, node, stride):
    at = filled(f"hr:{{{base}+{stride}*node}}", None, {"node": node})
    assert at == f"hr:{base + stride * node}"


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("hr:{node}", "nothing is given for 'node'"),
        ("hr:{100+16*nod}", "nothing is given for 'nod'"),
        ("hr:{2*block}", "block is 'Lockers', no whole number"),
        ("hr:{2+}", "neither a name nor a sum"),
        ("hr:{}", "neither a name nor a sum"),
        ("hr:{n:x}", "'x' is no number of digits"),
        ("hr:{n", "braces belong in pairs"),
    ],
)
def test_what_cannot_be_filled_in_is_said(template, complaint):
    with pytest.raises(ValueError, match=complaint):
        filled(template, 1, {"block": "Lockers"})


MODEL = """
model: product
is: {kind}
protocol: modbus
title: Product
source: its manual
{more}
"""


def told(folder, more, kind="environment-sensor"):
    file = folder / "product.yaml"
    file.write_text(MODEL.format(kind=kind, more=more))
    return read_model(str(file))


def climate(temperature, more="", humidity="ir:9"):
    return (
        f"{more}\nproperties:\n  temperature: {{{temperature}}}\n  humidity: {{at: '{humidity}'}}"
    )


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ("as: s16, invalid: 0x8000", [0x8000]),
        ("as: s16, invalid: -32768", [0x8000]),
        ("as: s32, invalid: 0x80000000", [0x8000, 0]),
        ("as: u16, invalid: [0xFFFE, 0xFFFF]", [0xFFFE]),
        ("as: s8, invalid: 0x80", [0x0080]),
        ("as: f32, invalid: -999.9", [0xC479, 0xF99A]),
        ("as: f32, invalid: 0xFF7FFFFF", [0xFF7F, 0xFFFF]),
        ("as: f32", [0x7FC0, 0]),
        ("as: f64", [0x7FF0, 0, 0, 0]),
        ("as: bcd16", [0xFFFF]),
        ("as: bcd16, invalid: 9999", [0x9999]),
        ("as: u16, bits: 4-5, invalid: 3", [0x0030]),
    ],
)
def test_a_mark_of_no_value_is_bad_with_its_cause_whatever_the_type(tmp_path, point, words):
    model = told(tmp_path, climate(f"at: 'ir:0', {point}"))
    one = model.points["temperature"]
    try:
        value, quality, cause = one.value_of(decode(one, words))
    except ValueError as error:
        value, quality, cause = None, Quality.BAD, str(error)
    assert (value, quality) == (None, Quality.BAD)
    assert cause


def test_a_node_of_a_gateway_has_its_registers_by_its_number(tmp_path):
    model = told(
        tmp_path, climate("at: 'hr:{100+16*node}'", "parameters: {node: 3}", "hr:{101+16*node}")
    )
    assert model.points["temperature"].address == parse_register("hr:148")
    assert model.points["humidity"].address == parse_register("hr:149")


def test_floats_are_swapped_by_name_unless_a_point_says_otherwise(tmp_path):
    more = climate("at: 'ir:0'", "quirks: [swapped-floats]", "ir:2', as: f32, words: 'big")
    model = told(tmp_path, more)
    assert model.points["temperature"].words == "little"
    assert model.points["humidity"].words == "big"


LOCKS = """
repeat: {n: 1..2}
properties:
  "door{n:02}.closed": {at: "di:{n}"}
writes:
"""


@pytest.mark.parametrize(
    ("more", "kind", "complaint"),
    [
        (climate("at: 'ir:0'", "quirks: [max-register=8]"), "environment-sensor",
         "'max-register=8' is no quirk of modbus; did you mean 'max-registers'?"),
        (climate("at: 'ir:0'", "quirks: [max-registers=0]"), "environment-sensor",
         "max-registers=0: '0' is no number from 1 to 125"),
        (climate("at: 'ir:0', pulse: 1s"), "environment-sensor", "a pulse is true and then false"),
        (climate("at: 'ir:0', fixed: 5"), "environment-sensor", "the number that means true"),
        (climate("at: 'ir:0', text: blanks"), "environment-sensor", "a f32 is no text"),
        (climate("at: 'ir:0', invalid: none"), "environment-sensor", "'none' is never the value"),
        (LOCKS + "  a: {at: 'hr:0', as: u32}\n  b: {at: 'hr:1'}", "locker-bank",
         "b at hr:1 overwrites a part of a at hr:0"),
        (LOCKS + "  a: {at: 'hr:0', as: u16, bits: 0-3}\n  b: {at: 'hr:0', as: u16, bits: 3}",
         "locker-bank", "b at hr:0 overwrites a part of a at hr:0"),
        (LOCKS + "  a: {at: 'co:0', fixed: 255, as: bool}", "locker-bank", "the number that means"),
    ],
)  # fmt: skip
def test_what_a_description_cannot_mean_is_refused_with_the_reason(tmp_path, more, kind, complaint):
    with pytest.raises(ConfigError) as caught:
        told(tmp_path, more, kind)
    (problem,) = caught.value.problems
    assert complaint in str(problem)


def test_bits_side_by_side_and_one_place_with_two_meanings_are_no_clash(tmp_path):
    model = told(
        tmp_path,
        LOCKS
        + "  a: {at: 'hr:0', as: u16, bits: 0-1}\n  b: {at: 'hr:0', as: u16, bits: 2-3}\n"
        + "  lock: {at: 'hr:1', as: u16, fixed: 1}\n"
        + "  unlock: {at: 'hr:1', as: u16, fixed: 0xFF00, pulse: 500ms}",
        "locker-bank",
    )
    unlock = model.command_points["unlock"]
    assert (unlock.raw_of(True), unlock.raw_of(False)) == (0xFF00, 0)
    assert unlock.value_type == "boolean"
