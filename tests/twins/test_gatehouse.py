"""The gatehouse as one twin, and a city of them in one engine."""

from collections import Counter
from dataclasses import replace

import msgspec
import pytest

from tests.twins.schools import ELM, MONDAY_0700, says
from twins.engine import Engine
from twins.gatehouse import gatehouse
from twins.incident import IncidentOpened, Notification
from twins.instant import seconds
from twins.observation import Quality
from twins.records import encode_record
from twins.school import School

CITY = 276
NOW = MONDAY_0700


@pytest.mark.requirement("R30")
def test_the_gatehouse_holds_every_device_of_its_list_with_quality_and_age():
    engine = Engine([ELM])
    engine.receive(
        [
            says("lane", "locked", True, NOW),
            says("button", "pressed", False, NOW + seconds(5)),
            says("button", "tamper", False, NOW + seconds(2), Quality.UNCERTAIN, "low battery"),
        ],
        NOW + seconds(5),
    )
    engine.receive(
        [says("camera", "online", None, NOW + seconds(7), Quality.BAD, "no answer")],
        NOW + seconds(7),
    )
    twin = gatehouse(ELM, engine.state(), NOW + seconds(65))
    assert [one.id for one in twin.devices] == [one.id for one in ELM.devices]
    known = {one.id: one for one in twin.devices}
    assert (known["elm/lane"].quality, known["elm/lane"].age) == (Quality.GOOD, seconds(65))
    button = known["elm/button"]
    assert (button.quality, button.age) == (Quality.UNCERTAIN, seconds(60))
    assert button.readings["tamper"].cause == "low battery"
    assert button.readings["tamper"].age == seconds(63)
    camera = known["elm/camera"]
    assert (camera.quality, camera.lost) == (Quality.BAD, True)
    silent = known["elm/speaker"]
    assert (silent.quality, silent.age, silent.readings) == (None, None, {})
    assert set(twin.untrusted) == set(known) - {"elm/lane"}


@pytest.mark.requirement("R30")
def test_a_device_whose_clock_runs_ahead_is_not_younger_than_now():
    engine = Engine([ELM])
    engine.receive([says("lane", "locked", True, NOW + seconds(9))], NOW)
    twin = gatehouse(ELM, engine.state(), NOW)
    (lane,) = [one for one in twin.devices if one.id == "elm/lane"]
    assert lane.age == 0


def named(own: str) -> School:
    """Return elm under another name, its devices and people included."""
    text = msgspec.json.encode(ELM).replace(b'"elm', b'"' + own.encode())
    return replace(ELM, **_parts(msgspec.json.decode(text, type=School)))


def _parts(school: School) -> dict[str, object]:
    names = ("id", "devices", "posts", "responders", "plans")
    return {name: getattr(school, name) for name in names}


@pytest.mark.requirement("R31")
def test_one_engine_decides_for_a_city_of_276_schools_and_each_as_if_it_were_alone():
    city = [named(f"s{number:03}") for number in range(CITY)]
    together, own = Engine(city), city[17]
    alone = Engine([own])
    presses = {
        school.id: replace_device(says("button", "pressed", True, NOW), school.id)
        for school in city
    }
    outputs = together.receive(list(presses.values()), NOW)
    opened = [one.incident for one in outputs if isinstance(one, IncidentOpened)]
    assert Counter(one.school for one in opened) == Counter(one.id for one in city)
    for one in opened:
        assert all(who.startswith(f"{one.school}/") for who in one.assignments)
        assert all(alarm.startswith(f"{one.school}/") for alarm in one.alarms)
    told = [one for one in outputs if isinstance(one, Notification)]
    assert all(one.responder.startswith(f"{one.school}/") for one in told)
    expected = [encode_record(one) for one in alone.receive([presses[own.id]], NOW)]
    assert of_school(own, outputs) == expected
    later = NOW + seconds(30)
    escalated = [encode_record(one) for one in alone.advance(later)]
    assert escalated
    assert of_school(own, together.advance(later)) == escalated
    assert together.twins[f"{own.id}/button"] == alone.twins[f"{own.id}/button"]


def replace_device(said, own):
    return msgspec.structs.replace(said, device=said.device.replace("elm", own))


def of_school(school, outputs):
    """Return the records that name a school or anything of it, in their order."""
    records = [encode_record(one) for one in outputs]
    return [one for one in records if f'"{school.id}'.encode() in one[1]]
