"""Simulated front ends, terminals and supplies: in order at the start, and told as one change."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.devices.front_end import EventFrontEnd, FaceFrontEnd


def test_a_hit_is_published_at_once_with_its_opaque_id_and_counted(
    bench: Callable[..., Any],
) -> None:
    it = bench("face-recognition-front-end")
    assert isinstance(it.device, FaceFrontEnd)
    it.device.hit("person-17", 0.93, on="list-1")
    it.device.hit("person-17", 0.93, on="list-1", alive=False)
    (_, first), (_, second) = it.published
    assert first == {"subject": "person-17", "list": "list-1", "score": 0.93, "hits": 1}
    assert list(first)[-1] == "hits", "the number comes last"
    assert second == {"liveness": False, "hits": 2}


def test_an_event_is_published_with_its_class_and_score(bench: Callable[..., Any]) -> None:
    it = bench("event-recognition-front-end")
    assert isinstance(it.device, EventFrontEnd)
    it.device.see("knife", 0.9)
    assert it.published == [(0.0, {"class": "knife", "score": 0.9, "events": 1})]


@pytest.mark.parametrize(
    ("capability", "values"),
    [
        ("guard-console", {"online": True}),
        ("visitor-terminal", {"online": True, "registrations": 0}),
        ("intercom", {"online": True, "call": "idle"}),
        ("ups", {"mains": True, "charge": 100.0, "battery_low": False}),
        ("network-link", {"up": True, "path": "primary", "loss": 0.0}),
        ("tool-cabinet", {"closed": True, "slot12.present": True}),
        ("fire-alarm-panel", {"alarm": False, "fault": False}),
        ("camera", {"online": True, "storage_days": 30.0}),
        ("one-key-alarm", {"pressed": False, "tamper": False, "low_battery": False}),
    ],
)
def test_a_device_begins_in_good_order_and_within_its_own_limits(
    bench: Callable[..., Any], capability: str, values: dict[str, object]
) -> None:
    it = bench(capability)
    assert values.items() <= it.device.values.items()
    for name, value in it.device.values.items():
        spec = it.device.capability.properties[name]
        assert spec.objection(value) == "", f"{capability}.{name}"


def test_a_cabinet_opens_when_it_is_asked_to_hold_that(bench: Callable[..., Any]) -> None:
    it = bench("tool-cabinet")
    it.device.change_values({"slot03.present": False})
    assert it.published == [(0.0, {"slot03.present": False})]
