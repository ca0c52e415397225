"""The offline commands of who describes devices."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app

CASES = Path(__file__).parent.parent / "library" / "cases"

SWITCHES = """\
model: switches
is: remote-io
protocol: modbus
title: Outputs as the bits of one register
source: test
properties:
  do0: {at: "hr:5", bits: 0}
  do3: {at: "hr:5", bits: 3}
"""

BUTTON = """\
{"raw": {"coap": {"resources": [
  {"path": "/3347/0/5500", "ct": 0, "payload_utf8": "true"},
  {"path": "/3347/0/5501", "code": "4.04", "payload_utf8": "gone"}]}}}
"""


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(
        app, [*[str(one) for one in arguments], "--lang", "en"]
    )


@pytest.fixture
def answer(run):
    def answered(*arguments):
        done = run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    return answered


def crc(frame: bytes) -> bytes:
    """Return the check of a serial frame, bit by bit (Modbus over Serial Line V1.02 §6.2.2)."""
    check = 0xFFFF
    for byte in frame:
        check ^= byte
        for _ in range(8):
            check = check >> 1 ^ 0xA001 if check & 1 else check >> 1
    return check.to_bytes(2, "little")


def test_recorded_registers_become_values_with_quality_and_address(answer):
    told = answer("decode", "xy-md02", CASES / "xy-md02.json")
    assert told["points"][0] == {
        "point": "temperature",
        "value": -3.7,
        "type": "number",
        "unit": "degC",
        "quality": "good",
        "cause": "",
        "at": "ir:1",
    }
    assert told["differences"] == []


def test_a_status_without_a_value_is_told_by_name_and_number(answer):
    told = answer("decode", "opc-plc", CASES / "opc-plc.json")
    (bad,) = [one for one in told["points"] if one["quality"] == "bad"]
    assert (bad["point"], bad["value"]) == ("link_down", None)
    assert (bad["cause"], bad["status_code"]) == ("BadNoCommunication", "0x80310000")


def test_a_payload_that_the_text_rules_do_not_know_is_bad_and_its_neighbour_is_not_blamed(
    run, tmp_path
):
    case = tmp_path / "answers.json"
    case.write_text(BUTTON)
    done = run("decode", "ipso-push-button", case, "--json")
    pressed, count = json.loads(done.output)["points"]
    assert (pressed["quality"], pressed["value"]) == ("bad", None)
    assert "'true' is no LwM2M boolean" in pressed["cause"]
    assert count["cause"] == "4.04 Not Found: gone"


def test_what_differs_from_the_case_is_told_and_ends_with_one(run, tmp_path):
    text = (CASES / "xy-md02.json").read_text()
    case = tmp_path / "wrong.json"
    case.write_text(text.replace("60.1", "601").replace("0601030014", "0601030002"))
    done = run("decode", "xy-md02", case)
    assert done.exit_code == 1
    assert "humidity: 60.1, 601 expected" in done.output
    assert "temperature_correction=2.0: 0601030014 is sent, 0601030002 expected" in done.output
    assert "7 of 9 as expected" in done.output


def test_a_case_that_is_wrong_is_told_with_its_places(run, tmp_path):
    case = tmp_path / "broken.json"
    case.write_text('{"raw": {"modbus": {"coils": [{"pdu_start": 0, "bits": [2]}],\n "coil": 1}}}')
    done = run("decode", "xy-md02", case)
    assert done.exit_code == 2
    assert f"{case}:1:57:" in done.output
    assert f"{case}:2:2: 'coil' is not known here; did you mean 'coils'?" in done.output


def test_a_case_of_another_protocol_is_refused(run):
    done = run("decode", "xy-md02", CASES / "opc-plc.json")
    assert done.exit_code == 2
    assert "nothing is recorded here of a point of xy-md02" in done.output


def test_an_unknown_device_is_told_with_the_nearest_name(run):
    done = run("encode", "xy-md2", "x=1")
    assert done.exit_code == 2
    assert "did you mean 'xy-md02'?" in done.output


def test_a_request_is_shown_in_the_frame_of_its_line(answer):
    order = ("cu48-locker-board", "unlock", "door=12", "--unit", 3)
    (tcp,) = answer("encode", *order, "--frame", "tcp")["requests"]
    assert tcp["pdu"] == "05000bff00"
    assert tcp["tcp"] == "00010000000603" + tcp["pdu"]
    (rtu,) = answer("encode", *order, "--frame", "rtu")["requests"]
    body = bytes.fromhex("03" + rtu["pdu"])
    assert rtu["rtu"] == (body + crc(body)).hex()


def test_an_action_without_arguments_is_a_word(answer):
    (request,) = answer("encode", "siemens-s7-1500-barrier", "close")["requests"]
    assert request["point"] == "close"
    assert request["node"] == 'nsu=http://www.siemens.com/simatic-s7-opcua;s="Barrier1"."CmdClose"'
    assert request["datavalue"] == "010101"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["temperature_correction=12"], "12.0 is above 10"),
        (["temperature=1"], "temperature can only be read"),
        (["temperature_correction"], "takes one value"),
        (["temprature_correction=1"], "did you mean 'temperature_correction'?"),
        (["temperature_correction=warm"], "could not convert"),
    ],
)
def test_what_cannot_be_written_is_refused_before_sending(run, words, complaint):
    done = run("encode", "xy-md02", *words)
    assert done.exit_code == 2
    assert complaint in done.output


def test_an_action_says_how_it_is_written(run):
    done = run("encode", "cu48-locker-board", "unlock")
    assert done.exit_code == 2
    assert "unlock is written unlock door=…" in done.output


def test_a_bit_is_written_among_what_its_register_holds(run, answer, tmp_path):
    model, case = tmp_path / "switches.yaml", tmp_path / "now.json"
    model.write_text(SWITCHES)
    refused = run("encode", model, "do3=on")
    assert refused.exit_code == 2
    assert "do3 is a part of hr:5" in refused.output
    words = '{"raw": {"modbus": {"holding_registers": [{"pdu_start": 5, "words_hex": ["0F01"]}]}}}'
    case.write_text(words)
    (request,) = answer("encode", model, "do3=on", "--case", case)["requests"]
    assert request["pdu"] == "0600050f09"


def test_several_units_of_a_line_are_told_apart(answer, tmp_path):
    case = tmp_path / "line.json"
    unit = '{"unit": %d, "modbus": {"input_registers": [{"pdu_start": 1, "words_hex": ["%s"]}]}}'
    both = ", ".join(unit % pair for pair in ((1, "0064"), (7, "00C8")))
    case.write_text('{"raw": {"unit": 7, "devices": [' + both + "]}}")
    (temperature,) = answer("decode", "xy-md02", case)["points"]
    assert temperature["value"] == 20.0


def test_the_table_is_whole_in_a_pipe(run):
    done = run("decode", "advantech-adam-6050", CASES / "advantech-adam-6050.json")
    assert "counter0    65541    good     hr:0" in done.output
    assert "not recorded (20): counter2, " in done.output


def test_a_model_of_the_library_is_checked_by_its_name(run):
    assert "xy-md02: device model, environment-sensor, 4 points" in run("check", "xy-md02").output
    assert "did you mean 'xy-md02'?" in run("check", "xy-md2").output
