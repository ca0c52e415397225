"""來訪必登, 必核, 必檢: nobody is let in before every step of the flow is done."""

from dataclasses import replace

import pytest

from tests.twins.oak import OAK, Gatehouse, admit, of, register, steps_before_admission
from twins.alarm import InputRefused, Severity
from twins.command import Command, CommandEnded, CommandResult
from twins.incident import IncidentOpened
from twins.inspection import FIVE_CHECKS, OUR_FLOW, Step
from twins.instant import seconds
from twins.visit import (
    AdmitVisit,
    CheckDone,
    ClearDetector,
    FlowFreed,
    FlowHeld,
    HostAnswered,
    IdentityChecked,
    InspectionResult,
    InspectionViolated,
    LeaveVisit,
    ReportBypass,
    StartInspection,
    TurnAwayVisit,
    VisitChanged,
    VisitEvent,
    VisitorSeated,
    VisitOverdue,
    VisitState,
    transitions,
)
from twins.visiting import MOST_VISITS


def ready() -> Gatehouse:
    """A gatehouse whose detector works and whose visitor has done everything but be admitted."""
    house = Gatehouse()
    house.see("detector", alarm=False)
    house.take(*steps_before_admission())
    return house


def refusal(outputs) -> str:
    (end,) = of(CommandEnded, outputs)
    assert end.result is CommandResult.REFUSED
    return end.reason


@pytest.mark.requirement("R20")
def test_a_lane_is_not_released_without_a_visit_record():
    assert "no visit is registered" in refusal(Gatehouse().ask("lane", "release"))


@pytest.mark.requirement("R20", "R21")
def test_a_lane_is_not_released_for_a_visitor_whose_identity_is_not_verified():
    house = Gatehouse()
    house.take(register())
    assert "no visit is admitted" in refusal(house.ask("lane", "release"))
    (refused,) = of(InputRefused, house.take(admit()))
    assert "identify" in refused.reason


@pytest.mark.requirement("R20")
def test_an_admitted_visit_releases_its_lane_once():
    house = ready()
    house.take(admit())
    (command,) = of(Command, house.ask("lane", "release"))
    assert "no visit is admitted" in refusal(house.ask("lane", "release")), "while it is under way"
    house.end(command, CommandResult.CONFIRMED)
    assert "no visit is admitted" in refusal(house.ask("lane", "release"))


@pytest.mark.requirement("R20", "R22")
def test_a_finding_after_admission_withdraws_the_leave_to_pass():
    house = ready()
    house.take(admit())
    house.take(InspectionResult(visit="v1", passed=False, by="Guard A", reason="knife"))
    assert refusal(house.ask("lane", "release"))


def test_a_release_that_never_left_us_may_be_asked_again():
    house = ready()
    house.take(admit())
    (command,) = of(Command, house.ask("lane", "release"))
    house.end(command, CommandResult.NOT_EXECUTED)
    assert of(Command, house.ask("lane", "release"))


@pytest.mark.requirement("R20")
def test_a_release_that_may_have_been_carried_out_is_not_given_again():
    house = ready()
    house.take(admit())
    (command,) = of(Command, house.ask("lane", "release"))
    house.end(command, CommandResult.UNKNOWN)
    assert "no visit is admitted" in refusal(house.ask("lane", "release"))


@pytest.mark.requirement("R20")
def test_a_lane_that_counts_and_is_locked_is_released_again_until_one_has_passed():
    house = ready()
    house.see("lane", passages=100, locked=True)
    house.take(admit())
    for _ in range(3):
        (command,) = of(Command, house.ask("lane", "release"))
        house.end(command, CommandResult.UNKNOWN)
    house.see("lane", passages=101)
    assert "no visit is admitted" in refusal(house.ask("lane", "release"))
    assert "tail-gate" not in house.standing


def test_a_way_out_that_nobody_used_is_forgotten():
    house = ready()
    house.take(admit(), LeaveVisit(visit="v1", by="Guard A"))
    assert house.engine.state().gate.grants
    house.wait(1201)
    house.take(register("v2"), LeaveVisit(visit="v2", by="Guard A"))
    assert not house.engine.state().gate.grants


def test_a_visit_without_an_id_is_refused():
    for visit in ("", " "):
        (refused,) = of(InputRefused, Gatehouse().take(register(visit)))
        assert "a visit needs an id" in refused.reason


