"""D10 内部人员作案: the guard is the attacker, and the console is unplugged."""

import pytest

from tests.twins.ash import ASH
from tests.twins.schools import MONDAY_0700, clock_time
from tests.twins.stories.stage import sees
from twins.alarm import AlarmRaised, Severity
from twins.broadcast import BroadcastReported, SpeechOutcome
from twins.capability import Line
from twins.early_warning import WarningNotice
from twins.fire_signal import DecideFireSignal, FireSignalHeld, FireSignalSettled
from twins.incident import Answer, IncidentFlagged, IncidentOpened

TWO_AT_NIGHT = MONDAY_0700 + clock_time(19)


@pytest.mark.requirement("R09")
def test_d10_a_fire_signal_opens_no_way_during_an_attack_and_the_gatehouse_may_not_speak(stage):
    story = stage(ASH, zero=TWO_AT_NIGHT)
    story.at(-60, sees("console", online=True), sees("panel", alarm=False))
    story.at(-60, sees("dormitory-button", pressed=False), sees("lane", locked=True))
    story.at(-60, sees("speaker", playing=False))

    story.at(0, sees("console", online=False))
    ((lost, console),) = story.told(AlarmRaised)
    assert (console.alarm.kind, console.alarm.severity) == ("console-lost", Severity.ALARM)
    assert lost <= 2
    assert {one.responder for _, one in story.told(WarningNotice)} == {"ash/station", "ash/head"}
    assert not story.engine.incidents

    story.at(30, sees("dormitory-button", pressed=True))
    story.at(31, *story.reaches("station", "shop"))
    story.at(32, *story.confirms("lane", locked=True))
    story.at(40, story.answers("station", Answer.ACKNOWLEDGED))
    story.at(45, sees("panel", alarm=True))
    story.ask(60, "speaker", "say", by="Guard B", post="gatehouse", text="Everybody out")
    story.ask(65, "speaker", "say", by="Officer 7", post="station", text="Stay in your rooms")
    story.at(66, *story.confirms("speaker", text="Stay in your rooms", playing=True))
    story.at(90)
    stay = DecideFireSignal(
        device="ash/panel", evacuate=False, by="Officer 7", reason="no smoke on video"
    )
    story.at(91, stay)
    story.at(100, *story.reaches("station", case=story.case(2)))
    story.at(101, story.answers("station", Answer.ACKNOWLEDGED, case=story.case(2)))
    story.at(595, story.closes(case=story.case(2), reason="no fire"))
    story.at(600, story.closes(reason="guard detained"))
    story.at(700)

    (opened, case), (fire_opened, fire_case) = story.told(IncidentOpened)
    assert (fire_case.incident.kind, fire_opened) == ("fire-alarm", 45.25)
    fire_told = story.notified(story.case(2))
    assert fire_told["ash/station"] == fire_opened, "of a fire people are told at once"
    assert (case.incident.kind, case.incident.place) == ("one-key-alarm", "dormitory")
    assert opened - 30 <= 2, "the dormitory's way does not go through the gatehouse"
    assert story.notified()["ash/station"] == opened
    fire = story.told(AlarmRaised, lambda one: one.alarm.kind == "fire-alarm")
    assert [second for second, _ in fire] == [45.25]
    held = story.told(FireSignalHeld)
    assert [second for second, _ in held] == [45.25, 75.25], "shown, and told again"
    ((_, settled),) = story.told(FireSignalSettled)
    assert (settled.evacuate, settled.by) == (False, "Officer 7")
    assert not story.opened_ways(), "no fire signal opened anything"

    spoken = [
        (second, one.speech.post, one.speech.by, one.outcome)
        for second, one in story.told(BroadcastReported)
    ]
    assert spoken == [
        (60.0, "gatehouse", "Guard B", SpeechOutcome.REFUSED),
        (66.25, "station", "Officer 7", SpeechOutcome.ACKNOWLEDGED),
    ]
    assert [one[1:] for one in story.orders()] == [("lane", "lock"), ("speaker", "say")]
    assert story.first_line() is Line.GATE_FRONT, "the console, before anybody pressed"
    assert story.four_timestamps() == (30.0, 31.0, 40.0, 600.0)
    assert not story.told(IncidentFlagged)
