"""一呼百应: who is called, who is not and why, and what comes of answers and of silence (D08)."""

from dataclasses import replace

import pytest

from tests.twins.dispatch_schools import (
    ASH,
    NOW,
    SHOP_HOURS,
    answered,
    car,
    case,
    delivered,
    handled,
    of,
    phased,
    press,
    pressed,
    school,
    told,
    volunteer,
)
from tests.twins.schools import TITLE, clock_time
from twins.alarm import InputRefused
from twins.dispatch_rules import DispatchPolicy, DispatchRules, VolunteerClass
from twins.engine import Engine
from twins.incident import Answer, AssignmentChanged, IncidentAcknowledged, IncidentOpened
from twins.instant import seconds
from twins.mobilisation import (
    NOT_CALLED,
    RELEASE,
    NotCalled,
    NotificationUndelivered,
    Release,
    ResponderNotCalled,
    ResponderOverdue,
    UnitReleased,
)
from twins.school import Responder, Role

SHOP = volunteer("ash/shop", 100, hours=SHOP_HOURS)


def not_called(outputs) -> dict[str, NotCalled]:
    return {one.responder: one.reason for one in of(ResponderNotCalled, outputs)}


# Everybody at once


@pytest.mark.requirement("R47")
def test_fifty_volunteers_are_told_in_the_same_batch_as_the_police_and_once_each():
    fifty = [volunteer(f"ash/volunteer-{number}", 100 + number) for number in range(50)]
    engine, outputs = pressed(school("ash", *fifty))
    assert [type(one) for one in outputs].index(IncidentOpened) < len(outputs) - 52
    assert sorted(told(outputs)) == sorted(["ash/station", "ash/console", *(v.id for v in fifty)])
    again = engine.receive([press("ash", NOW + seconds(1), "button-2")], NOW + seconds(1))
    assert not told(again), "the alarm was sent twice, nobody is told twice"


@pytest.mark.requirement("R47")
def test_answer_arrival_time_and_arrival_are_kept_each_with_its_instant():
    engine, _ = pressed(ASH)
    accepted = answered("ash", "ash/volunteer-1", Answer.ACCEPTED, eta=90)
    engine.receive([accepted], NOW + seconds(20))
    engine.receive([answered("ash", "ash/volunteer-1", Answer.ARRIVED)], NOW + seconds(100))
    one = engine.incidents[case("ash")].assignments["ash/volunteer-1"]
    assert (one.answer, one.answered) == (Answer.ACCEPTED, NOW + seconds(20))
    assert (one.expected, one.arrived) == (NOW + seconds(110), NOW + seconds(100))


# Who may be called


@pytest.mark.requirement("R48")
def test_a_closed_shop_is_not_called_at_night_and_the_reason_is_said():
    by_day, by_night = NOW + clock_time(3, 30), NOW + clock_time(14, 30)  # 10:30 and 21:30
    _, outputs = pressed(school("ash", SHOP), at=by_day)
    assert "ash/shop" in told(outputs)
    _, outputs = pressed(school("ash", SHOP), at=by_night)
    assert "ash/shop" not in told(outputs)
    assert not_called(outputs) == {"ash/shop": NotCalled.OUT_OF_HOURS}


@pytest.mark.requirement("R48")
def test_an_expired_volunteer_is_not_called_from_that_instant_on():
    expiring = school("ash", volunteer("ash/old", 100, expires=NOW + 1))
    assert "ash/old" in told(pressed(expiring)[1])
    _, outputs = pressed(expiring, at=NOW + 1)
    assert "ash/old" not in told(outputs)
    assert not_called(outputs) == {"ash/old": NotCalled.EXPIRED}


@pytest.mark.requirement("R48")
@pytest.mark.parametrize(
    ("changes", "rules", "reason"),
    [
        ({"enrolled": NOW + 1}, {}, NotCalled.NOT_ENROLLED),
        ({"distance_m": 501}, {"radius_m": 500}, NotCalled.TOO_FAR),
        (
            {"volunteer_class": VolunteerClass.SHOP},
            {"classes": (VolunteerClass.TEACHER,)},
            NotCalled.CLASS,
        ),
        ({"kit": ()}, {"witnesses": False}, NotCalled.NO_KIT),
    ],
)
def test_enrolment_radius_class_and_kit_decide_too_and_the_reason_is_said(changes, rules, reason):
    one = volunteer("ash/one", metres=changes.pop("distance_m", 100), **changes)
    _, outputs = pressed(replace(school("ash", one), dispatch=DispatchRules(**rules)))
    assert not_called(outputs) == {"ash/one": reason}
    assert "ash/one" not in told(outputs)


def test_a_reason_is_said_once_however_often_the_case_is_looked_at_again():
    engine, _ = pressed(school("ash", volunteer("ash/old", 100, expires=NOW), SHOP))
    later = engine.receive([answered("ash", "ash/shop", Answer.DECLINED)], NOW + seconds(5))
    assert not of(ResponderNotCalled, later + engine.advance(NOW + seconds(300)))


