"""What could keep a call for help from being heard, and must not."""

from dataclasses import replace

import pytest

from tests.twins.ash import ASH, Story, of
from tests.twins.schools import MONDAY_0700, says
from tests.twins.test_button_tests_and_misuse import STAFF_ROOM
from twins.alarm import AcknowledgeAlarm, AlarmRaised, InputRefused, ResetAlarm
from twins.alarm_service import ShelveAlarm
from twins.command import CommandEnded
from twins.engine import Engine
from twins.fire_signal import DecideFireSignal, FireSignalHeld
from twins.incident import (
    Answer,
    HandleIncident,
    IncidentLevelRaised,
    IncidentOpened,
    Notification,
    RecipientAnswered,
)
from twins.instant import seconds
from twins.observation import DeviceLost, DeviceRestored
from twins.quieting import LONGEST_SHELF, MOST_QUIET


def press(story: Story):
    outputs = story.see("button", pressed=True)
    return outputs + story.wait(1) + story.see("button", pressed=False)


def answered(story: Story) -> None:
    (case,) = story.engine.incidents
    story.take(
        RecipientAnswered(incident=case, responder="ash/station", answer=Answer.ACKNOWLEDGED)
    )


def test_the_same_button_pressed_long_after_its_case_was_acknowledged_calls_again():
    story = Story()
    press(story)
    answered(story)
    story.wait(7200)
    outputs = press(story)
    assert of(IncidentOpened, outputs)
    assert "ash/station" in {one.responder for one in of(Notification, outputs)}
    assert not of(IncidentOpened, press(story)), "nobody has answered the new one yet"


def test_the_same_button_pressed_again_at_once_stays_one_case_though_it_was_acknowledged():
    story = Story()
    press(story)
    answered(story)
    story.wait(20)
    assert not of(IncidentOpened, press(story))


@pytest.mark.parametrize("reset", [False, True])
def test_a_case_that_nobody_answered_swallows_no_call_of_the_next_day(reset):
    story = Story()
    press(story)
    if reset:
        (alarm,) = story.engine.alarms
        story.take(AcknowledgeAlarm(alarm=alarm, by="Guard A"))
        story.take(ResetAlarm(alarm=alarm, by="Guard A", reason="checked"))
    story.wait(300)
    assert not of(IncidentOpened, press(story)), "it is being called already"
    story.wait(86_400)
    outputs = press(story)
    assert of(IncidentOpened, outputs)
    assert "ash/station" in {one.responder for one in of(Notification, outputs)}


def test_a_case_that_was_called_again_goes_on_from_a_snapshot_like_before():
    story = Story()
    press(story)
    answered(story)
    story.wait(100)
    press(story)
    (first, second) = story.engine.incidents
    for case in (second, first):
        story.take(HandleIncident(incident=case, by="Station", reason="over"))
    assert of(IncidentOpened, press(story))


def test_a_staff_button_that_counts_as_stuck_still_calls_the_police_when_pressed_in_a_row():
    engine, now, outputs = Engine([STAFF_ROOM]), MONDAY_0700, []
    for gap in [5.5] * 11 + [0.5] * 2:
        now += seconds(gap)
        outputs += engine.receive([says("staff-button", "pressed", True, now)], now)
        now += seconds(0.2)
        outputs += engine.receive([says("staff-button", "pressed", False, now)], now)
    assert "button-stuck" in {one.alarm.kind for one in of(AlarmRaised, outputs)}
    assert of(IncidentLevelRaised, outputs)
    assert "elm/station" in {one.responder for one in of(Notification, outputs)}