@pytest.mark.requirement("R20")
def test_in_the_pupils_hours_the_lane_needs_no_visit():
    house = Gatehouse(now=Gatehouse().now - seconds(5400))  # 07:30
    assert of(Command, house.ask("lane", "release"))


def test_a_visitor_who_leaves_is_let_out_once_and_only_who_was_let_in():
    house = ready()
    house.take(admit())
    house.ask("lane", "release")
    house.take(LeaveVisit(visit="v1", by="Guard A"))
    assert of(Command, house.ask("lane", "release"))
    assert "no visit" in refusal(house.ask("lane", "release"))
    other = Gatehouse()
    other.take(register(), LeaveVisit(visit="v1", by="Guard A"))
    assert "no visit" in refusal(other.ask("lane", "release"))


def test_the_leave_to_let_a_visitor_out_lapses():
    house = ready()
    house.take(admit(), LeaveVisit(visit="v1", by="Guard A"))
    house.wait(601)
    assert "no visit" in refusal(house.ask("lane", "release"))


@pytest.mark.parametrize("left_out", range(1, 10))
@pytest.mark.requirement("R14", "R20", "R21", "R22", "R24")
def test_leaving_out_any_one_step_or_check_keeps_the_visitor_out(left_out):
    house = Gatehouse()
    house.see("detector", alarm=False)
    steps = steps_before_admission()
    house.take(*steps[:left_out], *steps[left_out + 1 :])
    assert of(InputRefused, house.take(admit()))
    assert house.visits["v1"].state is not VisitState.ADMITTED
    assert of(CommandEnded, house.ask("lane", "release"))


@pytest.mark.requirement("R24")
def test_four_of_five_checks_block_the_release_and_the_fifth_frees_it():
    house = Gatehouse()
    house.see("detector", alarm=False)
    steps = steps_before_admission()
    fifth = CheckDone(visit="v1", check="vehicle", clear=True, by="Guard A")
    house.take(*(one for one in steps if one != fifth))
    (refused,) = of(InputRefused, house.take(admit()))
    assert refused.reason == "not done yet: check"
    house.take(replace(fifth, clear=False))
    assert of(InputRefused, house.take(admit())), "a check that is not clear is not done"
    house.take(fifth)
    assert not of(InputRefused, house.take(admit()))


@pytest.mark.requirement("R24")
def test_the_five_checks_are_data_and_ours_until_somebody_says_otherwise():
    assert [check.id for check in FIVE_CHECKS] == [
        "person",
        "purpose",
        "host",
        "belongings",
        "vehicle",
    ]
    assert OUR_FLOW.source == "ours"
    flow = replace(OUR_FLOW, checks=FIVE_CHECKS[:1], source="the school")
    house = Gatehouse(replace(OAK, inspection=flow))
    house.take(register(), CheckDone(visit="v1", check="person", clear=True, by="Guard A"))
    assert Step.CHECK in house.visits["v1"].done
    (refused,) = house.take(CheckDone(visit="v1", check="vehicle", clear=True, by="Guard A"))
    assert "no check 'vehicle'" in refused.reason


@pytest.mark.requirement("R21")
def test_a_host_who_does_not_answer_leaves_the_visitor_in_the_reception_room():
    house = Gatehouse()
    house.take(register(), IdentityChecked(visit="v1", genuine=True, by="Guard A"))
    assert not of(VisitOverdue, house.wait(299))
    outputs = house.wait(1)
    (overdue,) = of(VisitOverdue, outputs)
    assert (overdue.step, overdue.role) == (Step.HOST, "host")
    assert [one.visit for one in of(VisitorSeated, outputs)] == ["v1"]
    assert house.visits["v1"].state is VisitState.IDENTIFIED
    assert of(InputRefused, house.take(admit()))
    house.take(HostAnswered(visit="v1", confirmed=True, by="teacher-3"))
    assert house.visits["v1"].state is VisitState.VERIFIED, "a late answer still counts"


@pytest.mark.requirement("R21")
def test_a_visitor_whom_the_host_does_not_expect_is_turned_away():
    house = Gatehouse()
    house.take(register())
    outputs = house.take(HostAnswered(visit="v1", confirmed=False, by="teacher-3"))
    (changed,) = of(VisitChanged, outputs)
    assert (changed.visit.state, changed.reason) == (VisitState.TURNED_AWAY, "host declined")
    (refused,) = house.take(admit())
    assert refused.reason == "the visit has ended: turned away"


