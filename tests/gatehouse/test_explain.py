"""A device model beside its manual: `gatehouse explain`."""

import json

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app
from gatehouse.explaining import as_json, explain, point_table
from gatehouse.wording import wording
from protocols.descriptions import library, read_model
from tests.exchange.test_things import COAP_LANGUAGE, MODBUS_LANGUAGE, OPCUA_LANGUAGE


def run(*arguments):
    done = CliRunner().invoke(app, ["explain", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def row(output, start):
    (found,) = [line for line in output.splitlines() if line.startswith(start)]
    return [cell.strip() for cell in found.split("  ") if cell.strip()]


def test_points_of_one_kind_stand_in_one_row_with_printed_and_frame_numbers():
    output = run("advantech-adam-6050", "--lang", "en")
    assert row(output, "counter0") == [
        "counter0 … counter11", "hr:0 … hr:22", "40001 … 40023", "u32, low word first", "≥ 0",
        "R", "1s", "Input counter",
    ]  # fmt: skip
    assert row(output, "do0")[-3:] == ["RW", "1s", "Digital output"]


def test_the_reading_plan_tells_requests_and_the_oldest_value():
    output = run("apc-smart-ups", "--lang", "en")
    assert row(output, "read  hr:128-135") == ["read", "hr:128-135", "3", "1s", "1.00"]
    assert "2.00 requests/s; a value is at most 1s old" in output


def test_a_scale_is_shown_as_the_manual_has_it():
    output = run("apc-smart-ups", "--lang", "en")
    assert "÷ 512" in row(output, "charge")
    assert "hr:0.1" in row(output, "mains")
    assert "× 0.1" in row(run("xy-md02", "--lang", "en"), "temperature ")


def test_an_action_is_shown_with_what_is_written_and_what_proves_it():
    output = run("cu48-locker-board", "--lang", "en")
    assert row(output, "unlock") == [
        "unlock door=…", "door{door:02}.unlock = true", "door{door:02}.closed = false",
    ]  # fmt: skip
    assert row(output, "doors_open") == [
        "doors_open", "list door01.closed … door48.closed = false",
    ]  # fmt: skip


def test_what_is_subscribed_costs_no_requests_but_the_round_that_finds_what_it_keeps_quiet():
    told = as_json(explain(read_model(library()["siemens-s7-1500-barrier"])))
    subscribed, quiet = told["plan"]
    assert (subscribed["how"], subscribed["requests_per_second"]) == ("subscribe", 0)
    assert (quiet["every_s"], told["requests_per_second"]) == (4.0, 0.25)
    assert told["worst_staleness_s"] == 0.15


def test_a_panic_button_over_coap_shows_life_more_often_than_it_is_polled():
    told = as_json(explain(read_model(library()["ipso-on-off-switch"])))
    assert [one["every_s"] for one in told["plan"]] == [0.8, 2.0]


def test_a_method_a_field_and_a_pulse_are_told(tmp_path):
    lockers, climate, barrier = (tmp_path / f"{name}.yaml" for name in ("a", "b", "c"))
    lockers.write_text(OPCUA_LANGUAGE)
    climate.write_text(COAP_LANGUAGE)
    barrier.write_text(MODBUS_LANGUAGE)
    assert "v:s=Bank.Unlock(door, seconds = 3)" in row(run(str(lockers), "--lang", "en"), "unlock")
    humidity = row(run(str(climate), "--lang", "en"), "humidity")
    assert "f64, json, field climate.h" in humidity
    assert "none: 0xFE, 0xFF" in humidity
    output = run(str(barrier), "--lang", "en")
    assert "W, 500ms pulse" in row(output, "open    hr:9")
    assert "65280 → true, 0 → false" in row(output, "open    hr:9")
    assert row(output, "shut") == ["shut", "closed rises (opened)"]


def test_the_points_of_one_coap_resource_are_one_request(tmp_path):
    file = tmp_path / "climate.yaml"
    file.write_text(
        "model: climate\nis: environment-sensor\nprotocol: coap\ntitle: Climate\nsource: made up\n"
        "properties:\n"
        "  temperature: {at: /climate, field: t, format: cbor, observe: true, poll: 1min}\n"
        "  humidity: {at: /climate, field: h, format: cbor, poll: 1min}\n"
    )
    (read,) = as_json(explain(read_model(str(file))))["plan"]
    assert (read["points"], read["how"]) == (["temperature", "humidity"], "observe")
    assert read["every_s"] == 4.0, "it may be silent for ten seconds"


def test_chinese_heads_and_meanings():
    output = run("xy-md02", "--lang", "zh")
    assert "测点" in output
    assert row(output, "temperature ")[-1] == "温度"
    assert "设备正常应答时" in output


@pytest.mark.parametrize("name", library())
def test_every_model_can_be_explained_in_full(name):
    model = read_model(library()[name])
    told = as_json(explain(model))
    json.dumps(told)
    assert {one["point"] for one in told["points"]} == {*model.points, *model.command_points}
    assert {name for read in told["plan"] for name in read["points"]} == set(model.points)
    for language in ("en", "zh"):
        head, rows = point_table(explain(model), language, wording(language))
        assert all(len(cells) == len(head) for cells in rows)
        assert len(rows) <= 14, "a bank stands in one row"


def test_an_unknown_model_is_told():
    done = CliRunner().invoke(app, ["explain", "xy-md03"])
    assert done.exit_code == 2
    assert "did you mean 'xy-md02'?" in done.output
