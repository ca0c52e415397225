"""D10: the guard is the attacker, his console is off, and he pulls the fire alarm."""

from dataclasses import replace

import pytest

from tests.twins.ash import ASH, Story, of, says
from twins.alarm import (
    AcknowledgeAlarm,
    AlarmRaised,
    AlarmRepeated,
    InputRefused,
    ResetAlarm,
    Severity,
)
from twins.broadcast import BroadcastReported, SpeechOutcome
from twins.command import Command, CommandAudited, CommandEnded, CommandResult
from twins.early_warning import WarningNotice
from twins.fire_signal import DecideFireSignal, FireSignalHeld, FireSignalSettled
from twins.incident import HandleIncident, IncidentOpened, Notification, RaiseHelpLevel
from twins.instant import seconds
from twins.observation import Quality
from twins.school import HelpLevel, Responder, Role
from twins.visit import ReportBypass

EVACUATE = DecideFireSignal(device="ash/panel", evacuate=True, by="Station", reason="smoke seen")


def ready() -> Story:
    story = Story()
    story.see("console", online=True, heartbeat=1)
    story.see("panel", alarm=False)
    story.see("dormitory-button", pressed=False)
    story.see("lane", locked=False)
    return story


def released(outputs) -> list[Command]:
    return [one for one in of(Command, outputs) if one.action == "release"]


def opened(outputs) -> list[str]:
    return [one.incident.kind for one in of(IncidentOpened, outputs)]


def attacked() -> Story:
    story = ready()
    story.see("dormitory-button", pressed=True)
    return story


def close(story: Story, kind: str):
    (incident,) = [one for one in story.engine.incidents.values() if one.kind == kind]
    return story.take(HandleIncident(incident=incident.id, by="Station", reason="over"))


# The console


@pytest.mark.parametrize(
    "lost",
    [
        lambda story: story.see("console", online=False),
        lambda story: story.lose("console", "online"),
        lambda story: story.lose("console", "heartbeat"),
    ],
)
def test_a_lost_console_is_a_fault_as_grave_as_an_alarm_at_once(lost):
    story = ready()
    outputs = lost(story)
    raised = {one.alarm.kind: one.alarm for one in of(AlarmRaised, outputs)}
    alarm = raised["console-lost"]
    assert (alarm.severity, alarm.latching, alarm.raised) == (Severity.ALARM, True, story.now)
    assert {one.responder for one in of(WarningNotice, outputs)} == {"ash/station", "ash/head"}
    assert not of(IncidentOpened, outputs), "nobody runs to a console"


def test_a_heartbeat_that_stops_is_a_lost_console_though_it_says_that_it_is_online():
    story = ready()
    for beat in range(2, 6):
        story.wait(5)
        story.see("console", heartbeat=beat)
    assert not of(AlarmRaised, story.wait(9))
    (raised,) = of(AlarmRaised, story.wait(1))
    assert raised.alarm.kind == "console-lost"
    story.see("console", heartbeat=6)
    (alarm,) = story.engine.alarms.values()
    assert not alarm.active, "it beats again, and the fault waits for a person"


def test_a_console_without_heartbeat_is_judged_by_being_online():
    story = Story()
    story.see("console", online=True)
    assert not of(AlarmRaised, story.wait(600))


def test_a_console_that_stays_lost_is_told_once_and_one_lost_again_is_told_again():
    story = ready()
    story.see("console", online=False)
    assert not of(WarningNotice, story.lose("console", "heartbeat"))
    story.see("console", online=True, heartbeat=2)
    outputs = story.see("console", online=False)
    assert of(AlarmRepeated, outputs)
    assert of(WarningNotice, outputs)


def test_an_uncertain_console_is_not_called_lost():
    story = ready()
    story.take(says("console", "online", True, story.now, quality=Quality.UNCERTAIN))
    assert "console-lost" not in story.standing


# The fire signal


def test_a_fire_signal_opens_its_own_incident_and_its_plan_when_nothing_else_is_open():
    story = ready()
    outputs = story.see("panel", alarm=True)
    assert opened(outputs) == ["fire-alarm"]
    assert released(outputs)
    assert "ash/station" in {one.responder for one in of(Notification, outputs)}


