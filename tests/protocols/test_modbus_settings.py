"""The settings of a Modbus link as a device list gives them."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from protocols.interfaces import ConnectedDevice, Link
from protocols.modbus.checks import overload
from protocols.modbus.settings import ModbusSettings
from tests.protocols.modbus_device import point, sensor
from twins.instant import milliseconds, seconds


def settings(scheme: str, folder: object = None, **written: object) -> ModbusSettings:
    return ModbusSettings.model_validate(written, context={"scheme": scheme, "folder": folder})


def test_nothing_need_be_written():
    for scheme in ("modbus+tcp", "modbus+rtu+tcp", "modbus+rtu"):
        assert settings(scheme).answer_within == milliseconds(500)


@pytest.mark.parametrize(
    ("written", "character", "quiet"),
    [
        ({}, 10 / 9600, 35 / 9600),
        ({"baud": 19200, "parity": "even"}, 11 / 19200, 38.5 / 19200),
        ({"baud": 1200, "stop_bits": 2}, 11 / 1200, 38.5 / 1200),
        ({"baud": 115200}, 10 / 115200, 0.00175),
        ({"gap": "50ms"}, 10 / 9600, 0.05),
    ],
)
def test_a_serial_line_is_clocked_by_its_form(written, character, quiet):
    line = settings("modbus+rtu", **written)
    assert line.character("modbus+rtu") == seconds(character)
    assert line.quiet("modbus+rtu") == pytest.approx(seconds(quiet), abs=2)


def test_a_line_behind_somebody_else_s_gateway_is_not_clocked_by_us():
    assert settings("modbus+rtu+tcp").quiet("modbus+rtu+tcp") == 0
    assert settings("modbus+rtu+tcp", gap="20ms").quiet("modbus+rtu+tcp") == milliseconds(20)


@pytest.mark.parametrize(
    ("scheme", "written", "complaint"),
    [
        ("modbus+tcp", {"baud": 9600}, "`baud` says nothing on modbus\\+tcp"),
        ("modbus+rtu+tcp", {"parity": "even"}, "`parity` says nothing"),
        ("modbus+tcp", {"echo": True}, "`echo` says nothing"),
        ("modbus+rtu", {"trust": "a.pem"}, "`trust` says nothing"),
        ("modbus+rtu", {"baud": 9601}, "9601 is no usual rate"),
        ("modbus+rtu", {"parity": "mark"}, "parity"),
        ("modbus+rtu", {"stop_bits": 3}, "stop_bits"),
        ("modbus+tcp", {"timeout": "0ms"}, "longer than nothing"),
        ("modbus+tls", {}, "needs `trust`"),
        ("modbus+tls", {"trust": "", "certificate": "own.pem"}, "needs its key"),
        ("modbus+tls", {"trust": "not-there.pem"}, "there is no file .*not-there.pem"),
        ("modbus+tcp", {"retries": 3}, "retries"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(tmp_path, scheme, written, complaint):
    (tmp_path / "own.pem").touch()
    with pytest.raises(ValidationError, match=complaint):
        settings(scheme, tmp_path, **written)


def test_files_are_found_beside_the_school(tmp_path):
    for name in ("trust.pem", "own.pem", "own.key"):
        (tmp_path / name).touch()
    tls = settings("modbus+tls", tmp_path, trust="trust.pem", certificate="own.pem", key="own.key")
    assert tls.trust == str(tmp_path / "trust.pem")


def counters(count: int, unit: int = 1, poll: float = 1) -> ConnectedDevice:
    points = (point(f"hr:{20 * n}", name=f"p{n}") for n in range(count))
    return sensor(*points, name=f"meter{unit}", unit=unit, poll=poll, lost_after=10)


def overloaded(url: str, *devices: ConnectedDevice, **written: object) -> str:
    scheme = url.partition("://")[0]
    return overload(Link(url=url, devices=devices, settings=settings(scheme, **written)))


def test_a_plan_that_the_line_cannot_carry_is_refused_with_its_numbers():
    line = "modbus+rtu:///dev/ttyUSB0"
    assert overloaded(line, counters(10)) == ""
    slow = overloaded(line, *(counters(10, unit=unit) for unit in range(1, 8)))
    assert slow.startswith(
        "the line would be busy for 195% of the time at 9600 baud: unit 1 hr:0-0"
    )
    assert "takes 28 ms every 1000 ms" in slow
    assert overloaded(line, *(counters(10, unit=unit) for unit in range(1, 8)), baud=115200) == ""


def test_a_rest_between_frames_counts_on_every_wire():
    tcp = "modbus+tcp://127.0.0.1:502"
    assert overloaded(tcp, counters(10, poll=0.1)) == ""
    assert "busy for 510%" in overloaded(tcp, counters(10, poll=0.1), gap="50ms")


def test_a_time_out_longer_than_a_device_may_be_silent_is_refused():
    said = overloaded("modbus+tcp://127.0.0.1:502", counters(1), timeout="10s")
    assert "a time-out of 10s is longer than meter1 may be silent" in said


def test_a_value_that_no_single_read_can_carry_is_refused():
    one = sensor(point("hr:0", name="label", wire_type="string", value_type="string", length=20))
    short = replace(one, model=replace(one.model, quirks=frozenset(["max-registers=16"])))
    said = overloaded("modbus+tcp://127.0.0.1:502", short)
    assert said == "label of sensor takes 20 cells, of which its quirks let 16 be read at once"
