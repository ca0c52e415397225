"""What a device of the gate is in: one word from its points, and none that it does not show."""

import msgspec
import pytest

from tests.twins.oak import NINE, OAK, Gatehouse
from twins.capability import capabilities
from twins.conditions import CONDITIONS, throughput
from twins.gatehouse import gatehouse
from twins.instant import seconds
from twins.observation import Quality
from twins.records import Output


def shown(device: str, **values) -> str:
    """Return the condition of a device that reports these values."""
    house = Gatehouse()
    house.see(device, **values)
    twin = gatehouse(OAK, house.engine.state(), NINE)
    (found,) = [one for one in twin.devices if one.id == f"oak/{device}"]
    return found.condition


@pytest.mark.requirement("R02.TW-state")
@pytest.mark.parametrize(
    ("values", "condition"),
    [
        ({}, "unknown"),
        ({"alarm": False}, "idle"),
        ({"alarm": True}, "alarm"),
        ({"alarm": False, "fault": True}, "fault"),
        ({"alarm": True, "fault": False}, "alarm"),
    ],
    ids=str,
)
def test_a_detector_is_idle_in_alarm_or_at_fault(values, condition):
    assert shown("detector", **values) == condition


@pytest.mark.requirement("R28.TW-state")
@pytest.mark.parametrize(
    ("device", "values", "condition"),
    [
        ("bollard", {}, "unknown"),
        ("bollard", {"raised": True, "lowered": False}, "up"),
        ("bollard", {"raised": False, "lowered": True}, "down"),
        ("bollard", {"raised": False, "lowered": False}, "moving"),
        ("bollard", {"raised": True, "lowered": True}, "fault"),
        ("bollard", {"raised": True, "lowered": False, "fault": True}, "fault"),
        ("bollard", {"raised": False}, "down"),
        ("bollard", {"raised": False, "lowered": True, "commanded_up": True}, "down"),
        ("barrier", {"closed": True, "opened": False}, "down"),
        ("barrier", {"closed": False, "opened": True}, "up"),
        ("barrier", {"closed": False, "opened": False}, "moving"),
        ("barrier", {"closed": True, "opened": True}, "fault"),
        ("barrier", {"closed": False}, "unknown"),
        ("gate", {"closed": True, "locked": False}, "closed, not locked"),
    ],
    ids=str,
)
def test_a_bollard_or_barrier_is_up_down_moving_or_at_fault(device, values, condition):
    assert shown(device, **values) == condition


def test_a_switch_that_cannot_be_trusted_says_nothing():
    house = Gatehouse()
    house.see("bollard", raised=True, lowered=False)
    lost = [replace_quality(one) for one in house.engine.twins["oak/bollard"].properties.values()]
    house.now += seconds(1)
    house.take(*lost)
    twin = gatehouse(OAK, house.engine.state(), house.now)
    (found,) = [one for one in twin.devices if one.id == "oak/bollard"]
    assert (found.condition, found.lost) == ("unknown", True)


def replace_quality(one):
    return msgspec.structs.replace(one, quality=Quality.BAD, cause="no answer")


def test_every_condition_reads_properties_that_its_device_type_has():
    for capability, derive in CONDITIONS.items():
        read: list[str] = []
        derive(lambda name, read=read: read.append(name))
        assert set(read) <= set(capabilities()[capability].properties)


@pytest.mark.requirement("R02.TW-state")
def test_the_throughput_of_a_detector_is_counted_over_a_restart_of_its_counter():
    house = Gatehouse()
    records: list[tuple[int, Output]] = []
    for second, count in ((0, 40), (60, 43), (120, 45), (180, 2), (240, 3), (300, 9)):
        house.now = NINE + seconds(second)
        records += [(house.now, one) for one in house.see("detector", passages=count)]
    whole = throughput(records, "oak/detector", NINE, NINE + seconds(301))
    assert whole == 3 + 2 + 2 + 1 + 6
    assert throughput(records, "oak/detector", NINE + seconds(60), NINE + seconds(120)) == 3
    assert throughput(records, "oak/lane", NINE, NINE + seconds(301)) == 0
