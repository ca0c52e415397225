"""D06: announced tests, levels of help, stuck buttons and misuse - and nothing real is held back."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.twins.schools import ELM, MONDAY_0700, TITLE, device, says
from twins.alarm import (
    AcknowledgeAlarm,
    AlarmLevelRaised,
    AlarmRaised,
    AlarmRepeated,
    InputRefused,
    ResetAlarm,
)
from twins.announcement import (
    AnnounceTest,
    ButtonTestAnnounced,
    ButtonTested,
    ButtonTestEnded,
    EndTest,
)
from twins.command import Command
from twins.engine import Engine
from twins.incident import (
    Answer,
    EscalationRaised,
    HandleIncident,
    IncidentAcknowledged,
    IncidentLevelRaised,
    IncidentOpened,
    Notification,
    RaiseHelpLevel,
    RecipientAnswered,
    RepeatedUse,
)
from twins.instant import milliseconds, seconds
from twins.records import Output
from twins.school import HelpLevel, Plan, PlanStep, Responder, Role

NOW = MONDAY_0700

STAFF_ROOM = replace(
    ELM,
    devices=(
        *ELM.devices,
        replace(device("staff-button", "one-key-alarm"), help_level=HelpLevel.STAFF),
    ),
    responders=(*ELM.responders, Responder(id="elm/nurse", role=Role.STAFF, title=TITLE)),
    plans=(
        *ELM.plans,
        Plan(
            kind="one-key-alarm",
            level=HelpLevel.STAFF,
            steps=(PlanStep(id="call", title=TITLE, action="play", devices=("elm/speaker",)),),
        ),
    ),
)


def of(kind: type, outputs: list[Output]) -> list[Output]:
    return [output for output in outputs if isinstance(output, kind)]


def told(outputs: list[Output]) -> list[str]:
    return [note.responder for note in of(Notification, outputs)]


def press(engine: Engine, at: int, name: str = "button") -> list[Output]:
    outputs = engine.receive([says(name, "pressed", True, at)], at)
    released = at + milliseconds(100)
    return outputs + engine.receive([says(name, "pressed", False, released)], released)


def announced(subject: str = "elm", start: int = NOW, lasts: int = 300) -> AnnounceTest:
    return AnnounceTest(
        subject=subject,
        start=start,
        until=start + seconds(lasts),
        by="Head guard",
        reason="quarterly test",
    )


# Announced tests


def test_a_press_under_an_announced_test_is_evidence_and_calls_nobody():
    engine = Engine([ELM])
    (test,) = of(ButtonTestAnnounced, engine.receive([announced()], NOW))
    outputs = press(engine, NOW + seconds(1))
    assert of(ButtonTested, outputs) == [
        ButtonTested(test=test.test.id, device="elm/button", sensed=NOW + seconds(1))
    ]
    assert not of(AlarmRaised, outputs)
    assert not of(Notification, outputs)
    assert not engine.incidents
    (ended,) = of(ButtonTestEnded, engine.advance(NOW + seconds(300)))
    assert (ended.tested, ended.untested) == (("elm/button",), ("elm/button-2",))


def test_a_test_of_one_button_never_holds_back_another_one():
    engine = Engine([ELM])
    engine.receive([announced("elm/button")], NOW)
    press(engine, NOW + seconds(1))
    outputs = press(engine, NOW + seconds(2), "button-2")
    assert of(IncidentOpened, outputs)
    assert "elm/station" in told(outputs)


def test_a_test_in_one_school_never_holds_back_another_school():
    oak = replace(
        ELM,
        id="oak",
        devices=(replace(ELM.devices[0], id="oak/button"),),
        responders=(Responder(id="oak/station", role=Role.STATION, title=TITLE),),
        posts=(),
        plans=(),
    )
    engine = Engine([ELM, oak])
    engine.receive([announced()], NOW)
    press(engine, NOW + seconds(1))
    real = replace_device(says("button", "pressed", True, NOW + seconds(41)), "oak/button")
    assert told(engine.receive([real], NOW + seconds(41))) == ["oak/station"]


def replace_device(observation, name):
    return type(observation)(
        device=name,
        property=observation.property,
        value=observation.value,
        source_time=observation.source_time,
        receive_time=observation.receive_time,
    )


@pytest.mark.parametrize("after", [300, 301, 4000])
def test_a_press_after_the_announced_window_is_real(after):
    engine = Engine([ELM])
    engine.receive([announced()], NOW)
    assert of(IncidentOpened, press(engine, NOW + seconds(after)))


def test_a_press_before_the_announced_window_is_real():
    engine = Engine([ELM])
    engine.receive([announced(start=NOW + seconds(60))], NOW)
    assert of(IncidentOpened, press(engine, NOW + seconds(59)))


def test_a_press_made_before_the_test_and_received_in_it_is_real():
    engine = Engine([ELM])
    engine.receive([announced()], NOW)
    late = says("button", "pressed", True, NOW - seconds(5))
    assert of(IncidentOpened, engine.receive([late], NOW + seconds(1)))


def test_while_a_case_is_open_at_the_school_no_press_there_is_a_test():
    engine = Engine([ELM])
    engine.receive([announced("elm/button")], NOW)
    press(engine, NOW + seconds(1), "button-2")
    assert of(AlarmRaised, press(engine, NOW + seconds(2)))


def test_a_test_can_be_ended_early_and_then_a_press_is_real():
    engine = Engine([ELM])
    engine.receive([announced()], NOW)
    assert of(InputRefused, engine.receive([EndTest(test="elm/test/1", by=" ")], NOW))
    (ended,) = engine.receive([EndTest(test="elm/test/1", by="Head guard")], NOW + seconds(5))
    assert ended.untested == ("elm/button", "elm/button-2")
    assert of(IncidentOpened, press(engine, NOW + seconds(6)))


def test_the_counter_and_the_contact_of_a_test_press_are_one_test_even_across_its_end():
    engine = Engine([ELM])
    first = [says("button", "pressed", False, NOW), says("button", "press_count", 4, NOW)]
    engine.receive([*first, announced(lasts=10)], NOW)
    at = NOW + seconds(10) - milliseconds(200)
    assert of(ButtonTested, press(engine, at))
    later = says("button", "press_count", 5, at)
    assert not of(AlarmRaised, engine.receive([later], at + milliseconds(400)))
    assert not engine.alarms


@pytest.mark.requirement("R03")
def test_a_tested_button_that_is_pressed_again_in_the_same_test_calls_for_help():
    engine = Engine([ELM])
    engine.receive([announced()], NOW)
    assert of(ButtonTested, press(engine, NOW + seconds(1)))
    outputs = press(engine, NOW + seconds(30))
    assert not of(ButtonTested, outputs)
    assert "elm/station" in told(outputs)


def test_each_button_of_a_school_wide_test_has_its_own_first_press():
    engine = Engine([ELM])
    engine.receive([announced()], NOW)
    for second, name in ((1, "button"), (2, "button-2")):
        assert of(ButtonTested, press(engine, NOW + seconds(second), name))
    assert not engine.alarms


def test_a_counter_that_shows_several_presses_at_once_in_a_test_is_a_call_for_help():
    engine = Engine([ELM])
    engine.receive([says("button", "press_count", 4, NOW), announced()], NOW)
    at = NOW + seconds(1)
    outputs = engine.receive([says("button", "press_count", 7, at)], at)
    assert len(of(ButtonTested, outputs)) == 1
    (raised,) = of(AlarmRaised, outputs)
    assert raised.alarm.count == 2
    assert of(IncidentOpened, outputs)


def test_contact_and_counter_of_a_second_press_in_a_test_are_one_alarm():
    engine = Engine([ELM])
    engine.receive([says("button", "press_count", 4, NOW), announced()], NOW)
    press(engine, NOW + seconds(1))
    at = NOW + seconds(1) + milliseconds(200)
    assert not of(AlarmRaised, engine.receive([says("button", "press_count", 5, at)], at))
    second = NOW + seconds(20)
    outputs = engine.receive([says("button", "press_count", 6, second)], second)
    outputs += press(engine, second + milliseconds(100))
    (raised,) = of(AlarmRaised, outputs)
    assert raised.alarm.count == 1
    assert not of(AlarmRepeated, outputs)


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("end", ["its time", "a person"])
def test_a_contact_still_held_when_its_test_ends_calls_for_help(end):
    engine = Engine([ELM])
    engine.receive([announced(lasts=30)], NOW)
    pressed = NOW + seconds(1)
    assert of(ButtonTested, engine.receive([says("button", "pressed", True, pressed)], pressed))
    if end == "its time":
        outputs = engine.advance(NOW + seconds(30))
    else:
        outputs = engine.receive([EndTest(test="elm/test/1", by="Head guard")], NOW + seconds(9))
    (raised,) = of(AlarmRaised, outputs)
    assert (raised.alarm.device, raised.alarm.sensed) == ("elm/button", pressed)
    assert "elm/station" in told(outputs)
    again = engine.receive([says("button", "pressed", False, NOW + seconds(31))], NOW + seconds(31))
    assert not of(AlarmRaised, again)


def test_a_contact_that_was_let_go_before_its_test_ended_calls_nobody():
    engine = Engine([ELM])
    engine.receive([announced(lasts=30)], NOW)
    press(engine, NOW + seconds(1))
    assert not of(AlarmRaised, engine.advance(NOW + seconds(30)))


@pytest.mark.requirement("R03")
def test_announcements_that_would_disarm_a_button_are_refused():
    engine = Engine([ELM])
    wrong = {
        "at most 3600 s": announced(lasts=3601),
        "over already": announced(start=NOW - seconds(400)),
        "a name and a reason": replace(announced(), by=""),
        "no such school or one-key alarm": announced("elm/camera"),
    }
    for words, request in wrong.items():
        (refused,) = engine.receive([request], NOW)
        assert words in refused.reason


# Levels of help


def test_a_staff_level_press_tells_only_the_school_and_follows_the_staff_plan():
    engine = Engine([STAFF_ROOM])
    outputs = press(engine, NOW, "staff-button")
    (raised,), (opened,) = of(AlarmRaised, outputs), of(IncidentOpened, outputs)
    assert raised.alarm.level is opened.incident.level is HelpLevel.STAFF
    assert told(outputs) == ["elm/console", "elm/nurse"]
    assert [command.device for command in of(Command, outputs)] == ["elm/speaker"]


def test_a_person_raises_a_staff_level_case_and_only_those_not_told_yet_are_told():
    engine = Engine([STAFF_ROOM])
    press(engine, NOW, "staff-button")
    request = RaiseHelpLevel(incident="elm/incident/1", by="Nurse", reason="")
    assert of(InputRefused, engine.receive([request], NOW + seconds(3)))
    outputs = engine.receive([replace(request, reason="he has a knife")], NOW + seconds(4))
    (raised,) = of(IncidentLevelRaised, outputs)
    assert (raised.by, raised.level) == ("Nurse", HelpLevel.POLICE)
    assert told(outputs) == ["elm/station", "elm/volunteer-1"]
    assert [command.action for command in of(Command, outputs)] == ["lock", "play"]
    again = replace(request, reason="again")
    assert of(InputRefused, engine.receive([again], NOW + seconds(5))), "it is never lowered"


def test_three_presses_in_five_seconds_of_a_staff_button_call_the_police():
    engine = Engine([STAFF_ROOM])
    outputs = [press(engine, NOW + seconds(2 * n), "staff-button") for n in range(3)]
    assert "elm/station" not in told(outputs[0]) + told(outputs[1])
    assert "elm/station" in told(outputs[2])
    assert len(of(AlarmLevelRaised, outputs[2])) == len(of(IncidentLevelRaised, outputs[2])) == 1
    assert len(engine.incidents) == 1


def test_three_presses_too_far_apart_stay_with_the_school():
    engine = Engine([STAFF_ROOM])
    outputs = [press(engine, NOW + seconds(4 * n), "staff-button") for n in range(3)]
    assert "elm/station" not in [one for batch in outputs for one in told(batch)]


def test_a_police_level_press_is_never_swallowed_by_an_open_staff_level_case():
    engine = Engine([STAFF_ROOM])
    press(engine, NOW, "staff-button")
    outputs = press(engine, NOW + seconds(5), "button")
    assert "elm/station" in told(outputs)
    (incident,) = engine.incidents.values()
    assert incident.level is HelpLevel.POLICE


def test_a_staff_level_call_that_can_reach_nobody_of_the_school_goes_to_the_police():
    alone = [one for one in ELM.responders if one.role is Role.STATION]
    engine = Engine([replace(STAFF_ROOM, responders=tuple(alone))])
    assert told(press(engine, NOW, "staff-button")) == ["elm/station"]


def test_what_the_school_acknowledged_has_to_be_answered_by_a_seat_once_it_is_raised():
    engine = Engine([STAFF_ROOM])
    press(engine, NOW, "staff-button")
    nurse = RecipientAnswered(
        incident="elm/incident/1", responder="elm/nurse", answer=Answer.ACKNOWLEDGED
    )
    assert of(IncidentAcknowledged, engine.receive([nurse], NOW + seconds(2)))
    raising = RaiseHelpLevel(incident="elm/incident/1", by="Nurse", reason="knife")
    engine.receive([raising], NOW + seconds(40))
    assert engine.incidents["elm/incident/1"].acknowledged is None
    assert of(EscalationRaised, engine.advance(NOW + seconds(70)))


# Stuck buttons and misuse


def test_a_button_that_sends_thirty_times_is_one_case_and_one_fault():
    engine = Engine([ELM])
    outputs = [one for n in range(30) for one in press(engine, NOW + seconds(n))]
    kinds = [raised.alarm.kind for raised in of(AlarmRaised, outputs)]
    assert kinds == ["one-key-alarm", "button-stuck"]
    assert len(of(IncidentOpened, outputs)) == 1
    assert told(outputs) == ["elm/station", "elm/console", "elm/volunteer-1"]
    assert of(AlarmRepeated, outputs)[-1].count == 30


def test_a_stuck_button_is_not_dispatched_again_after_its_case_was_closed():
    engine = Engine([ELM])
    for number in range(12):
        press(engine, NOW + seconds(number))
    closing = HandleIncident(incident="elm/incident/1", by="Station", reason="button is stuck")
    engine.receive([closing], NOW + seconds(12))
    outputs = press(engine, NOW + seconds(13))
    assert not of(IncidentOpened, outputs)
    assert of(AlarmRepeated, outputs), "but it is counted"


def test_a_button_that_is_quiet_again_is_believed_again():
    engine = Engine([ELM])
    for number in range(12):
        press(engine, NOW + seconds(number))
    closing = HandleIncident(incident="elm/incident/1", by="Station", reason="button is stuck")
    engine.receive([closing], NOW + seconds(12))
    engine.advance(NOW + seconds(11 + 60))
    assert [one.kind for one in engine.alarms.values()] == ["one-key-alarm"]
    assert of(IncidentOpened, press(engine, NOW + seconds(80)))


def test_a_contact_closed_for_a_minute_is_a_fault_until_it_opens():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    (raised,) = of(AlarmRaised, engine.advance(NOW + seconds(60)))
    assert raised.alarm.kind == "button-stuck"
    opened = NOW + seconds(90)
    engine.receive([says("button", "pressed", False, opened)], opened)
    assert [one.kind for one in engine.alarms.values()] == ["one-key-alarm"]


@pytest.mark.requirement("R03")
def test_two_presses_are_one_case():
    engine = Engine([ELM])
    outputs = press(engine, NOW) + press(engine, NOW + seconds(5))
    assert len(of(IncidentOpened, outputs)) == 1
    assert len(told(outputs)) == len(set(told(outputs)))


def test_a_child_who_presses_three_times_in_two_days_is_a_finding_and_every_press_is_dispatched():
    engine, outputs = Engine([ELM]), []
    for number in range(3):
        at = NOW + number * seconds(20 * 3600)
        pressed = press(engine, at)
        assert of(IncidentOpened, pressed)
        outputs += pressed
        (incident,), (alarm,) = engine.incidents, engine.alarms
        over = at + seconds(300)
        engine.receive([HandleIncident(incident=incident, by="Station", reason="a child")], over)
        engine.receive([AcknowledgeAlarm(alarm=alarm, by="Guard A")], over)
        engine.receive([ResetAlarm(alarm=alarm, by="Guard A", reason="a child")], over)
    assert of(RepeatedUse, outputs) == [RepeatedUse(device="elm/button", incidents=3, since=NOW)]


def test_three_cases_in_a_week_are_no_finding():
    engine, outputs = Engine([ELM]), []
    for number in range(3):
        at = NOW + number * seconds(2 * 86_400)
        outputs += press(engine, at)
        (incident,) = engine.incidents
        engine.receive([HandleIncident(incident=incident, by="Station", reason="over")], at)
    assert len(of(IncidentOpened, outputs)) == 3
    assert not of(RepeatedUse, outputs)


def test_tests_cannot_be_chained_until_a_button_is_disarmed():
    engine = Engine([ELM])
    hour = seconds(3600)
    starts = [NOW + number * hour for number in range(24)]
    outputs = engine.receive([announced(start=one, lasts=3600) for one in starts], NOW)
    kept = [one.test for one in outputs if isinstance(one, ButtonTestAnnounced)]
    assert all(after.start - before.until >= hour for before, after in pairwise(kept))
    single = announced(subject="elm/button", start=NOW + seconds(10), lasts=60)
    (refused,) = engine.receive([single], NOW)
    assert isinstance(refused, InputRefused), "the school's test covers this button too"
    engine.advance(NOW + hour)
    again = announced(start=NOW + hour, lasts=3600)
    assert isinstance(engine.receive([again], NOW + hour)[0], InputRefused)


def test_a_press_just_after_a_test_is_real_whatever_contact_and_counter_still_owe():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", False, NOW), announced(lasts=60)], NOW)
    engine.receive([says("button", "press_count", 5, NOW)], NOW)
    last = NOW + seconds(59)
    engine.receive([says("button", "press_count", 6, last)], last)
    after = NOW + milliseconds(60_500)
    outputs = engine.receive([says("button", "pressed", True, after)], after)
    assert any(isinstance(one, IncidentOpened) for one in outputs)
