"""What goes wrong on an ordinary day: devices wear, links fall silent, the police is busy."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from gatehouse.simulating import load_subject
from simulator.chance import Chance
from simulator.day.living import DayRecord, Subject, live_day
from simulator.day.measures import MEASURES
from simulator.day.police import PoliceDay, Station
from simulator.day.threats import Threat
from simulator.day.timetable import timetable
from simulator.devices.button import OneKeyAlarmButton
from simulator.devices.closure import RaisedBollard
from simulator.devices.device import Surroundings
from simulator.laws import Fixed
from simulator.parameters import PARAMETERS, Parameter
from simulator.reactions import ACKNOWLEDGED, Reaction
from simulator.timeline import Timeline
from twins.capability import capabilities
from twins.instant import seconds
from twins.observation import Value
from twins.school import Responder, Role, School
from twins.streams import Streams

MONDAY = date(2026, 9, 7)
MORNING = seconds(7.75 * 3600)
DAY = seconds(86_400)


def setting(**values: float) -> Mapping[str, Parameter]:
    """Return the parameters with some of them fixed; `_` stands for a dot."""
    changed = dict(PARAMETERS)
    for name, value in values.items():
        key = next(one for one in PARAMETERS if one.replace(".", "_").replace("-", "_") == name)
        changed[key] = replace(PARAMETERS[key], law=Fixed(value))
    return changed


@pytest.fixture(scope="module")
def subject() -> Subject:
    return load_subject("demo-primary", "demo-primary")


@pytest.fixture
def live(subject: Subject) -> Callable[..., DayRecord]:
    times = timetable(subject.package, MONDAY)
    assert times is not None

    def play(seed: int = 1, threat: Threat | None = None, **values: float) -> DayRecord:
        return live_day(
            subject, times, streams=Streams(seed), threat=threat, parameters=setting(**values)
        )

    return play


def a_device(
    kind: type[Any], capability: str, **values: float
) -> tuple[Any, Timeline, list[dict[str, Value]]]:
    timeline, published = Timeline(0), []  # type: ignore[var-annotated]  # filled by the device
    surroundings = Surroundings(
        timeline=timeline,
        chance=Chance(Streams(1), setting(**values)),
        publish=lambda _, changed: published.append(dict(changed)),
    )
    return kind("elm/x", capabilities()[capability], None, surroundings), timeline, published


def test_a_worn_contact_sticks_after_a_press_until_somebody_frees_it() -> None:
    button, timeline, _ = a_device(
        OneKeyAlarmButton, "one-key-alarm", button_sticks=1.0, button_freed=10.0
    )
    button.wear()
    button.press(seconds(1))
    timeline.play_to(seconds(599))
    assert button.values["pressed"] is True
    timeline.play_to(seconds(601))
    assert button.values["pressed"] is False


def test_a_button_with_an_empty_battery_says_so_before_and_then_nothing() -> None:
    button, timeline, published = a_device(
        OneKeyAlarmButton, "one-key-alarm", button_battery=21.0, button_drain=7.0
    )
    button.wear()
    timeline.play_to(seconds(3 * 3600))
    assert {"low_battery": True} in [
        {name: value for name, value in one.items() if name == "low_battery"} for one in published
    ]
    assert button.dead
    button.press(seconds(1))
    assert button.values["pressed"] is False


def test_a_bollard_reaches_its_other_switch_after_its_travel_or_jams_between_them() -> None:
    good, timeline, _ = a_device(RaisedBollard, "bollard", bollard_travel=4.0, bollard_jams=1.0)
    good.written({"raised": False})
    assert (good.values["raised"], good.values["lowered"]) == (False, False)
    timeline.play_to(seconds(4))
    assert good.values["lowered"] is True
    worn, timeline, _ = a_device(RaisedBollard, "bollard", bollard_travel=4.0, bollard_jams=1.0)
    worn.wear()
    worn.written({"raised": False})
    timeline.play_to(seconds(60))
    assert (worn.values["raised"], worn.values["lowered"], worn.values["fault"]) == (
        False, False, True,
    )  # fmt: skip


def test_a_silent_link_is_told_as_lost_devices_and_as_restored_ones_afterwards(
    live: Callable[..., DayRecord],
) -> None:
    record = live(link_outages=3.0, link_outage=120.0, mains_losses=0.0)
    lost = [one for one in record.story if one.kind == "device-lost"]
    restored = [one for one in record.story if one.kind == "device-restored"]
    outages = [one for one in record.story if one.kind == "outage" and "devices" in one.details]
    assert outages
    assert lost
    assert {one.subject for one in restored} == {one.subject for one in lost}
    assert record.measures["devices-lost"] == len(lost)
    assert min(one.at for one in lost) > min(one.at for one in outages)


def test_without_a_ups_a_loss_of_mains_darkens_the_gate_and_a_press_is_not_heard(
    live: Callable[..., DayRecord],
) -> None:
    threat = Threat(kind="at-gate", at=MORNING)
    dark = live(2, threat, mains_losses=2000.0, mains_loss=600.0, uplink_outages=0.0)
    assert dark.measures["attack-missed"] == 1.0
    assert dark.measures["attack-pressed"] is not None


def test_a_way_out_that_is_down_delays_every_notice(live: Callable[..., DayRecord]) -> None:
    threat = Threat(kind="at-gate", at=MORNING)
    still = {"link_outages": 0.0, "mains_losses": 0.0, "operator_fails": 0.0}
    up = live(2, threat, uplink_outages=0.0, **still).measures
    down = live(2, threat, uplink_outages=200.0, uplink_outage=7200.0, **still).measures
    assert down["attack-alarm"] == up["attack-alarm"]
    assert (down["attack-warned"] or 0.0) > (up["attack-warned"] or 0.0) + 60.0


def test_a_seat_that_does_not_act_is_replaced_and_the_car_comes_that_much_later(
    live: Callable[..., DayRecord],
) -> None:
    threat = Threat(kind="at-gate", at=MORNING)
    acts = live(2, threat, operator_fails=0.0)
    fails = live(2, threat, operator_fails=1.0)
    by = [one.details["by"] for one in fails.story if one.kind == "incident-acknowledged"]
    assert by == ["demo-primary/station-second-seat"]
    late = (fails.measures["attack-police"] or 0.0) - (acts.measures["attack-police"] or 0.0)
    assert late == pytest.approx(30.0, abs=0.001)


def a_station(cars: int, **values: float) -> Station:
    return Station("elm/station", Chance(Streams(1), setting(**values)), 0, cars)


def test_a_busy_car_leaves_its_job_or_the_case_waits_for_it() -> None:
    busy = {"police_calls": 60.0, "police_nuisance": 0.0}
    leaves = a_station(1, police_breaks_off=1.0, **busy)
    stays = a_station(1, police_breaks_off=0.0, **busy)
    assert leaves.car(seconds(3600)) == 0
    assert stays.car(seconds(3600)) > seconds(60)


def test_nuisance_takes_the_desk_and_no_car() -> None:
    only = {"police_calls": 120.0, "police_desk": 1.0, "police_breaks_off": 0.0}
    station = a_station(1, police_nuisance=1.0, **only)
    assert station.car(seconds(3600)) == 0
    assert station.desk(seconds(3601)) > 0


@pytest.mark.requirement("R44.SIM")
def test_a_patrol_car_is_there_no_later_than_the_stations_and_often_earlier(
    subject: Subject,
) -> None:
    school: School = subject.package.school
    station = next(one for one in school.responders if one.role is Role.STATION)
    reaction: Reaction = (0, ACKNOWLEDGED, seconds(10), seconds(240), seconds(300))

    def arrivals(**values: float) -> list[int]:
        chance = Chance(Streams(1), setting(**values))
        police = PoliceDay(school, chance, (0, 0), {station.id: Station(station.id, chance, 0, 9)})
        found = [
            police.adjust(station, reaction, f"elm/incident/{number}", MORNING)[3]
            for number in range(200)
        ]
        return [one for one in found if one is not None]

    still = {"police_calls": 0.001, "operator_fails": 0.0}
    patrolled, bare = arrivals(**still), arrivals(patrols_made=0.0, **still)
    assert all(one <= other for one, other in zip(patrolled, bare, strict=True))
    assert 60 < sum(one < other for one, other in zip(patrolled, bare, strict=True)) < 140


def test_absences_are_seen_or_unseen_and_short_ones_are_not_seen(
    live: Callable[..., DayRecord],
) -> None:
    short = live(guard_absences=2.0, guard_absence=60.0).measures
    long = live(guard_absences=2.0, guard_absence=400.0).measures
    assert (short["absences-seen"], bool(short["absences-unseen"])) == (0.0, True)
    assert (bool(long["absences-seen"]), long["absences-unseen"]) == (True, 0.0)


def test_a_press_by_mistake_opens_a_case_that_is_counted_as_false(
    live: Callable[..., DayRecord],
) -> None:
    calm = live(button_mistaken=0.0).measures
    clumsy = live(button_mistaken=3.0).measures
    assert calm["cases-false"] == 0.0
    assert (clumsy["cases-false"] or 0.0) >= 1.0


def test_an_ordinary_day_has_every_measure_that_needs_no_attack(
    live: Callable[..., DayRecord],
) -> None:
    told = live(1).measures
    asked = [name for name in MEASURES if not name.startswith(("attack-", "contraband"))]
    assert [name for name in asked if told[name] is None] == []


def test_rounds_take_a_guard_from_the_desk_and_are_reported(
    live: Callable[..., DayRecord],
) -> None:
    assert live(patrols_made=1.0).measures["patrols-made"] == 7.0
    assert live(patrols_made=0.0).measures["patrols-made"] == 0.0


def a_volunteer(name: str, metres: float) -> Responder:
    return Responder(
        id=f"demo-primary/{name}", role=Role.VOLUNTEER, title={"en": "x", "zh": "x"},
        kit=("fork",), distance_m=metres,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_one_more_volunteer_never_delays_the_first_arrival_of_a_day(
    subject: Subject, seed: int
) -> None:
    """Common random numbers: everybody else meets the same chance with and without them."""
    times = timetable(subject.package, MONDAY)
    assert times is not None
    school = subject.package.school
    more = replace(school, responders=(*school.responders, a_volunteer("shop-9", 40.0)))
    threat = Threat(kind="at-gate", at=MORNING)
    gaps: list[float] = []
    for one in (school, more):
        package = replace(subject.package, school=one)
        record = live_day(
            replace(subject, package=package), times, streams=Streams(seed), threat=threat
        )
        gaps.append(record.measures["attack-gap"] or 0.0)
    assert gaps[1] <= gaps[0]


@pytest.mark.parametrize("kind", ["", "at-gate"])
def test_who_comes_to_the_gate_leaves_it_and_the_time_they_stand_there_adds_up(
    kind: str, live: Callable[..., DayRecord]
) -> None:
    """Flow balance and Little's law, in whole nanoseconds: the sums are equal, not almost."""
    lived = live(3, Threat(kind=kind, at=MORNING) if kind else None).lived
    ends = [at for at, _ in lived.counts[1:]] + [lived.ends]
    stood = sum(count * (until - at) for (at, count), until in
                zip(lived.counts, ends, strict=True))  # fmt: skip
    stays = [(come, min(gone, lived.ends)) for come, gone in lived.stays]
    assert stood == sum(gone - come for come, gone in stays)
    assert len(stays) == lived.tally.arrived + lived.tally.fetched
    steps = [after - before for (_, before), (_, after) in pairwise(lived.counts)]
    assert steps.count(1) == len(stays)
    assert steps.count(-1) == sum(gone < lived.ends for _, gone in stays)


def test_a_line_is_as_long_as_its_waits_add_up_to(live: Callable[..., DayRecord]) -> None:
    """Little's law on the lanes: pupil-seconds in the line counted by instants and by pupils."""
    passages = live(3).lived.passages
    changes = sorted(
        [(one.arrives, 1) for one in passages] + [(one.begins, -1) for one in passages]
    )
    waiting = area = last = 0
    for at, change in changes:
        area += waiting * (at - last)
        waiting, last = waiting + change, at
    assert area == sum(one.begins - one.arrives for one in passages)


def test_pupils_who_turned_back_come_again_once_the_gate_is_open(
    live: Callable[..., DayRecord],
) -> None:
    calm = live(3).lived.tally.arrived
    attacked = live(3, Threat(kind="at-gate", at=MORNING)).lived.tally.arrived
    assert calm == 1200
    assert attacked == 1200