def test_every_reason_can_be_read_in_both_languages():
    assert set(NOT_CALLED) == set(NotCalled)
    assert set(RELEASE) == set(Release)
    assert all({"zh", "en"} <= set(one) for one in [*NOT_CALLED.values(), *RELEASE.values()])


@pytest.mark.requirement("R49")
def test_a_responder_without_a_tool_that_works_today_counts_as_witness_only():
    people = (
        volunteer("ash/armed", 100, kit=("fork",)),
        volunteer("ash/empty-handed", 100, kit=()),
        volunteer("ash/expired-spray", 100, kit=("spray",), kit_expires={"spray": NOW}),
        volunteer("ash/two-tools", 100, kit=("spray", "shield"), kit_expires={"spray": NOW}),
        volunteer("ash/fresh-spray", 100, kit=("spray",), kit_expires={"spray": NOW + 1}),
    )
    engine, outputs = pressed(school("ash", *people))
    assert {one.id for one in people} < set(told(outputs)), "a witness is told as well"
    assignments = engine.incidents[case("ash")].assignments
    assert {one.id: assignments[one.id].capable for one in people} == {
        "ash/armed": True,
        "ash/empty-handed": False,
        "ash/expired-spray": False,
        "ash/two-tools": True,
        "ash/fresh-spray": True,
    }


# Phased, and what silence means


TWO = phased(ASH, wave=2, wait=seconds(75), delivery_limit=seconds(10))


def volunteers(outputs) -> list[str]:
    return [one for one in told(outputs) if "volunteer" in one or one == "birch/guard"]


def reach_all(engine, outputs, at):
    engine.receive([delivered("ash", one) for one in told(outputs)], at)


def test_phased_dispatch_tells_the_nearest_first_and_the_police_at_once():
    _, outputs = pressed(TWO)
    assert volunteers(outputs) == ["ash/volunteer-1", "ash/volunteer-2"]
    assert told(outputs)[:2] == ["ash/station", "ash/console"]


@pytest.mark.requirement("R47")
def test_a_decline_calls_the_next_one_at_once():
    engine, outputs = pressed(TWO)
    reach_all(engine, outputs, NOW + seconds(1))
    outputs = engine.receive(
        [answered("ash", "ash/volunteer-1", Answer.DECLINED)], NOW + seconds(9)
    )
    assert volunteers(outputs) == ["ash/volunteer-3"]


@pytest.mark.requirement("R47")
def test_silence_is_not_refusal_the_silent_one_stays_told_and_the_next_is_called_beside_them():
    engine, outputs = pressed(TWO)
    reach_all(engine, outputs, NOW + seconds(1))
    engine.receive([answered("ash", "ash/volunteer-1", Answer.ACCEPTED)], NOW + seconds(20))
    assert not volunteers(engine.advance(NOW + seconds(75) - 1))
    outputs = engine.advance(NOW + seconds(75))
    assert len(volunteers(outputs)) == 1
    assert not of(UnitReleased, outputs), "nobody is withdrawn"
    late = engine.receive([answered("ash", "ash/volunteer-2", Answer.ACCEPTED)], NOW + seconds(90))
    assert of(AssignmentChanged, late)[0].assignment.answer is Answer.ACCEPTED


def test_a_phone_that_is_off_is_shown_and_the_next_one_is_called():
    engine, outputs = pressed(TWO)
    engine.receive(
        [delivered("ash", one) for one in told(outputs) if one != "ash/volunteer-1"],
        NOW + seconds(1),
    )
    outputs = engine.advance(NOW + seconds(10))
    (shown,) = of(NotificationUndelivered, outputs)
    assert (shown.responder, shown.notified) == ("ash/volunteer-1", NOW)
    assert len(volunteers(outputs)) == 1


def test_one_who_accepted_and_never_comes_is_shown_and_the_next_one_is_called():
    engine, outputs = pressed(TWO)
    reach_all(engine, outputs, NOW + seconds(1))
    both = [
        answered("ash", "ash/volunteer-1", Answer.ACCEPTED, eta=60),
        answered("ash", "ash/volunteer-2", Answer.ACCEPTED, eta=600),
    ]
    engine.receive(both, NOW + seconds(10))
    assert not engine.advance(NOW + seconds(29))
    due = NOW + seconds(10 + 60 + 60)
    before = engine.advance(due - 1)
    assert not of(ResponderOverdue, before)
    assert not volunteers(before)
    outputs = engine.advance(due)
    (shown,) = of(ResponderOverdue, outputs)
    assert (shown.responder, shown.expected) == ("ash/volunteer-1", NOW + seconds(70))
    assert len(volunteers(outputs)) == 1


def test_when_everybody_was_called_at_once_no_show_and_dead_phone_are_still_shown():
    engine, _ = pressed(ASH)
    shown = of(NotificationUndelivered, outputs := engine.advance(NOW + seconds(10)))
    assert len(shown) == 9
    assert told(outputs) == ["car-2"], "the first car did not hear it"
    engine.receive([answered("ash", "ash/volunteer-1", Answer.ACCEPTED, eta=30)], NOW + seconds(11))
    assert of(ResponderOverdue, engine.advance(NOW + seconds(600)))


