"""D09 放学敞门与尾随: an open gate, a propped door and somebody who slips in."""

import pytest

from tests.twins.oak import OAK
from tests.twins.schools import MONDAY_0700, clock_time
from tests.twins.stories.stage import sees
from twins.alarm import AlarmRaised, Severity
from twins.capability import Line
from twins.closure import DoorState, door_state
from twins.incident import Answer, IncidentFlagged, IncidentOpened
from twins.visit import InspectionViolated

FOUR_MINUTES_EARLY = MONDAY_0700 + clock_time(9, 26)


@pytest.mark.requirement("R26")
def test_d09_the_gate_the_wedge_the_tailgater_and_the_unlocked_door_are_each_named_in_time(stage):
    story = stage(OAK, zero=FOUR_MINUTES_EARLY)
    story.at(-60, sees("gate", closed=True, locked=True), sees("counter", entered=10, left=10))
    story.at(-60, sees("side-door", closed=True, locked=True), sees("button", pressed=False))
    story.at(0, sees("gate", closed=False, locked=False))
    story.at(70, sees("side-door", closed=False, locked=False))
    story.at(130, sees("counter", entered=11))
    story.at(200, sees("side-door", closed=True))
    shut = story.engine.twins["oak/side-door"].properties
    states = {"closed": shut["closed"].value, "locked": shut["locked"].value}
    assert door_state(**states) is DoorState.CLOSED_NOT_LOCKED
    story.at(230, sees("button", pressed=True))
    story.at(231, *story.reaches("station"))
    story.at(232, sees("button", pressed=False))
    assert {one.kind for one in story.engine.alarms.values()} == {
        "opened-outside-hours",
        "open-outside-hours",
        "tail-gate",
        "closed-not-locked",
        "one-key-alarm",
    }
    story.at(245, story.answers("station", Answer.ACKNOWLEDGED))
    story.at(600, story.closes())

    raised = {
        one.alarm.kind: (second, one.alarm.severity, one.alarm.device.partition("/")[2])
        for second, one in story.told(AlarmRaised)
    }
    warning = Severity.WARNING
    assert raised == {
        "opened-outside-hours": (0.25, Severity.OBSERVATION, "gate"),
        "open-outside-hours": (60.25, warning, "gate"),
        "held-open": (130.25, warning, "side-door"),
        "tail-gate": (130.25, warning, "counter"),
        "closed-not-locked": (210.25, warning, "side-door"),
        "one-key-alarm": (230.25, Severity.ALARM, "button"),
    }
    assert [one.kind for _, one in story.told(InspectionViolated)] == ["tail-gate"]
    ((opened, _),) = story.told(IncidentOpened)
    assert opened - 230 <= 2, "the first alarm; the warnings before it call nobody out"
    assert "open-outside-hours" not in {one.kind for one in story.engine.alarms.values()}
    assert not story.orders()
    assert story.first_line() is Line.INNER
    assert story.four_timestamps() == (230.0, 231.0, 245.0, 600.0)
    assert not story.told(IncidentFlagged)
