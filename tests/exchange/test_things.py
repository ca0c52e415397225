"""Device models as W3C Things: out in three dialects, and back in as the same model."""

import json
from pathlib import Path

import jsonschema
import pytest

from protocols.descriptions import library, read_model
from protocols.exchange.edge_translator import for_edge_translator
from protocols.exchange.from_thing import draft_of_thing
from protocols.exchange.node_wot import for_node_wot
from protocols.exchange.thing import canonical
from twins.documents import ConfigError, parse_yaml

SCHEMAS = Path(__file__).parent / "schemas"
ADDRESS = {
    "modbus": "modbus+tcp://10.0.7.21:502/3",
    "coap": "coap://10.0.7.30:5683",
    "opcua": "opc.tcp://10.0.7.40:4840/gatehouse/",
}
NAMES = sorted(library())


def model_of(name):
    return read_model(library()[name])


def read_back(thing, folder):
    file, description = folder / "thing.td.json", folder / "description.yaml"
    file.write_text(json.dumps(thing), encoding="utf-8")
    description.write_text(draft_of_thing(parse_yaml(str(file))).to_yaml(), encoding="utf-8")
    return read_model(str(description))


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


@pytest.mark.parametrize("placed", [True, False], ids=["description", "model"])
@pytest.mark.parametrize("name", NAMES)
def test_a_model_comes_back_from_its_thing_as_it_was(name, placed, tmp_path):
    model = model_of(name)
    thing = canonical(model, ADDRESS[model.protocol] if placed else "")
    assert read_back(thing, tmp_path) == model


@pytest.mark.parametrize("name", NAMES)
def test_things_are_what_the_schemas_of_the_w3c_ask(name):
    model = model_of(name)
    address = ADDRESS[model.protocol]
    assert not list(validator("td").iter_errors(canonical(model, address)))
    assert not list(validator("tm").iter_errors(canonical(model)))
    assert not list(validator("td").iter_errors(for_node_wot(model, address)[0]))
    if model.protocol != "coap":
        assert not list(validator("td").iter_errors(for_edge_translator(model, address)[0]))


OPCUA_LANGUAGE = """\
model: vendor-lockers
is: locker-bank
protocol: opcua
title: Lockers that a method unlocks
source: ours, for these tests
repeat: {n: 1..3}
namespaces: {v: "urn:vendor", w: "urn:other"}
properties:
  "door{n:02}.closed": {at: 'v:/Hall/w:Bank&/1/Door{n}'}
calls:
  unlock: {at: 'v:s=Bank.Unlock', on: 'v:i=7', with: {door: {as: u16}, seconds: {as: f32, value: 3}}}
"""

COAP_LANGUAGE = """\
model: vendor-climate
is: environment-sensor
protocol: coap
title: A sensor that answers with one JSON object
source: ours, for these tests
properties:
  temperature: {at: /state, field: climate.t, format: json, as: f64, observe: true}
  humidity: {at: /state, field: climate.h, format: json, as: f64, invalid: [255, 254]}
"""

MODBUS_LANGUAGE = """\
model: vendor-barrier
is: barrier
protocol: modbus
title: A barrier that is moved by a code, for a moment
source: ours, for these tests
quirks: [gap=50ms]
properties:
  closed: {at: "ir:3", as: u16, bits: 4-6, map: {0: false, 1: true}}
  opened: {at: "ir:3", as: u16, bits: 0, not: true}
writes:
  open: {at: "hr:9", as: u16, fixed: 0xFF00, pulse: 500ms}
actions:
  open: {open: true}
verify:
  open: {opened: true}
events:
  shut: {when: closed rises, with: [opened]}
"""


@pytest.mark.parametrize("text", [OPCUA_LANGUAGE, COAP_LANGUAGE, MODBUS_LANGUAGE])
def test_every_word_of_the_language_comes_back(text, tmp_path):
    file = tmp_path / "written.yaml"
    file.write_text(text, encoding="utf-8")
    model = read_model(str(file))
    thing = canonical(model, ADDRESS[model.protocol])
    assert not list(validator("td").iter_errors(thing))
    assert read_back(thing, tmp_path) == model
    if model.protocol == "opcua":
        assert thing["actions"]["unlock"]["uav:componentOf"] == "nsu=urn:vendor;i=7"
        assert thing["actions"]["unlock"]["forms"][0]["href"] == "?id=nsu=urn:vendor;s=Bank.Unlock"


def form_of(name, point, number=0):
    model = model_of(name)
    return canonical(model, ADDRESS[model.protocol])["properties"][point]["forms"][number]


def test_a_register_of_16_bits_is_told_in_the_terms_of_the_modbus_binding():
    form = form_of("xy-md02", "temperature")
    assert form["href"] == "1?quantity=1"
    assert form["contentType"] == "application/octet-stream;length=2;signed=true;byteSeq=BIG_ENDIAN"
    assert form["modv:entity"] == "InputRegister"
    assert form["modv:type"] == "xsd:short"
    assert form["modv:zeroBasedAddressing"] is True
    assert form["modv:pollingTime"] == 2000
    assert form["gh:scale"] == 0.1
    assert form["op"] == ["readproperty", "observeproperty", "unobserveproperty"]


