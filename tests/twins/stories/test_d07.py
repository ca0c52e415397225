"""D07 停电断网, the engine's part: power event, order by source time, no duplicate."""

from tests.twins.ash import ASH
from tests.twins.oak import NINE
from tests.twins.stories.stage import sees
from twins.alarm import AlarmRaised, AlarmRepeated, Severity
from twins.incident import Answer, IncidentFlagged, IncidentOpened
from twins.lateness import LateObservation
from twins.network_path import PathSwitched


def test_d07_a_press_that_comes_late_keeps_its_time_and_its_place_and_is_not_counted_twice(stage):
    story = stage(ASH, zero=NINE)
    story.at(-60, sees("ups", mains=True), sees("link", up=True, path="primary"))
    story.at(-60, sees("button", pressed=False))
    story.at(0, sees("ups", mains=False))
    story.at(20, sees("link", up=False))
    story.at(38, sees("link", up=True, path="secondary"))
    # Pressed at 60 by the story; the button's clock is 7 s fast and the way is slow and lossy, so
    # that the release comes before the press.
    story.at(95, sees("button", happened=67.4, pressed=False))
    story.at(100, sees("button", happened=67, pressed=True))
    story.at(101, *story.reaches("station"))
    story.at(110, story.answers("station", Answer.ACKNOWLEDGED))
    story.at(600, sees("ups", mains=True), sees("link", path="primary"))
    story.at(
        610,
        sees("button", happened=67, pressed=True),
        sees("button", happened=67.4, pressed=False),
    )
    story.at(900, story.closes())

    raised = [one.alarm for _, one in story.told(AlarmRaised)]
    by_source_time = sorted(raised, key=lambda alarm: alarm.sensed)
    assert [alarm.kind for alarm in by_source_time] == [
        "mains-lost",
        "second-path",
        "one-key-alarm",
    ]
    power, _, press = by_source_time
    assert power.severity is Severity.WARNING
    assert story.second(power.raised) <= 2
    assert (story.second(press.sensed), story.second(press.received)) == (67.0, 100.25)
    button = story.engine.twins["ash/button"].properties["pressed"]
    assert (button.value, story.second(button.source_time)) == (False, 67.4)
    assert story.told(LateObservation)
    switches = [(one.path, one.in_time) for _, one in story.told(PathSwitched)]
    assert switches == [("secondary", True), ("primary", True)]

    assert len(story.told(IncidentOpened)) == 1
    assert not story.told(AlarmRepeated), "what is sent again after the recovery is no new press"
    assert set(story.notified().values()) == {100.25}
    assert {one.kind for one in story.engine.alarms.values()} == {"one-key-alarm"}
    assert story.four_timestamps() == (67.0, 101.0, 110.0, 900.0)
    assert not story.told(IncidentFlagged)
