from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

from protocols.descriptions import library, read_model
from protocols.model import DeviceModel, Point
from simulator.chance import Chance
from simulator.devices.button import OneKeyAlarmButton
from simulator.devices.device import Surroundings
from simulator.devices.table import simulated
from simulator.reports import Reports
from simulator.timeline import Timeline
from tests.simulator.conftest import device
from twins.capability import capabilities
from twins.instant import Duration, milliseconds, seconds
from twins.observation import Kind, Observation, Value
from twins.streams import Streams


class Wired:
    """One button behind the report of its driver."""

    def __init__(self, model: DeviceModel | None, seed: int, capability: str) -> None:
        self.timeline = Timeline(0)
        self.seen: list[tuple[int, Observation]] = []
        chance = Chance(Streams(seed))
        surroundings = Surroundings(
            timeline=self.timeline,
            chance=chance,
            publish=self._changed,
        )
        self.device = simulated(device("it", capability), model, surroundings)
        self.reports = Reports(
            {self.device.id: self.device},
            timeline=self.timeline,
            chance=chance,
            observe=lambda batch: self.seen.extend((self.timeline.now, one) for one in batch),
        )
        self.reports.first()
        self.timeline.play_to(seconds(5))
        self.first, self.seen = self.seen, []

    def _changed(self, name: str, values: Mapping[str, Value]) -> None:
        self.reports.changed(name, values)  # the reports need the device first

    def press(self, duration: Duration) -> None:
        assert isinstance(self.device, OneKeyAlarmButton)
        self.device.press(duration)

    def values(self, name: str) -> list[object]:
        return [one.value for _, one in self.seen if one.property == name]


def contact(poll_ms: float) -> DeviceModel:
    capability = capabilities()["one-key-alarm"]
    point = Point(
        name="pressed", at="di:0", address=0, value_type="boolean", wire_type="bool",
        poll=milliseconds(poll_ms),
    )  # fmt: skip
    return DeviceModel(
        name="contact", capability=capability, protocol="modbus", title="x", source="x",
        points={"pressed": point},
    )  # fmt: skip


def test_every_point_is_reported_once_at_the_start_as_simulated() -> None:
    wired = Wired(None, 1, "one-key-alarm")
    points = {"pressed", "press_count", "battery", "low_battery", "tamper"}
    assert {one.property for _, one in wired.first} == points
    assert all(one.kind is Kind.SIMULATED for _, one in wired.first)


@pytest.mark.parametrize("seed", range(20))
def test_a_press_of_100_ms_on_a_contact_polled_every_50_ms_is_seen_in_time(seed: int) -> None:
    wired = Wired(contact(50), seed, "one-key-alarm")
    pressed_at = wired.timeline.now
    wired.press(milliseconds(100))
    wired.timeline.play_to(pressed_at + seconds(1))
    assert wired.values("pressed") == [True, False]
    assert 0 < wired.seen[0][0] - pressed_at <= milliseconds(60)


def test_a_slow_poll_misses_presses_that_fall_between_two_polls() -> None:
    missed = 0
    for seed in range(20):
        wired = Wired(contact(1000), seed, "one-key-alarm")
        wired.press(milliseconds(100))
        wired.timeline.play_to(wired.timeline.now + seconds(3))
        missed += not wired.values("pressed")
    assert 10 < missed < 20


def test_a_notified_press_is_seen_at_once_and_its_counter_follows() -> None:
    wired = Wired(read_model(library()["ipso-push-button"]), 3, "one-key-alarm")
    pressed_at = wired.timeline.now
    wired.press(milliseconds(20))
    wired.timeline.play_to(pressed_at + seconds(1))
    assert wired.values("pressed") == [True, False]
    assert wired.values("press_count") == [1]
    assert wired.seen[0][0] - pressed_at <= milliseconds(10)


def test_a_sampled_point_carries_the_time_of_its_sample_and_keeps_its_order() -> None:
    wired = Wired(read_model(library()["siemens-s7-1500-lane"]), 3, "lane")
    changed_at = wired.timeline.now
    for number in range(1, 6):
        wired.timeline.after(
            milliseconds(60 * number), partial(wired.device.change, passages=number)
        )
    wired.timeline.play_to(changed_at + seconds(2))
    assert wired.values("passages") == [1, 2, 3, 4, 5]
    for at, one in wired.seen:
        assert one.source_time <= one.receive_time == at
        assert one.receive_time - one.source_time <= milliseconds(110)


def test_a_value_comes_as_the_wire_would_carry_it() -> None:
    model = read_model(library()["siemens-s7-1500-lane"])
    inverted = replace(model.points["locked"], inverted=True)
    wired = Wired(replace(model, points={"locked": inverted}), 3, "lane")
    wired.device.change(locked=True)
    wired.timeline.play_to(wired.timeline.now + seconds(2))
    assert wired.values("locked") == [True]