@pytest.mark.requirement("R23")
def test_another_flow_is_another_order_and_other_limits_without_code():
    by_step = {one.step: one for one in OUR_FLOW.steps}
    order = (Step.REGISTER, Step.INSPECT, Step.IDENTIFY, Step.HOST, Step.CHECK, Step.ADMIT)
    by_step[Step.INSPECT] = replace(by_step[Step.INSPECT], limit=seconds(20))
    flow = replace(OUR_FLOW, steps=tuple(by_step[step] for step in order))
    house = Gatehouse(replace(OAK, inspection=flow))
    house.take(register())
    (overdue,) = of(VisitOverdue, house.wait(20))
    assert overdue.step is Step.INSPECT
    house.take(InspectionResult(visit="v1", passed=True, by="Guard A"))
    assert house.visits["v1"].state is VisitState.INSPECTED
    assert (VisitState.REGISTERED, VisitEvent.IDENTIFY) not in transitions(flow)


@pytest.mark.requirement("R23")
def test_a_flow_without_inspection_lets_in_without_one():
    steps = tuple(one for one in OUR_FLOW.steps if one.step is not Step.INSPECT)
    house = Gatehouse(replace(OAK, inspection=replace(OUR_FLOW, steps=steps)))
    house.take(*steps_before_admission()[:-2])
    assert not of(InputRefused, house.take(admit()))


@pytest.mark.requirement("R02")
def test_an_injected_metal_item_alarms_the_twin_and_holds_every_visitor_until_cleared():
    house = Gatehouse()
    house.see("detector", alarm=False)
    house.take(*steps_before_admission("v1")[:-1])
    second = [one for one in steps_before_admission("v2") if not isinstance(one, StartInspection)]
    outputs = house.see("detector", alarm=True)
    assert [(one.detector, one.visit) for one in of(FlowHeld, outputs)] == [("oak/detector", "v1")]
    assert house.standing == {"detector-alarm": "oak/detector"}
    passed = InspectionResult(visit="v1", passed=True, by="Guard A")
    assert of(InputRefused, house.take(passed)), "not on the guard's word"
    house.see("detector", alarm=False)
    assert house.standing == {}
    (refused,) = of(InputRefused, house.take(passed))
    assert "a second time" in refused.reason
    house.take(*second[:-1], StartInspection(visit="v2", detector="oak/detector", by="Guard A"))
    house.take(replace(passed, visit="v2"))
    (refused,) = of(InputRefused, house.take(admit("v2")))
    assert refused.reason == "oak/detector is not cleared"
    house.take(StartInspection(visit="v1", detector="oak/detector", by="Guard A"))
    assert of(FlowFreed, house.take(passed))
    assert not of(
        InputRefused,
        house.take(
            admit("v2"),
        ),
    )
    assert not of(InputRefused, house.take(admit("v1")))


@pytest.mark.requirement("R02")
def test_an_alarm_of_nobody_known_holds_the_flow_until_a_person_says_why_it_may_go_on():
    house = ready()
    house.see("detector", alarm=True)
    clear = ClearDetector(detector="oak/detector", by="Guard A", reason="a pupil's belt")
    (refused,) = house.take(clear)
    assert refused.reason == "it is still in alarm"
    house.see("detector", alarm=False)
    assert of(InputRefused, house.take(admit()))
    assert of(InputRefused, house.take(replace(clear, reason=" ")))
    assert of(FlowFreed, house.take(clear))
    assert not of(InputRefused, house.take(admit()))


def test_a_hold_ends_when_the_held_visitor_is_turned_away():
    house = Gatehouse()
    house.see("detector", alarm=False)
    house.take(*steps_before_admission()[:-1])
    house.see("detector", alarm=True)
    away = TurnAwayVisit(visit="v1", by="Guard A", reason="refuses the search")
    assert of(FlowFreed, house.take(away))


