"""存储柜 and 會客室: whose things are where, and who waits how long for a seat."""

import pytest

from tests.twins.oak import Gatehouse, of, register
from twins.alarm import InputRefused
from twins.command import Command, CommandResult
from twins.instant import seconds
from twins.locker import AssignLocker, FreeLocker, LockerChanged
from twins.visit import (
    InspectionResult,
    LeaveVisit,
    SendToReception,
    StartInspection,
    VisitorQueued,
    VisitorSeated,
)


def happened(outputs) -> list[tuple[int, str]]:
    return [(one.door, one.what) for one in of(LockerChanged, outputs)]


def with_bag() -> Gatehouse:
    """A visitor's bag is behind door 7."""
    house = Gatehouse()
    house.see("lockers", **{"door07.closed": True, "door12.closed": True})
    house.take(register(), AssignLocker(visit="v1", device="oak/lockers", door=7, by="Guard A"))
    return house


@pytest.mark.requirement("R04")
def test_unlocking_door_12_is_an_event_when_it_opens():
    house = Gatehouse()
    house.see("lockers", **{"door12.closed": True})
    (command,) = of(Command, house.ask("lockers", "unlock", arguments={"door": 12}))
    assert happened(house.see("lockers", **{"door12.closed": False})) == [(12, "opened")]
    house.end(command, CommandResult.CONFIRMED)
    assert happened(house.see("lockers", **{"door12.closed": True})) == [(12, "closed")]
    house.wait(60)
    assert not house.standing, "shutting a locker is no drift"


@pytest.mark.requirement("R04")
def test_a_door_open_for_120_seconds_is_a_warning_until_it_is_shut():
    house = Gatehouse()
    house.see("lockers", **{"door12.closed": False})
    assert not happened(house.wait(119))
    assert happened(house.wait(1)) == [(12, "left open")]
    assert "locker-left-open" in house.standing
    house.see("lockers", **{"door12.closed": True})
    assert not house.standing


def test_two_doors_left_open_are_one_warning_that_lasts_until_both_are_shut():
    house = Gatehouse()
    house.see("lockers", **{"door01.closed": False, "door02.closed": False})
    house.wait(120)
    house.see("lockers", **{"door01.closed": True})
    assert "locker-left-open" in house.standing
    house.see("lockers", **{"door02.closed": True})
    assert not house.standing


@pytest.mark.requirement("R04")
def test_an_occupied_door_is_not_given_again_until_somebody_has_emptied_it():
    house = with_bag()
    house.take(register("v2"))
    again = AssignLocker(visit="v2", device="oak/lockers", door=7, by="Guard A")
    (refused,) = of(InputRefused, house.take(again))
    assert refused.reason == "it is taken by v1"
    house.take(FreeLocker(device="oak/lockers", door=7, by="Guard A"))
    assert happened(house.take(again)) == [(7, "assigned")]


@pytest.mark.parametrize(("device", "door"), [("oak/lockers", 49), ("oak/lane", 1), ("elm/x", 1)])
def test_a_door_that_does_not_exist_is_given_to_nobody(device, door):
    house = Gatehouse()
    house.take(register())
    wrong = AssignLocker(visit="v1", device=device, door=door, by="Guard A")
    assert of(InputRefused, house.take(wrong))


@pytest.mark.requirement("R04")
def test_d03_a_visitor_who_leaves_without_the_bag_gives_a_bag_alert_and_then_an_overdue_locker():
    house = with_bag()
    assert happened(house.take(LeaveVisit(visit="v1", by="Guard A"))) == [(7, "left behind")]
    assert set(house.standing) == {"bag-left"}
    assert not happened(house.wait(299))
    assert happened(house.wait(1)) == [(7, "overdue")]
    assert set(house.standing) == {"bag-left", "locker-overdue"}
    assert happened(house.take(FreeLocker(device="oak/lockers", door=7, by="Guard A"))) == [
        (7, "free")
    ]
    assert not house.standing


def test_d03_a_refused_search_holds_the_visitor_until_a_second_pass():
    house = Gatehouse()
    house.see("detector", alarm=False)
    house.take(register(), StartInspection(visit="v1", detector="oak/detector", by="Guard A"))
    house.see("detector", alarm=True)
    house.see("detector", alarm=False)
    house.take(
        InspectionResult(visit="v1", passed=False, by="Guard A", reason="refuses the search")
    )
    assert house.visits["v1"].held
    house.take(StartInspection(visit="v1", detector="oak/detector", by="Guard A"))
    house.take(InspectionResult(visit="v1", passed=True, by="Guard A"))
    assert not house.visits["v1"].held


def sent(name: str) -> SendToReception:
    return SendToReception(visit=name, room="oak/room", by="Guard A")


@pytest.mark.requirement("R05")
def test_the_fourth_person_in_a_room_of_three_seats_waits_and_the_wait_is_measured():
    house = Gatehouse()
    names = ["v1", "v2", "v3", "v4", "v5"]
    house.take(*(register(name) for name in names))
    outputs = house.take(*(sent(name) for name in names))
    assert [one.visit for one in of(VisitorSeated, outputs)] == ["v1", "v2", "v3"]
    assert [(one.visit, one.ahead) for one in of(VisitorQueued, outputs)] == [("v4", 0), ("v5", 1)]
    house.wait(90)
    outputs = house.take(LeaveVisit(visit="v2", by="Guard A"))
    (seated,) = of(VisitorSeated, outputs)
    assert (seated.visit, seated.waited) == ("v4", seconds(90))


def test_a_party_takes_as_many_seats_as_it_has_persons_and_nobody_is_passed_over():
    house = Gatehouse()
    house.take(register("v1", party=2), register("v2", party=2), register("v3"))
    outputs = house.take(sent("v1"), sent("v2"), sent("v3"))
    assert [one.visit for one in of(VisitorSeated, outputs)] == ["v1"]
    outputs = house.take(LeaveVisit(visit="v1", by="Guard A"))
    assert [one.visit for one in of(VisitorSeated, outputs)] == ["v2", "v3"]


def test_who_waits_already_does_not_wait_twice_and_who_leaves_the_queue_is_gone():
    house = Gatehouse()
    house.take(*(register(name) for name in ("v1", "v2", "v3", "v4")))
    house.take(*(sent(name) for name in ("v1", "v2", "v3", "v4")))
    assert not house.take(sent("v4"))
    house.take(LeaveVisit(visit="v4", by="Guard A"))
    assert not of(VisitorSeated, house.take(LeaveVisit(visit="v1", by="Guard A")))


@pytest.mark.requirement("R05")
def test_more_persons_than_seats_are_noted_while_it_is_so():
    house = Gatehouse()
    house.see("seats", seats_occupied=4)
    assert "reception-room-full" in house.standing
    house.see("seats", seats_occupied=3)
    assert not house.standing