def test_a_fire_signal_during_an_attack_calls_people_at_once_and_opens_no_way_by_itself():
    story = attacked()
    outputs = story.see("panel", alarm=True)
    assert [one.alarm.kind for one in of(AlarmRaised, outputs)] == ["fire-alarm"]
    assert opened(outputs) == ["fire-alarm"]
    assert "ash/station" in {one.responder for one in of(Notification, outputs)}
    assert not of(Command, outputs)
    (held,) = of(FireSignalHeld, outputs)
    assert story.engine.incidents[held.incident].kind == "one-key-alarm"
    (fire,) = [one for one in story.engine.incidents.values() if one.kind == "fire-alarm"]
    assert fire.plan_held
    (case,) = [one.incident for one in of(IncidentOpened, outputs)]
    assert case.plan_held, "whoever opens the case reads that its plan waits"


def test_a_fire_signal_during_a_case_that_is_no_attack_opens_its_ways_at_once():
    story = ready()
    bypass = ReportBypass(device="ash/lane", by="Guard A")
    assert opened(story.take(bypass)) == ["inspection-bypassed"]
    outputs = story.see("panel", alarm=True)
    assert opened(outputs) == ["fire-alarm"]
    assert released(outputs)
    assert not of(FireSignalHeld, outputs)


def test_which_cases_are_attacks_is_the_school_s_data():
    kinds = frozenset({"inspection-bypassed"})
    story = Story(replace(ASH, premises=replace(ASH.premises, attack_kinds=kinds)))
    story.take(ReportBypass(device="ash/lane", by="Guard A"))
    assert of(FireSignalHeld, story.see("panel", alarm=True))


def test_a_call_to_the_school_s_own_people_is_no_attack_until_it_is_raised_to_the_police():
    nurse = Responder(id="ash/nurse", role=Role.STAFF, title=ASH.title)
    devices = [
        replace(one, help_level=HelpLevel.STAFF) if one.id == "ash/button" else one
        for one in ASH.devices
    ]
    school = replace(ASH, devices=tuple(devices), responders=(*ASH.responders, nurse))
    for raised in (False, True):
        story = Story(school)
        story.see("button", pressed=True)
        (case,) = story.engine.incidents
        if raised:
            story.take(RaiseHelpLevel(incident=case, by="Nurse", reason="a knife"))
        outputs = story.see("panel", alarm=True)
        assert bool(released(outputs)) is not raised


def test_a_fire_signal_that_comes_late_still_calls_people():
    story = ready()
    story.wait(100)
    story.see("panel", alarm=False)
    late = says("panel", "alarm", True, story.now - seconds(40), story.now)
    outputs = story.take(late)
    assert opened(outputs) == ["fire-alarm"]
    assert not of(AlarmRepeated, story.take(late)), "the same signal"


def test_a_case_of_a_fire_that_was_closed_is_not_opened_again_when_the_attack_is_over():
    story = attacked()
    story.see("panel", alarm=True)
    close(story, "fire-alarm")
    (settled,) = of(FireSignalSettled, story.wait(30))
    assert not settled.evacuate
    close(story, "one-key-alarm")
    assert not opened(story.wait(120))


# Opening something during an attack


@pytest.mark.parametrize("role", ["", "guard", "volunteer"])
def test_during_an_attack_nobody_opens_a_lane_by_asking_for_it(role):
    story = attacked()
    (ended,) = of(CommandEnded, story.ask("lane", "release", override_as=role))
    assert ended.result is CommandResult.REFUSED
    assert "is open: a person who may must decide" in ended.reason


def test_during_an_attack_who_may_opens_a_lane_with_a_reason_and_it_is_audited():
    story = attacked()
    outputs = story.ask("lane", "release", override_as="station", reason="our car is at the gate")
    (command,) = of(Command, outputs)
    (audited,) = of(CommandAudited, story.end(command, CommandResult.CONFIRMED))
    assert (audited.override_as, audited.requested_by) == ("station", "Operator A")
    assert audited.reason == "our car is at the gate"
    (refused,) = of(CommandEnded, story.ask("lane", "release", override_as="head", reason=" "))
    assert refused.reason == "a command needs a name and a reason"


