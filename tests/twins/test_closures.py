"""Doors, gates, barriers and bollards: where they are against where they must be."""

from dataclasses import replace

import pytest

from tests.twins.oak import NINE, OAK, TITLE, Gatehouse, of, says, window
from tests.twins.schools import MONDAY_0700, clock_time
from twins.alarm import AlarmChanged, AlarmRaised, Severity
from twins.closure import DoorState, door_state
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import Instant, seconds
from twins.management.finding import FindingKind
from twins.management.layout import lane_findings, layout_findings
from twins.observation import Quality
from twins.premises import Closure, FailSafe, Premises
from twins.school import Lane

HALF_PAST_FOUR: Instant = MONDAY_0700 + clock_time(9, 30)


def raised(outputs) -> list[tuple[str, Severity]]:
    return [(one.alarm.kind, one.alarm.severity) for one in of(AlarmRaised, outputs)]


@pytest.mark.requirement("R26")
def test_d09_a_gate_opened_early_is_an_observation_at_once_and_a_warning_after_60_seconds():
    house = Gatehouse(now=HALF_PAST_FOUR - seconds(240))
    house.see("gate", closed=True)
    assert raised(house.see("gate", closed=False)) == [
        ("opened-outside-hours", Severity.OBSERVATION)
    ]
    assert not raised(house.wait(59))
    assert raised(house.wait(1)) == [("open-outside-hours", Severity.WARNING)]
    house.wait(179)
    assert house.standing
    house.wait(1)
    assert not house.standing, "its hours have begun"


@pytest.mark.requirement("R26")
def test_a_gate_still_open_60_seconds_after_its_hours_is_a_warning_that_closes_with_it():
    house = Gatehouse(now=HALF_PAST_FOUR)
    house.see("gate", closed=False)
    assert not raised(house.wait(1799))
    assert raised(house.wait(1)) == [("opened-outside-hours", Severity.OBSERVATION)]
    assert raised(house.wait(60)) == [("open-outside-hours", Severity.WARNING)]
    house.see("gate", closed=True)
    assert not house.standing
    assert not raised(house.wait(3600))


def test_a_gate_opened_half_a_minute_before_its_hours_is_no_warning():
    house = Gatehouse(now=HALF_PAST_FOUR - seconds(30))
    house.see("gate", closed=False)
    house.wait(120)
    assert not house.standing


@pytest.mark.requirement("R26")
def test_d09_a_propped_side_door_is_a_warning_after_60_seconds_and_not_for_somebody_who_walks_through():
    house = Gatehouse()
    house.see("side-door", closed=False)
    house.wait(20)
    house.see("side-door", closed=True)
    house.see("side-door", closed=False)
    assert not raised(house.wait(59)), "each opening counts for itself"
    assert raised(house.wait(1)) == [("held-open", Severity.WARNING)]


@pytest.mark.requirement("R26")
def test_d09_closed_but_not_locked_is_a_state_and_a_warning_of_its_own():
    house = Gatehouse()
    house.see("side-door", closed=False, locked=False)
    house.wait(60)
    outputs = house.see("side-door", closed=True)
    assert [one.alarm for one in of(AlarmChanged, outputs)], "no longer held open"
    assert raised(house.wait(10)) == [("closed-not-locked", Severity.WARNING)]
    house.see("side-door", locked=True)
    assert not house.standing


def test_within_its_hours_a_gate_need_not_be_locked_and_after_them_it_must():
    house = Gatehouse(now=HALF_PAST_FOUR)
    house.see("gate", closed=True, locked=False)
    assert not raised(house.wait(1799))
    assert raised(house.wait(11)) == [("closed-not-locked", Severity.WARNING)]


@pytest.mark.parametrize(
    ("closed", "locked", "state"),
    [
        (False, True, DoorState.OPEN),
        (True, False, DoorState.CLOSED_NOT_LOCKED),
        (True, True, DoorState.LOCKED),
        (True, None, DoorState.UNKNOWN),
        (None, True, DoorState.UNKNOWN),
    ],
)
def test_a_door_is_locked_only_when_both_its_switches_say_so(closed, locked, state):
    assert door_state(closed=closed, locked=locked) is state


@pytest.mark.requirement("R28")
def test_a_bollard_down_during_the_pupils_peak_is_a_warning():
    house = Gatehouse(now=HALF_PAST_FOUR)
    house.see("bollard", raised=True, lowered=False)
    assert ("unsecured-in-peak", Severity.WARNING) in raised(
        house.see("bollard", raised=False, lowered=True)
    )
    house.see("bollard", raised=True, lowered=False)
    assert not house.standing


@pytest.mark.requirement("R28")
def test_a_bollard_that_is_still_down_when_the_peak_begins_is_a_warning_at_that_instant():
    house = Gatehouse(now=HALF_PAST_FOUR - seconds(7200))  # 14:30, it may be down
    house.see("bollard", raised=False, lowered=True)
    house.wait(7199)
    assert "unsecured-in-peak" not in house.standing
    assert ("unsecured-in-peak", Severity.WARNING) in raised(house.wait(1))
    house.wait(1800)
    assert "unsecured-in-peak" not in house.standing, "the peak is over"


