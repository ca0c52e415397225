"""Other makers' Things, EdgeX profiles and register lists become descriptions, or name their gaps."""

import json

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app
from gatehouse.exchanging import imported
from protocols.descriptions import read_model
from twins.documents import ConfigError

FOREIGN = {
    "@context": [
        "https://www.w3.org/2022/wot/td/v1.1",
        {"modv": "https://www.w3.org/2019/wot/modbus#"},
    ],
    "title": "Climate Sensor 7",
    "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}},
    "security": ["nosec_sc"],
    "base": "modbus+tcp://192.0.2.1:502/1/",
    "properties": {
        "Temperature": {
            "type": "number",
            "readOnly": True,
            "forms": [
                {
                    "href": "3?quantity=2",
                    "contentType": "application/octet-stream;length=4;byteSeq=LITTLE_ENDIAN_BYTE_SWAP",
                    "modv:entity": "InputRegister",
                    "modv:type": "xsd:float",
                    "modv:zeroBasedAddressing": True,
                    "modv:pollingTime": 2000,
                }
            ],
        },
        "humidity": {
            "type": "number",
            "forms": [
                {
                    "href": "7?quantity=1",
                    "modv:entity": "HoldingRegister",
                    "modv:type": "xsd:unsignedShort",
                }
            ],
        },
    },
    "actions": {"reset": {"forms": [{"href": "0?quantity=1"}]}},
}

PROFILE = """\
name: Booth
manufacturer: Some Maker
model: TH-2
deviceResources:
- name: Temperature
  attributes: {primaryTable: INPUT_REGISTERS, startingAddress: 3, rawType: Int16}
  properties: {valueType: Float32, readWrite: R, scale: 0.1}
- name: Humidity
  attributes: {primaryTable: INPUT_REGISTERS, startingAddress: 4, rawType: UInt32, isWordSwap: true}
  properties: {valueType: Float32, readWrite: R, scale: 0.1}
"""

LIST = """\
Name;Address;Type;Unit
Voltage L1;30001;float;V
Voltage L2;30003;float;V
Voltage L3;30005;float;V
Power;30053;float;W
Energy;30073;float;kWh
"""


def compiled(made, folder):
    assert made.gaps == ()
    file = folder / "made.yaml"
    file.write_text(made.text, encoding="utf-8")
    return read_model(str(file))


def thing_file(folder, **changes):
    file = folder / "foreign.td.json"
    file.write_text(json.dumps({**FOREIGN, **changes}), encoding="utf-8")
    return str(file)


def test_a_foreign_thing_is_read_by_its_binding_terms(tmp_path):
    made = imported(thing_file(tmp_path, actions={}), "environment-sensor", "", one_based=False)
    model = compiled(made, tmp_path)
    temperature, humidity = model.points["temperature"], model.points["humidity"]
    assert (temperature.at, temperature.wire_type, temperature.words) == ("ir:3", "f32", "little")
    assert temperature.poll == 2_000_000_000
    assert (humidity.at, humidity.wire_type) == ("hr:6", "u16"), "it counts from 1 unless it says"
    assert model.name == "climate-sensor-7"


def test_what_a_foreign_thing_does_is_named_as_not_taken_over(tmp_path):
    made = imported(thing_file(tmp_path), "environment-sensor", "", one_based=False)
    assert made.gaps == ("actions are not taken over: reset",)
    assert made.text.startswith("# to do: actions are not taken over: reset\n")


def test_without_a_device_type_the_gap_names_those_that_there_are(tmp_path):
    made = imported(thing_file(tmp_path, actions={}), "", "", one_based=False)
    (gap,) = made.gaps
    assert gap.startswith("is: a device type is needed, one of barrier, bollard, ")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"base": "http://192.0.2.1/"}, "is of no protocol that is spoken here"),
        ({"properties": {"x": {"forms": []}}}, "x has no forms"),
        ({"properties": {"x": {"forms": [{"href": "1"}]}}}, "no modv:entity"),
    ],
)
def test_a_thing_that_cannot_be_read_is_refused_with_its_place(tmp_path, changes, complaint):
    with pytest.raises(ConfigError, match=complaint) as caught:
        imported(thing_file(tmp_path, **changes), "environment-sensor", "", one_based=False)
    assert all(problem.line for problem in caught.value.problems)


def test_an_edgex_profile_becomes_a_model(tmp_path):
    file = tmp_path / "booth.yml"
    file.write_text(PROFILE)
    model = compiled(imported(str(file), "environment-sensor", "", one_based=False), tmp_path)
    assert model.title == "Some Maker TH-2"
    assert (model.points["temperature"].at, model.points["temperature"].scale) == ("ir:3", 0.1)
    assert (model.points["humidity"].wire_type, model.points["humidity"].words) == ("u32", "little")


def test_a_profile_s_gaps_are_named_one_by_one(tmp_path):
    file = tmp_path / "booth.yml"
    wrong = PROFILE.replace("startingAddress: 3", "startingAddress: 10.10")
    file.write_text(wrong.replace("name: Humidity", "name: Moisture"))
    gaps = imported(str(file), "environment-sensor", "", one_based=False).gaps
    assert "10.1 may mean a bit of a register" in gaps[0]
    assert set(gaps[1:]) == {
        "moisture: environment-sensor has no such property",
        "temperature: environment-sensor needs it",
        "humidity: environment-sensor needs it",
    }


def test_a_register_list_that_counts_from_one_becomes_a_model_with_banks(tmp_path):
    file = tmp_path / "meter.csv"
    file.write_text(LIST)
    made = imported(str(file), "energy-meter", "my-meter", one_based=True)
    assert (
        '"voltage_l{n}": {at: "ir:{2*n-2}", as: f32, unit: V, printed: "{2*n+29999}"}' in made.text
    )
    model = compiled(made, tmp_path)
    assert model.name == "my-meter"
    assert [model.points[f"voltage_l{n}"].at for n in (1, 2, 3)] == ["ir:0", "ir:2", "ir:4"]
    assert model.points["voltage_l3"].printed == "30005"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (LIST, "meter.csv:2:1: 30001 counts from 1 and names its table; say --one-based"),
        ("Name;Type\nPower;float\n", "meter.csv:1:1: no column for address; there is Name, Type"),
        ("Name;Address\nPower;12\n", "no table .co, di, ir, hr. is named"),
        ("Name;Address;Table\nPower;x;holding\n", "'x' is no address"),
        ("Name;Address;Table\nP;1;hr\nP;2;hr\n", "meter.csv:3:1: P stands here twice"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_its_line(tmp_path, text, complaint):
    file = tmp_path / "meter.csv"
    file.write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        imported(str(file), "energy-meter", "", one_based=False)


def test_the_command_line_exports_and_imports(tmp_path):
    def run(*arguments):
        return CliRunner().invoke(app, [str(one) for one in arguments])

    thing, description = tmp_path / "x.td.json", tmp_path / "x.yaml"
    exported = run("td", "xy-md02", "--at", "modbus+tcp://10.0.7.21:502/3")
    assert exported.exit_code == 0
    thing.write_text(exported.stdout)
    assert run("import", thing, "--out", description).exit_code == 0
    assert run("check", description).exit_code == 0
    refused = run("td", "xy-md02", "--for", "node-wot")
    assert refused.exit_code == 2
    assert "node-wot needs the address of a device" in refused.output
    thing.write_text(json.dumps(FOREIGN))
    gaps = run("import", thing, "--is", "environment-sensor")
    assert gaps.exit_code == 1
    assert "actions are not taken over" in gaps.stderr