@pytest.mark.parametrize(
    ("name", "calling"),
    [("button", "pressed"), ("panel", "alarm"), ("gate-face", "hits"), ("events", "events")],
)
def test_a_device_that_can_no_longer_call_is_lost_though_the_rest_of_it_answers(name, calling):
    story = Story()
    rest = {"button": "battery", "panel": "fault", "gate-face": "online", "events": "online"}
    story.see(name, **{calling: 0 if calling in ("hits", "events") else False})
    story.see(name, **{rest[name]: 80 if name == "button" else name != "panel"})
    outputs = story.lose(name, calling)
    assert [one.device for one in of(DeviceLost, outputs)] == [f"ash/{name}"]
    assert story.standing == {"device-lost": name}
    again = story.see(name, **{calling: 0 if calling in ("hits", "events") else False})
    assert of(DeviceRestored, again)
    assert not story.standing


def test_a_button_whose_counter_still_answers_is_not_lost():
    story = Story()
    story.see("button", pressed=False, press_count=1)
    assert not of(DeviceLost, story.lose("button", "pressed"))


def ended(story: Story) -> None:
    """Everything is handled and reset; only the fire panel has not been."""
    for case in list(story.engine.incidents):
        story.take(HandleIncident(incident=case, by="Station", reason="over"))
    for alarm in list(story.engine.alarms):
        story.take(AcknowledgeAlarm(alarm=alarm, by="Guard A"))
        story.take(ResetAlarm(alarm=alarm, by="Guard A", reason="checked"))


def test_what_was_decided_about_a_fire_in_one_attack_opens_nothing_in_the_next():
    story = Story()
    story.see("panel", alarm=False)
    press(story)
    story.see("panel", alarm=True)
    story.take(
        DecideFireSignal(device="ash/panel", evacuate=True, by="Head", reason="smoke is seen")
    )
    ended(story)
    story.wait(86_400)
    outputs = press(story)
    assert of(FireSignalHeld, outputs), "a person is asked anew"
    (refused,) = of(CommandEnded, story.ask("lane", "release"))
    assert "a person who may must decide" in refused.reason


def test_what_was_decided_about_a_fire_holds_while_its_attack_goes_on():
    story = Story()
    story.see("panel", alarm=False)
    press(story)
    story.see("panel", alarm=True)
    story.take(
        DecideFireSignal(device="ash/panel", evacuate=True, by="Head", reason="smoke is seen")
    )
    story.wait(100)
    outputs = story.see("dormitory-button", pressed=True)
    assert of(IncidentOpened, outputs)
    assert not of(FireSignalHeld, outputs)


@pytest.mark.parametrize("kind", ["fire-alarm", "device-lost"])
def test_a_shelf_ends_within_a_day_however_long_somebody_asks_for(kind):
    story = Story()
    until = story.now + LONGEST_SHELF
    by = {"by": "Guard A", "reason": "welding"}
    asked = ShelveAlarm(kind=kind, device="ash/panel", until=until + 1, **by)
    (refused,) = of(InputRefused, story.take(asked))
    assert refused.reason == "a shelf lasts at most 86400 s"
    assert not of(InputRefused, story.take(replace(asked, until=until)))


def test_a_fire_that_was_shelved_calls_people_when_the_shelf_is_over():
    story = Story()
    story.see("panel", alarm=False)
    until = story.now + LONGEST_SHELF
    story.take(
        ShelveAlarm(kind="fire-alarm", device="ash/panel", until=until, by="Guard A", reason="test")
    )
    assert not of(IncidentOpened, story.see("panel", alarm=True))
    assert of(IncidentOpened, story.wait(86_400))


def test_what_somebody_makes_quiet_by_the_thousand_is_refused_and_the_rest_still_works():
    engine = Engine([ASH])
    by = {"device": "ash/lane", "until": MONDAY_0700 + seconds(60), "by": "x", "reason": "x"}
    asked = [ShelveAlarm(kind=f"kind-{number}", **by) for number in range(MOST_QUIET + 5)]
    outputs = engine.receive(asked, MONDAY_0700)
    assert len(of(InputRefused, outputs)) == 5
    assert not of(InputRefused, engine.receive([replace(asked[0], reason="again")], MONDAY_0700))
    engine.advance(MONDAY_0700 + seconds(60))
    assert not engine.memory.quiet