@pytest.mark.requirement("R28")
def test_d02_a_bollard_that_says_up_and_is_down_is_found_within_its_travel_and_long_before_dismissal():
    house = Gatehouse()
    house.see("bollard", commanded_up=True, raised=False, lowered=True)
    assert not raised(house.wait(9))
    found = house.wait(1)
    assert raised(found) == [("position-mismatch", Severity.WARNING)]
    assert house.now < HALF_PAST_FOUR - seconds(1800)
    house.see("bollard", raised=True, lowered=False)
    assert "position-mismatch" not in house.standing


@pytest.mark.requirement("R28")
def test_d02_a_bollard_whose_command_up_ended_unknown_and_that_stays_down_is_found():
    house = Gatehouse()
    house.see("bollard", raised=False, lowered=True)
    (command,) = of(Command, house.ask("bollard", "raise"))
    house.end(command, CommandResult.UNKNOWN)
    assert raised(house.wait(10)) == [("position-mismatch", Severity.WARNING)]
    house.see("bollard", raised=True, lowered=False)
    assert not house.standing


def test_a_barrier_on_its_way_is_none_and_one_that_sticks_half_way_or_shows_both_ends_is():
    house = Gatehouse()
    house.see("barrier", closed=True, opened=False)
    house.see("barrier", closed=False)
    house.wait(3)
    house.see("barrier", opened=True)
    house.wait(60)
    assert not house.standing
    house.see("barrier", opened=False)
    house.wait(10)
    assert house.standing == {"position-mismatch": "oak/barrier"}
    house.see("barrier", closed=True)
    assert not house.standing
    house.see("barrier", opened=True)
    house.wait(10)
    assert house.standing == {"position-mismatch": "oak/barrier"}


def test_a_switch_that_cannot_be_trusted_neither_opens_nor_closes_a_warning():
    house = Gatehouse()
    house.see("side-door", closed=False)
    house.wait(60)
    house.take(says("side-door", "closed", True, house.now, Quality.UNCERTAIN))
    assert "held-open" in house.standing


def test_only_one_gate_of_a_sluice_is_opened_and_what_is_not_known_counts_as_open():
    house = Gatehouse()
    (end,) = of(CommandEnded, house.ask("sluice-b", "unlock"))
    assert "oak/sluice-a is open, opening or not known" in end.reason
    house.see("sluice-a", closed=True)
    house.see("sluice-b", closed=True)
    assert of(Command, house.ask("sluice-a", "unlock"))
    (end,) = of(CommandEnded, house.ask("sluice-b", "unlock"))
    assert end.result is CommandResult.REFUSED, "the other one is opening"


def test_both_gates_of_a_sluice_open_at_once_are_a_warning_until_one_is_shut():
    house = Gatehouse()
    house.see("sluice-a", closed=False)
    assert not house.standing
    assert raised(house.see("sluice-b", closed=False)) == [("interlock-broken", Severity.WARNING)]
    house.see("sluice-a", closed=True)
    assert not house.standing


@pytest.mark.requirement("R27")
def test_a_layout_without_separate_lanes_is_a_finding_and_one_with_them_is_none():
    assert not list(lane_findings(OAK))
    shared = Lane(id="oak/cars", title=TITLE, device="oak/lane", kind="vehicle")
    for lanes in ((OAK.lanes[0], shared), OAK.lanes[:1], OAK.lanes[1:], ()):
        found = list(lane_findings(replace(OAK, lanes=lanes)))
        assert [one.kind for one in found] == [FindingKind.LANES_NOT_SEPARATE]


def test_an_escape_that_stays_shut_without_power_is_a_finding():
    assert not list(layout_findings(OAK))
    door = Closure(device="oak/side-door", fail_safe=FailSafe.CLOSED, escape=True)
    (found,) = layout_findings(replace(OAK, premises=Premises(closures=(door,))))
    assert (found.kind, found.subject) == (FindingKind.ESCAPE_NOT_FAIL_SAFE, "oak/side-door")


def test_a_flow_that_leaves_out_a_must_is_a_finding():
    steps = tuple(one for one in OAK.inspection.steps if one.step != "inspect")
    (found,) = layout_findings(replace(OAK, inspection=replace(OAK.inspection, steps=steps)))
    assert found.detail["zh"].startswith("来访必检")


def test_a_closure_with_hours_round_the_clock_is_never_open_too_long():
    always = Closure(device="oak/gate", open=(window((0, 0), (24, 0)),))
    house = Gatehouse(replace(OAK, premises=Premises(closures=(always,))), now=NINE)
    house.see("gate", closed=False)
    house.wait(3 * 86_400)
    assert not house.standing