def test_when_nobody_attacks_a_role_opens_nothing_that_is_closed_to_everybody():
    story = ready()
    (ended,) = of(CommandEnded, story.ask("lane", "release", override_as="station"))
    assert "no visit is registered" in ended.reason


def test_once_a_person_has_decided_to_get_people_out_lanes_may_be_opened():
    story = attacked()
    story.see("panel", alarm=True)
    assert of(CommandEnded, story.ask("lane", "release"))
    (command,) = released(story.take(EVACUATE))
    story.end(command, CommandResult.CONFIRMED)
    assert released(story.ask("lane", "release"))


def test_a_held_fire_signal_is_told_again_until_somebody_decides():
    story = attacked()
    story.see("panel", alarm=True)
    assert len(of(FireSignalHeld, story.wait(95))) == 3
    story.take(DecideFireSignal(device="ash/panel", evacuate=False, by="Station", reason="pulled"))
    outputs = story.wait(300)
    assert not of(FireSignalHeld, outputs)
    assert not opened(outputs)


def test_a_person_may_decide_to_get_people_out_and_then_the_plan_runs():
    story = attacked()
    story.see("panel", alarm=True)
    outputs = story.take(EVACUATE)
    (settled,) = of(FireSignalSettled, outputs)
    assert (settled.evacuate, settled.by) == (True, "Station")
    assert not opened(outputs), "its case has been open since the signal"
    assert released(outputs)
    (alarm,) = [one for one in story.engine.alarms.values() if one.kind == "fire-alarm"]
    assert alarm.count == 1, "it is the same signal"


def test_who_decided_against_it_may_still_decide_for_it_and_not_the_other_way():
    story = attacked()
    story.see("panel", alarm=True)
    stay = DecideFireSignal(device="ash/panel", evacuate=False, by="Station", reason="pulled")
    story.take(stay)
    assert of(InputRefused, story.take(stay))
    assert released(story.take(EVACUATE))
    assert of(InputRefused, story.take(stay))


def test_a_decision_needs_a_held_signal_a_name_and_a_reason():
    story = attacked()
    assert of(InputRefused, story.take(EVACUATE)), "nothing is held"
    story.see("panel", alarm=True)
    for by, reason in (("", "smoke"), ("Station", " ")):
        wrong = DecideFireSignal(device="ash/panel", evacuate=True, by=by, reason=reason)
        outputs = story.take(wrong)
        assert of(InputRefused, outputs)
        assert not of(Command, outputs)


def test_a_fire_that_still_burns_when_the_attack_is_over_opens_its_ways_by_itself():
    story = attacked()
    story.see("panel", alarm=True)
    story.wait(40)
    close(story, "one-key-alarm")
    outputs = story.wait(30)
    assert not opened(outputs)
    assert released(outputs)
    assert of(FireSignalSettled, outputs)


def test_a_signal_that_ends_before_anybody_decided_is_settled_and_its_alarm_stays():
    story = attacked()
    story.see("panel", alarm=True)
    (settled,) = of(FireSignalSettled, story.see("panel", alarm=False))
    assert not settled.evacuate
    assert "fire-alarm" in story.standing, "it latches"
    close(story, "one-key-alarm")
    assert not opened(story.wait(120))


def test_a_signal_that_is_bad_for_a_moment_is_the_same_signal():
    story = ready()
    story.see("panel", alarm=True)
    story.lose("panel", "alarm")
    outputs = story.see("panel", alarm=True)
    assert not of(AlarmRepeated, outputs)
    assert not opened(outputs)


def test_an_attack_after_the_fire_locks_by_its_own_plan():
    story = ready()
    story.see("panel", alarm=True)
    outputs = story.see("dormitory-button", pressed=True)
    assert [one.action for one in of(Command, outputs)] == ["lock"]


# The story


