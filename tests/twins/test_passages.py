"""Counts at the entrances: who is inside, and who slipped in."""

from dataclasses import replace

import pytest

from tests.twins.oak import OAK, Gatehouse, admit, of, register, steps_before_admission
from tests.twins.schools import clock_time
from twins.alarm import AlarmRaised, InputRefused
from twins.command import Command, CommandResult
from twins.instant import seconds
from twins.occupancy import CountPersons, OccupancyDrifted, PersonsCounted
from twins.premises import Premises
from twins.visit import InspectionViolated, LeaveVisit


def admitted(party: int = 1) -> Gatehouse:
    house = Gatehouse()
    house.see("detector", alarm=False)
    house.see("lane", passages=100)
    house.see("way-out", passages=90)
    house.take(register(party=party), *steps_before_admission()[1:], admit())
    (command,) = of(Command, house.ask("lane", "release"))
    house.end(command, CommandResult.CONFIRMED)
    return house


def inside(house: Gatehouse) -> int:
    return house.engine.occupancy["oak"]


@pytest.mark.requirement("R29")
def test_what_came_in_less_what_went_out_is_the_occupancy():
    house = Gatehouse()
    house.see("lane", passages=100)
    house.see("way-out", passages=90)
    house.see("lane", passages=112)
    house.see("way-out", passages=95)
    assert inside(house) == 7, "the first reading is only where the count starts"
    house.see("counter", entered=0, left=0)
    house.see("counter", entered=2, left=1)
    assert inside(house) == 8
    house.see("lane", passages=3)
    assert inside(house) == 11, "a counter that went back has restarted"


@pytest.mark.requirement("R29")
def test_a_counter_of_one_word_runs_over_its_end_and_nobody_is_lost():
    house = Gatehouse()
    house.see("lane", passages=65_534)
    house.see("lane", passages=1)
    assert inside(house) == 3


@pytest.mark.requirement("R29")
def test_more_out_than_in_cannot_be_and_is_a_drift_warning():
    house = Gatehouse()
    house.see("way-out", passages=0)
    house.see("way-out", passages=2)
    assert "occupancy-drift" not in house.standing, "within the tolerance"
    outputs = house.see("way-out", passages=3)
    (drifted,) = of(OccupancyDrifted, outputs)
    assert drifted.occupancy == -3
    assert "occupancy-drift" in house.standing
    house.take(CountPersons(school="oak", persons=0, by="Guard A"))
    assert "occupancy-drift" not in house.standing


@pytest.mark.requirement("R29")
def test_persons_inside_when_nobody_should_be_are_a_drift_warning_at_that_hour():
    house = Gatehouse(now=Gatehouse().now + clock_time(10))  # 19:00
    house.see("counter", entered=0, left=0)
    house.see("counter", entered=5, left=1)
    house.wait(3599)
    assert "occupancy-drift" not in house.standing
    house.wait(1)
    assert "occupancy-drift" in house.standing
    house.see("counter", left=5)
    assert "occupancy-drift" not in house.standing


@pytest.mark.requirement("R29")
def test_a_count_by_a_person_shows_the_drift_and_the_counters_go_on_from_it():
    house = Gatehouse()
    house.see("counter", entered=0, left=0)
    house.see("counter", entered=40)
    outputs = house.take(CountPersons(school="oak", persons=34, by="Guard A"))
    (counted,) = of(PersonsCounted, outputs)
    assert (counted.believed, counted.persons) == (40, 34)
    assert of(OccupancyDrifted, outputs)
    house.see("counter", entered=41)
    assert inside(house) == 35


def test_a_count_where_nothing_counts_or_by_nobody_is_refused():
    bare = Gatehouse(replace(OAK, premises=Premises()))
    for house, count in (
        (bare, CountPersons(school="oak", persons=3, by="Guard A")),
        (Gatehouse(), CountPersons(school="elm", persons=3, by="Guard A")),
        (Gatehouse(), CountPersons(school="oak", persons=-1, by="Guard A")),
        (Gatehouse(), CountPersons(school="oak", persons=3, by=" ")),
    ):
        assert of(InputRefused, house.take(count))


def test_one_release_lets_one_visitor_pass():
    house = admitted()
    assert not of(AlarmRaised, house.see("lane", passages=101))


@pytest.mark.requirement("R22")
def test_d09_a_second_person_on_one_release_is_a_tail_gate():
    house = admitted()
    outputs = house.see("lane", passages=102)
    assert [one.kind for one in of(InspectionViolated, outputs)] == ["tail-gate"]
    (raised,) = of(AlarmRaised, outputs)
    assert (raised.alarm.kind, raised.alarm.count) == ("tail-gate", 1)
    house.wait(3600)
    assert "tail-gate" in house.standing, "it stays until a person has seen and reset it"


def test_a_party_passes_on_one_release_and_one_more_is_a_tail_gate():
    house = admitted(party=3)
    assert not of(AlarmRaised, house.see("lane", passages=103))
    assert of(AlarmRaised, house.see("lane", passages=104))


@pytest.mark.parametrize(("gap", "slipped"), [(299, False), (301, True)])
def test_what_is_left_of_a_party_covers_nobody_who_comes_later(gap, slipped):
    house = admitted(party=3)
    house.see("lane", passages=101)
    house.wait(gap)
    assert bool(of(InspectionViolated, house.see("lane", passages=102))) is slipped


def test_an_admitted_visitor_whose_lane_was_not_released_covers_no_passage():
    house = Gatehouse()
    house.see("detector", alarm=False)
    house.see("lane", passages=100)
    house.take(*steps_before_admission(), admit())
    assert of(InspectionViolated, house.see("lane", passages=101))


def test_d09_somebody_who_comes_in_by_the_side_door_is_a_tail_gate():
    house = Gatehouse()
    house.see("counter", entered=10, left=10)
    assert not of(InspectionViolated, house.see("counter", left=11))
    assert of(InspectionViolated, house.see("counter", entered=11))


def test_pupils_in_their_hours_are_not_matched_with_releases():
    house = Gatehouse(now=Gatehouse().now - seconds(5400))
    house.see("lane", passages=0)
    assert not of(InspectionViolated, house.see("lane", passages=600))
    assert inside(house) == 600


def test_the_way_out_covers_the_visitor_who_leaves():
    house = admitted()
    house.see("lane", passages=101)
    house.take(LeaveVisit(visit="v1", by="Guard A"))
    assert of(Command, house.ask("lane", "release"))
    assert not of(InspectionViolated, house.see("way-out", passages=91))
    assert inside(house) == 0