def test_a_counter_with_its_low_word_first_says_so_in_both_places():
    form = form_of("advantech-adam-6050", "counter0")
    assert form["contentType"].endswith("length=4;signed=false;byteSeq=LITTLE_ENDIAN_BYTE_SWAP")
    assert form["modv:mostSignificantWord"] is False
    assert form["modv:mostSignificantByte"] is True


def test_an_observed_resource_has_a_form_to_read_and_one_to_observe():
    model = model_of("ipso-push-button")
    read, observe = canonical(model, ADDRESS["coap"])["properties"]["pressed"]["forms"]
    assert (read["op"], read["cov:method"]) == (["readproperty"], "GET")
    assert observe["op"] == ["observeproperty", "unobserveproperty"]
    assert observe["cov:contentFormat"] == 0
    assert "subprotocol" not in observe


def test_a_node_is_told_by_the_uri_of_its_namespace_with_nothing_that_cuts_a_reference_short():
    form = form_of("siemens-s7-1500-barrier", "closed")
    assert form["href"] == (
        "?id=nsu=http://www.siemens.com/simatic-s7-opcua;s=%22Barrier1%22.%22Closed%22"
    )


def test_the_base_keeps_the_unit_and_ends_with_a_slash_but_for_the_edge_translator():
    model = model_of("xy-md02")
    assert canonical(model, "modbus+tcp://10.0.7.21:502")["base"].endswith(":502/1/")
    assert canonical(model, ADDRESS["modbus"])["base"] == "modbus+tcp://10.0.7.21:502/3/"
    thing, _ = for_edge_translator(model, ADDRESS["modbus"])
    assert thing["base"] == "modbus+tcp://10.0.7.21:502/3"
    assert thing["name"] == "xy-md02"


def test_an_action_of_a_fixed_value_is_told_with_it_and_for_node_wot_as_its_input():
    model = model_of("siemens-s7-1500-barrier")
    (form,) = canonical(model, ADDRESS["opcua"])["actions"]["close"]["forms"]
    assert form["gh:write"] is True
    thing, _ = for_node_wot(model, ADDRESS["opcua"], 4)
    assert thing["actions"]["close"]["input"] == {"type": "boolean", "const": True}
    assert thing["actions"]["close"]["forms"][0]["opcua:nodeId"] == 'ns=4;s="Barrier1"."CmdClose"'


def test_an_action_that_depends_on_its_argument_is_never_one_form_that_opens_door_one():
    model = model_of("cu48-locker-board")
    assert "actions" not in canonical(model, ADDRESS["modbus"])
    thing, left_out = for_node_wot(model, ADDRESS["modbus"])
    assert "actions" not in thing
    assert "unlock: an action that depends on its arguments" in left_out


def test_node_wot_gets_raw_values_and_bits_counted_from_the_other_end():
    thing, left_out = for_node_wot(model_of("unipi-neuron-l203"), ADDRESS["modbus"])
    di3 = thing["properties"]["di3"]
    assert (di3["type"], di3["ex:bitOffset"], di3["ex:bitLength"]) == ("boolean", 13, 1)
    assert "do1" not in thing["properties"]
    assert "do1: a write of some bits clears the others" in left_out
    temperature = for_node_wot(model_of("xy-md02"), ADDRESS["modbus"])[0]["properties"][
        "temperature"
    ]
    assert temperature["type"] == "integer"
    assert "unit" not in temperature
    assert not [term for term in temperature["forms"][0] if term.startswith("gh:")]


def test_the_edge_translator_gets_words_the_other_way_round_and_a_warning_of_unsigned_ones():
    thing, lost = for_edge_translator(model_of("advantech-adam-6050"), ADDRESS["modbus"])
    form = thing["properties"]["counter0"]["forms"][0]
    assert form["modv:mostSignificantWord"] is True
    assert "counter0: u32 is read as signed, its upper half negative" in lost
    assert all(len(one["forms"]) == 1 for one in thing["properties"].values())
    with pytest.raises(ValueError, match="does not speak coap"):
        for_edge_translator(model_of("ipso-buzzer"), ADDRESS["coap"])


@pytest.mark.parametrize(
    ("term", "value", "complaint"),
    [
        ("href", "2?quantity=1", "gh:at says ir:1, href says ir:2"),
        ("modv:mostSignificantWord", False, "words is big by gh: and little by the binding"),
        ("modv:type", "xsd:int", "as is s16 by gh: and s32 by the binding"),
    ],
)
def test_a_thing_that_contradicts_itself_is_refused(term, value, complaint, tmp_path):
    thing = canonical(model_of("xy-md02"), ADDRESS["modbus"])
    thing["properties"]["temperature"]["forms"][0][term] = value
    with pytest.raises(ConfigError, match=complaint):
        read_back(thing, tmp_path)