@pytest.mark.requirement("R22")
def test_walking_round_the_detector_is_a_violation_an_alarm_and_an_incident():
    house = Gatehouse()
    house.take(register(), IdentityChecked(visit="v1", genuine=True, by="Guard A"))
    outputs = house.take(ReportBypass(visit="v1", device="oak/detector", by="Guard A"))
    (violated,) = of(InspectionViolated, outputs)
    assert (violated.visit, violated.kind) == ("v1", "inspection-bypassed")
    (opened,) = of(IncidentOpened, outputs)
    assert opened.incident.kind == "inspection-bypassed"
    (alarm,) = house.engine.alarms.values()
    assert alarm.severity is Severity.ALARM
    assert alarm.standing, "it stays until a person resets it"
    assert house.visits["v1"].violations == ("inspection-bypassed",)
    assert of(InputRefused, house.take(admit()))


@pytest.mark.requirement("R22")
def test_a_stranger_who_passes_without_inspection_is_one_too():
    outputs = Gatehouse().take(ReportBypass(device="oak/lane", by="Guard A"))
    assert of(InspectionViolated, outputs)
    assert of(IncidentOpened, outputs)


@pytest.mark.requirement("R22")
def test_while_the_detector_works_nobody_passes_on_the_guards_word_and_without_it_they_do():
    passed = InspectionResult(visit="v1", passed=True, by="Guard A")
    working = Gatehouse()
    working.see("detector", alarm=False)
    working.take(register())
    assert of(InputRefused, working.take(passed))
    broken = Gatehouse()
    broken.see("detector", alarm=False, fault=True)
    broken.take(register())
    assert not of(InputRefused, broken.take(passed)), "searched by hand"


def test_one_visitor_at_a_time_goes_through_a_detector():
    house = Gatehouse()
    house.take(register("v1"), register("v2"))
    house.take(StartInspection(visit="v1", detector="oak/detector", by="Guard A"))
    outputs = house.take(StartInspection(visit="v2", detector="oak/detector", by="Guard A"))
    assert "v1 is being inspected" in of(InputRefused, outputs)[0].reason


@pytest.mark.parametrize(
    "wrong",
    [
        register(school="elm"),
        register(visitor=" "),
        register(purpose=""),
        register(host=""),
        register(by=""),
        register(party=0),
        register(party=101),
        admit("nobody"),
        LeaveVisit(visit="nobody", by="Guard A"),
    ],
)
def test_an_input_that_cannot_be_right_is_refused_and_books_nothing(wrong):
    house = Gatehouse()
    (refused,) = house.take(wrong)
    assert isinstance(refused, InputRefused)
    assert not house.visits


def test_a_known_visit_id_is_not_registered_again():
    house = Gatehouse()
    house.take(register())
    assert of(InputRefused, house.take(register(purpose="another")))
    house.take(LeaveVisit(visit="v1", by="Guard A"))
    assert of(InputRefused, house.take(register()))


@pytest.mark.parametrize("lane", ["oak/nowhere", "oak/detector"])
def test_nobody_is_admitted_for_what_is_no_lane(lane):
    house = ready()
    assert of(InputRefused, house.take(AdmitVisit(visit="v1", lane=lane, by="Guard A")))


def test_an_alarm_of_the_detector_that_comes_late_holds_the_visitors_once():
    house = ready()
    house.wait(100)
    house.see("detector", alarm=False)
    seen = house.engine.twins["oak/detector"].properties["alarm"]
    late = replace_stamps(seen, value=True, source=house.now - seconds(40), received=house.now)
    (held,) = of(FlowHeld, house.take(late))
    assert held.detector == "oak/detector"
    house.take(ClearDetector(detector="oak/detector", by="Guard A", reason="looked into"))
    assert not of(FlowHeld, house.take(late)), "brought again"


def replace_stamps(seen, *, value, source, received):
    return type(seen)(
        device=seen.device,
        property=seen.property,
        value=value,
        source_time=source,
        receive_time=received,
    )


def test_visits_that_nobody_ends_are_limited_and_end_the_next_one_s_wait():
    house = Gatehouse()
    outputs = house.take(*(register(f"v{number}") for number in range(MOST_VISITS + 1)))
    (refused,) = of(InputRefused, outputs)
    assert refused.subject == f"v{MOST_VISITS}"
    assert "end some" in refused.reason
    house.take(LeaveVisit(visit="v0", by="Guard A"))
    assert not of(InputRefused, house.take(register("one-more")))