def test_d10_an_insider_can_neither_silence_nor_empty_the_school():
    story = ready()

    # 0 s: the console is unplugged.
    off = story.see("console", online=False)
    (fault,) = of(AlarmRaised, off)
    assert (fault.alarm.kind, fault.alarm.severity) == ("console-lost", Severity.ALARM)
    assert {one.responder for one in of(WarningNotice, off)} == {"ash/station", "ash/head"}

    # +30 s: the button in the dormitory does not go through the gatehouse.
    story.at(30)
    pressed = story.see("dormitory-button", pressed=True)
    assert opened(pressed) == ["one-key-alarm"]
    told = {one.responder for one in of(Notification, pressed)}
    assert {"ash/station", "ash/car", "ash/shop"} <= told
    (lock,) = of(Command, pressed)
    story.see("lane", locked=True)
    story.end(lock, CommandResult.CONFIRMED)

    # +45 s: the attacker pulls the fire alarm. Nobody is sent into the corridor by a machine.
    story.at(45)
    fire = story.see("panel", alarm=True)
    assert of(FireSignalHeld, fire)
    assert opened(fire) == ["fire-alarm"], "people are told, as of any fire"
    assert not of(Command, fire)

    # +60 s: a broadcast from the gatehouse.
    story.at(60)
    speech = story.ask("speaker", "play", post="gatehouse", requested_by="Guard A")
    assert not of(Command, speech)
    (reported,) = of(BroadcastReported, speech)
    assert (reported.outcome, reported.speech.by) == (SpeechOutcome.REFUSED, "Guard A")
    (ended,) = of(CommandEnded, speech)
    assert ended.result is CommandResult.REFUSED

    # The console is plugged in again: the fault stays until the station has reset it.
    story.at(70)
    story.see("console", online=True, heartbeat=2)
    assert "console-lost" in story.standing
    story.take(AcknowledgeAlarm(alarm=fault.alarm.id, by="Station"))
    story.take(ResetAlarm(alarm=fault.alarm.id, by="Station", reason="another guard is there"))
    assert "console-lost" not in story.standing

    # The station has looked at the video and decides.
    story.at(80)
    story.take(DecideFireSignal(device="ash/panel", evacuate=False, by="Station", reason="pulled"))
    assert not of(Command, story.wait(300))


# A signal that comes again


def test_a_second_fire_calls_people_again_though_nobody_has_reset_the_first_alarm():
    story = ready()
    story.see("panel", alarm=True)
    story.see("panel", alarm=False)
    close(story, "fire-alarm")
    story.wait(600)
    outputs = story.see("panel", alarm=True)
    assert of(AlarmRepeated, outputs)
    assert opened(outputs) == ["fire-alarm"]
    assert released(outputs)


def test_a_signal_that_comes_again_after_the_attack_opens_the_ways_of_its_open_case():
    story = attacked()
    story.see("panel", alarm=True)
    story.see("panel", alarm=False)
    close(story, "one-key-alarm")
    assert not released(story.wait(60))
    assert released(story.see("panel", alarm=True))


def test_an_older_signal_that_comes_while_it_burns_ends_nothing():
    story = ready()
    story.wait(100)
    story.see("panel", alarm=True)
    story.take(says("panel", "alarm", True, story.now - seconds(40), story.now))
    (alarm,) = [one for one in story.engine.alarms.values() if one.kind == "fire-alarm"]
    assert alarm.active


# An attack while it burns


def test_an_attack_while_it_burns_asks_a_person_at_once_whether_people_still_get_out():
    story = ready()
    (way,) = released(story.see("panel", alarm=True))
    story.end(way, CommandResult.CONFIRMED)
    outputs = story.see("dormitory-button", pressed=True)
    (held,) = of(FireSignalHeld, outputs)
    assert story.engine.incidents[held.incident].kind == "one-key-alarm"
    assert len(of(FireSignalHeld, story.wait(35))) == 1, "told again"
    (lock,) = of(Command, outputs)
    story.end(lock, CommandResult.CONFIRMED)
    assert of(CommandEnded, story.ask("lane", "release")), "not for whoever asks"
    assert released(story.take(EVACUATE)), "the ways that the attack's plan has locked"


def test_the_ways_are_opened_again_when_an_attack_that_began_while_it_burned_is_over():
    story = ready()
    story.see("panel", alarm=True)
    story.see("dormitory-button", pressed=True)
    close(story, "one-key-alarm")
    assert released(story.wait(30))


def test_an_attack_after_a_fire_whose_signal_is_over_asks_nothing():
    story = ready()
    story.see("panel", alarm=True)
    story.see("panel", alarm=False)
    assert not of(FireSignalHeld, story.see("dormitory-button", pressed=True))
