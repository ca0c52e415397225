"""突發事件識別 (R88): an event warns without a button; what is not sure is kept."""

from dataclasses import replace

import pytest

from tests.twins.ash import ASH, Story, of, says
from twins.alarm import (
    AcknowledgeAlarm,
    AlarmChanged,
    AlarmRaised,
    AlarmRepeated,
    ResetAlarm,
    Severity,
)
from twins.command import Command
from twins.early_warning import WarningChanged, WarningDelivered, WarningNotice, WarningReached
from twins.incident import IncidentOpened
from twins.instant import seconds
from twins.sighting import Doubt, EventSeen, Outcome, RecordExpired
from twins.video import EventVideo
from twins.watch import EVENT_CLASSES


def ready(school=ASH) -> Story:
    story = Story(school)
    story.see("events", online=True, false_rate=0.02, events=0)
    return story


def event(story: Story, name: str, score: float):
    """A front end tells of an event; its number changes last."""
    seen = story.engine.twins["ash/events"].properties["events"].value
    return story.see("events", **{"class": name, "score": score, "events": seen + 1})


def record(outputs):
    (seen,) = of(EventSeen, outputs)
    return seen.event


@pytest.mark.requirement("R88")
@pytest.mark.parametrize("name", EVENT_CLASSES)
def test_an_event_warns_without_a_button_and_guard_station_and_street_unit_are_told(name):
    story = ready()
    outputs = event(story, name, 0.91)
    (raised,) = of(AlarmRaised, outputs)
    assert (raised.alarm.kind, raised.alarm.severity) == (f"event-{name}", Severity.WARNING)
    notices = of(WarningNotice, outputs)
    assert [one.responder for one in notices] == ["ash/station", "ash/guard", "ash/car"]
    seen = record(outputs)
    assert (seen.event, seen.score, seen.false_rate) == (name, 0.91, 0.02)
    story.wait(2)
    for one in notices:
        delivered = WarningDelivered(warning=one.warning, responder=one.responder)
        (reached,) = of(WarningReached, story.take(delivered))
        assert reached.delivery.delivered - seen.sensed <= seconds(3)
    assert not of(Command, story.told)
    assert not of(IncidentOpened, story.told)


@pytest.mark.requirement("R88")
def test_a_low_score_is_kept_with_its_class_and_told_to_nobody():
    story = ready()
    outputs = event(story, "knife", 0.4)
    assert record(outputs).outcome is Outcome.BELOW
    assert record(outputs).id in story.memory.events
    assert not of(WarningNotice, outputs)
    assert not story.standing


def test_each_class_has_its_own_threshold():
    thresholds = {**ASH.watch.events.thresholds, "knife": 0.4}
    watch = replace(ASH.watch, events=replace(ASH.watch.events, thresholds=thresholds))
    story = ready(replace(ASH, watch=watch))
    assert of(WarningNotice, event(story, "knife", 0.4))
    assert not of(WarningNotice, event(story, "fight", 0.4))


def test_an_event_without_a_known_class_is_uncertain_and_kept():
    outputs = event(ready(), "none", 0.9)
    assert record(outputs).doubts == (Doubt.NO_CLASS,)
    assert not of(WarningNotice, outputs)


def test_the_warning_stands_until_somebody_has_seen_and_reset_it():
    story = ready()
    (raised,) = of(AlarmRaised, event(story, "fight", 0.9))
    story.wait(600)
    assert story.standing == {"event-fight": "events"}
    story.take(AcknowledgeAlarm(alarm=raised.alarm.id, by="Guard A"))
    story.take(ResetAlarm(alarm=raised.alarm.id, by="Guard A", reason="they were playing"))
    assert not story.standing


def test_the_same_event_again_within_a_minute_is_counted_and_pushed_once():
    story = ready()
    outcomes = []
    for _ in range(4):
        outcomes.append(record(event(story, "crowd", 0.9)).outcome)
        story.wait(25)
    assert outcomes == [Outcome.PUSHED, Outcome.REPEATED, Outcome.REPEATED, Outcome.PUSHED]
    (alarm,) = story.engine.alarms.values()
    assert alarm.count == 4


def test_the_cameras_of_the_place_are_referenced():
    (video,) = of(EventVideo, event(ready(), "knife", 0.9))
    assert video.cameras == ("ash/gate-camera-1", "ash/gate-camera-2")


def test_the_record_of_an_event_ends_by_its_clock():
    story = ready()
    seen = record(event(story, "knife", 0.9))
    assert [one.record for one in of(RecordExpired, story.wait(86_400))] == [seen.id]
    assert not story.memory.events
    assert story.standing == {"event-knife": "events"}, "the warning itself waits for a person"


@pytest.mark.requirement("R17")
def test_a_warning_that_becomes_no_case_has_all_four_timestamps():
    story = ready()
    (raised,) = of(AlarmRaised, event(story, "knife", 0.9))
    alarm, zero = raised.alarm.id, story.now
    story.wait(20)
    (seen,) = of(WarningChanged, story.take(AcknowledgeAlarm(alarm=alarm, by="Guard A")))
    assert (seen.warning.acknowledged, seen.warning.acknowledged_by) == (story.now, "Guard A")
    assert story.engine.alarms[alarm].acknowledged == story.now
    story.wait(40)
    outputs = story.take(ResetAlarm(alarm=alarm, by="Guard B", reason="a toy"))
    (changed,), (ended,) = of(WarningChanged, outputs), of(AlarmChanged, outputs)
    stamps = (zero, zero, zero + seconds(20), zero + seconds(60))
    warning = changed.warning
    assert (warning.sensed, warning.warned, warning.acknowledged, warning.handled) == stamps
    assert warning.handled_by == "Guard B"
    assert (ended.sensed, ended.warned, ended.acknowledged, ended.handled) == stamps
    assert not of(IncidentOpened, story.told)


@pytest.mark.requirement("R17")
def test_an_alarm_that_ends_with_its_cause_is_handled_then_and_was_acknowledged_by_nobody():
    story = ready()
    story.see("link", up=True, path="primary")
    story.see("link", path="none")
    story.wait(5)
    outputs = story.see("link", path="primary")
    (ended,) = [one for one in of(AlarmChanged, outputs) if one.state == "normal"]
    assert (ended.acknowledged, ended.handled) == (None, story.now)
    assert ended.warned == story.now - seconds(5)


def told_with_a_clock_behind(story, number, behind=40):
    """The front end tells of a knife; its clock was set back."""
    stamp = story.now - seconds(behind)
    details = {"class": "knife", "score": 0.9, "events": number}
    return story.take(
        *(says("events", name, value, stamp, story.now) for name, value in details.items())
    )


@pytest.mark.requirement("R88")
def test_an_event_is_pushed_though_the_clock_of_its_front_end_was_set_back():
    story = ready()
    story.wait(100)
    event(story, "crowd", 0.9)
    (raised,) = of(AlarmRaised, told_with_a_clock_behind(story, 2))
    assert raised.alarm.kind == "event-knife"
    story.wait(120)
    (raised,) = of(AlarmRepeated, told_with_a_clock_behind(story, 3))
    assert raised.count == 2


def test_an_older_event_brought_again_pushes_nothing():
    story = ready()
    story.wait(100)
    event(story, "crowd", 0.9)
    event(story, "crowd", 0.9)
    outputs = told_with_a_clock_behind(story, 1)
    assert not of(EventSeen, outputs)
    assert not of(AlarmRaised, outputs)
