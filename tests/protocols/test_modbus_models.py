"""How the Modbus models of the library are read; what they decode to is held in tests/library."""

from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice
from protocols.modbus.plan import plan
from twins.instant import seconds


def blocks(name):
    model = read_model(library()[name])
    device = ConnectedDevice(id=name, model=model, lost_after=seconds(10))
    return [(block.table.value, block.start, block.end) for block in plan([device])]


def test_an_adam_6050_is_read_by_two_requests():
    assert blocks("advantech-adam-6050") == [("co", 0, 22), ("hr", 0, 24)]


def test_what_an_xy_md02_measures_is_read_apart_from_its_settings():
    assert blocks("xy-md02") == [("hr", 259, 261), ("ir", 1, 3)]


def test_a_bank_of_locks_is_read_by_one_request():
    assert blocks("cu48-locker-board") == [("co", 0, 48)]
