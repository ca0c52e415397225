from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from protocols.descriptions import library, read_model
from simulator.devices.barrier import TravellingBarrier
from simulator.devices.button import OneKeyAlarmButton
from simulator.devices.camera import WatchingCamera
from simulator.devices.table import BEHAVIOURS
from twins.capability import capabilities
from twins.instant import milliseconds


def test_every_capability_has_a_behaviour_under_its_own_key() -> None:
    assert set(BEHAVIOURS) == set(capabilities())


def test_a_press_closes_the_contact_for_its_time_and_counts_one(bench: Callable[..., Any]) -> None:
    it = bench("one-key-alarm")
    assert isinstance(it.device, OneKeyAlarmButton)
    it.device.press(milliseconds(100))
    it.play_to(1)
    assert it.published == [(0.0, {"pressed": True, "press_count": 1}), (0.1, {"pressed": False})]


def test_a_press_during_a_press_makes_it_longer_and_is_no_second_one(
    bench: Callable[..., Any],
) -> None:
    it = bench("one-key-alarm")
    it.device.press(milliseconds(100))
    it.play_to(0.05)
    it.device.press(milliseconds(100))
    it.play_to(1)
    assert it.published == [(0.0, {"pressed": True, "press_count": 1}), (0.15, {"pressed": False})]
    it.device.press(milliseconds(100))
    assert it.device.values["press_count"] == 2


def test_a_barrier_leaves_one_limit_switch_at_once_and_reaches_the_other_after_three_seconds(
    bench: Callable[..., Any],
) -> None:
    it = bench("barrier", read_model(library()["siemens-s7-1500-barrier"]))
    assert isinstance(it.device, TravellingBarrier)
    assert it.device.values == {"closed": True, "opened": False, "fault": False}
    assert it.device.written({"open": True}) == {"closed": False}
    it.play_to(2.9)
    assert it.published == []
    it.play_to(3)
    assert it.published == [(3.0, {"opened": True})]
    assert it.device.written({"open": True}) == {}


def test_a_barrier_turned_back_half_way_needs_half_the_time_and_never_reaches_the_first_end(
    bench: Callable[..., Any],
) -> None:
    it = bench("barrier", read_model(library()["siemens-s7-1500-barrier"]))
    it.device.written({"open": True})
    it.play_to(1)
    assert it.device.written({"open": True}) == {}
    assert it.device.written({"close": True}) == {}
    it.play_to(10)
    assert it.published == [(2.0, {"closed": True})]


def test_a_command_point_takes_on_what_its_action_sets(bench: Callable[..., Any]) -> None:
    it = bench("locker-bank", read_model(library()["siemens-s7-1500-lockers"]))
    assert len(it.device.values) == 12
    assert it.device.written({"door07.unlock": True}) == {"door07.closed": False}
    assert it.device.values["door06.closed"] is True


@pytest.mark.parametrize(
    ("capability", "name"), [("siren", "sounding"), ("loudspeaker", "playing"), ("lane", "locked")]
)
def test_a_written_level_is_taken_at_once(
    bench: Callable[..., Any], capability: str, name: str
) -> None:
    it = bench(capability)
    assert it.device.written({name: True}) == {name: True}
    assert it.device.values[name] is True


def test_a_camera_notices_a_loiterer_a_little_later(bench: Callable[..., Any]) -> None:
    it = bench("camera")
    assert isinstance(it.device, WatchingCamera)
    noticed: list[bool] = []
    it.device.watch(lambda: noticed.append(True))
    it.play_to(0.4)
    assert not noticed
    it.play_to(2)
    assert noticed
    assert it.published[0][1] == {"loitering": True}
    it.device.nobody_left()
    assert it.published[1] == (2.0, {"loitering": False})


def test_a_climate_wanders_slowly_by_tenths(bench: Callable[..., Any]) -> None:
    it = bench("environment-sensor")
    it.device.live()
    it.play_to(6 * 3600)
    temperatures = [values["temperature"] for _, values in it.published if "temperature" in values]
    assert len(set(temperatures)) > 3
    assert all(20 < value < 24 and round(value, 1) == value for value in temperatures)
    steps = pairwise(temperatures)
    assert max(abs(after - before) for before, after in steps) < 0.5