def test_an_alarm_sent_twice_while_phased_calls_nobody_early():
    engine, outputs = pressed(TWO)
    reach_all(engine, outputs, NOW + seconds(1))
    again = engine.receive(
        [press("ash", NOW + seconds(2), "button-2"), press("ash", NOW + seconds(2), value=False)],
        NOW + seconds(2),
    )
    assert not told(again)


def test_without_an_arrival_time_of_their_own_one_is_estimated_from_the_way():
    engine, _ = pressed(ASH)
    engine.receive([answered("ash", "ash/volunteer-3", Answer.ACCEPTED)], NOW + seconds(10))
    one = engine.incidents[case("ash")].assignments["ash/volunteer-3"]
    assert one.expected == NOW + seconds(10 + 105 + 300 / 3)


def test_nearest_by_time_asks_the_one_with_the_shorter_way_in_seconds_first():
    across = volunteer("ash/across-the-river", 200, travel_time=seconds(400))
    rider = volunteer("ash/rider", 900, travel="e-bike")
    by_time = phased(school("ash", across, rider), wave=1, policy=DispatchPolicy.NEAREST_BY_TIME)
    assert "ash/rider" in told(pressed(by_time)[1])
    assert "ash/across-the-river" not in told(pressed(by_time)[1])
    by_distance = phased(school("ash", across, rider), wave=1)
    assert "ash/across-the-river" in told(pressed(by_distance)[1])


@pytest.mark.requirement("R46")
def test_cars_go_nearest_by_time_whatever_the_policy_for_volunteers():
    slow = car("slow", 500, travel_time=seconds(240))
    quick = car("quick", 1500, travel_time=seconds(90))
    _, outputs = pressed(school("ash", slow, quick))
    assert [one for one in told(outputs) if one in ("slow", "quick")] == ["quick"]


def test_a_car_that_acknowledges_comes_and_is_not_doubled():
    engine, outputs = pressed(ASH)
    reach_all(engine, outputs, NOW + seconds(1))
    engine.receive([answered("ash", "car-1", Answer.ACKNOWLEDGED, eta=200)], NOW + seconds(3))
    assert "car-2" not in told(engine.advance(NOW + seconds(200)))
    assert "car-2" in told(engine.advance(NOW + seconds(263))), "a minute overdue"


# One dead recipient


@pytest.mark.requirement("R38")
@pytest.mark.parametrize("dead", ["ash/station", "ash/console", "ash/volunteer-1", "car-1"])
def test_one_dead_recipient_delays_nobody_and_is_shown(dead):
    engine, outputs = pressed(ASH)
    everybody = told(outputs)
    assert dead in everybody, "all notices are in the one batch"
    living = [one for one in everybody if one != dead]
    engine.receive([delivered("ash", one) for one in living], NOW + seconds(1))
    assignments = engine.incidents[case("ash")].assignments
    assert all(assignments[one].delivered == NOW + seconds(1) for one in living)
    answering = "ash/console" if dead == "ash/station" else "ash/station"
    said = engine.receive([answered("ash", answering, Answer.ACKNOWLEDGED)], NOW + seconds(5))
    assert bool(of(IncidentAcknowledged, said)) is (answering == "ash/station")
    shown = of(NotificationUndelivered, engine.advance(NOW + seconds(10)))
    assert [one.responder for one in shown] == [dead]
    late = engine.receive([delivered("ash", dead)], NOW + seconds(20))
    assert of(AssignmentChanged, late), "a late delivery still counts"
    assert not of(NotificationUndelivered, engine.advance(NOW + seconds(600)))


def test_a_notice_to_somebody_called_later_is_watched_as_well():
    head = Responder(id="ash/head", role=Role.HEAD, title=TITLE)
    engine, outputs = pressed(school("ash", head))
    reach_all(engine, outputs, NOW + seconds(1))
    engine.advance(NOW + seconds(30))
    shown = of(NotificationUndelivered, engine.advance(NOW + seconds(40)))
    assert [one.responder for one in shown] == ["ash/head"]


def test_a_closed_case_keeps_no_clock():
    engine, _ = pressed(TWO)
    engine.receive([handled("ash")], NOW + seconds(5))
    assert not [timer for timer in engine.state().timers if case("ash") in timer]
    refused = engine.receive([answered("ash", "car-1", Answer.ARRIVED)], NOW + seconds(6))
    assert [type(one) for one in refused] == [InputRefused]


def test_a_snapshot_in_the_middle_of_a_wave_goes_on_as_if_nothing_had_been():
    engine, outputs = pressed(TWO)
    reach_all(engine, outputs, NOW + seconds(1))
    revived = Engine([TWO], engine.state())
    assert revived.advance(NOW + seconds(80)) == engine.advance(NOW + seconds(80))
