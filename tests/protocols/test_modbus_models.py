"""The Modbus device models of the library against values of real devices, typed in by hand."""

import pytest

from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice
from protocols.modbus.codec import decode, encode, register_of, width
from protocols.modbus.plan import plan
from protocols.modbus.requests import pdu_of, write_request
from twins.instant import seconds
from twins.observation import Quality

ADAM_6050 = {
    ("co", 0): [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ("co", 16): [0, 0, 1, 0, 0, 0],
    ("hr", 0): [0x0005, 0x0001],
}
"""Inputs 0 and 11 closed, output 2 on, 65 541 counted at input 0: the low word comes first."""

XY_MD02 = {("ir", 1): [0xFFDB, 0x0259]}
"""-3.7 °C and 60.1 %RH."""


def model(name):
    return read_model(library()[name])


def reading(one, memory, name):
    point = one.points[name]
    register = register_of(point)
    for (table, start), cells in memory.items():
        place = register.offset - start
        if table == register.table.value and 0 <= place < len(cells):
            return point.value_of(decode(point, cells[place : place + width(point)]))
    raise AssertionError(f"{name} lies outside of what is known")


@pytest.mark.parametrize(
    ("name", "value"),
    [("di0", True), ("di1", False), ("di11", True), ("do2", True), ("counter0", 65541)],
)
def test_an_adam_6050_is_read(name, value):
    assert reading(model("advantech-adam-6050"), ADAM_6050, name) == (value, Quality.GOOD, "")


@pytest.mark.parametrize(("name", "value"), [("temperature", -3.7), ("humidity", 60.1)])
def test_an_xy_md02_is_read(name, value):
    assert reading(model("xy-md02"), XY_MD02, name) == (value, Quality.GOOD, "")


def test_an_output_of_an_adam_6050_is_switched_off_by_five_bytes():
    point = model("advantech-adam-6050").points["do2"]
    request = write_request(1, register_of(point), encode(point, point.raw_of(value=False)))
    assert pdu_of(request).hex() == "0500120000"


def test_an_adam_6050_is_read_by_two_requests_and_an_xy_md02_by_one():
    def blocks(name):
        device = ConnectedDevice(id=name, model=model(name), lost_after=seconds(10))
        return [(block.table.value, block.start, block.end) for block in plan([device])]

    assert blocks("advantech-adam-6050") == [("co", 0, 22), ("hr", 0, 24)]
    assert blocks("xy-md02") == [("ir", 1, 3)]


@pytest.mark.parametrize("name", ["advantech-adam-6050", "xy-md02"])
def test_a_model_says_where_its_facts_come_from(name):
    assert len(model(name).source) > 40
