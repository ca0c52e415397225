"""離崗預警: by roster, breaks and peaks; closes itself on return."""

import pytest

from tests.twins.schools import ELM, MONDAY_0700, says
from twins.alarm import Severity
from twins.engine import Engine
from twins.instant import seconds
from twins.observation import Quality

pytestmark = pytest.mark.requirement("R08")


def minutes(count: float) -> int:
    return seconds(60 * count)


@pytest.mark.parametrize(
    ("left", "due_after", "why"),
    [
        (MONDAY_0700, seconds(180), "outside the peak the long limit counts"),
        (MONDAY_0700 + minutes(30), seconds(60), "in the peak the short one"),
        (MONDAY_0700 + minutes(19), minutes(1) + seconds(60), "a peak counts from its start"),
        (MONDAY_0700 + minutes(18) - seconds(30), seconds(180), "whichever comes first"),
        (MONDAY_0700 - minutes(90), minutes(30) + seconds(180), "before duty nobody is missed"),
        (MONDAY_0700 + minutes(299), minutes(31) + seconds(180), "a break is no absence"),
        (MONDAY_0700 + minutes(658), minutes(12 * 60 + 2) + seconds(180), "nor the hours off duty"),
    ],
)
def test_the_warning_is_due(left, due_after, why):
    engine = Engine([ELM])
    engine.receive([says("presence", "present", True, left)], left)
    engine.receive([says("presence", "present", False, left)], left)
    assert engine.next_deadline() == left + due_after, why
    engine.advance(left + due_after - 1)
    assert not engine.alarms
    engine.advance(left + due_after)
    (alarm,) = engine.alarms.values()
    assert (alarm.kind, alarm.severity) == ("guard-off-post", Severity.WARNING)
    assert not engine.incidents, "a warning is shown, not dispatched"


def test_coming_back_in_time_is_no_warning():
    engine = Engine([ELM])
    engine.receive([says("presence", "present", False, MONDAY_0700)], MONDAY_0700)
    back = MONDAY_0700 + seconds(179)
    engine.receive([says("presence", "present", True, back)], back)
    engine.advance(MONDAY_0700 + minutes(10))
    assert not engine.alarms


def test_the_warning_closes_itself_on_return():
    engine = Engine([ELM])
    engine.receive([says("presence", "present", False, MONDAY_0700)], MONDAY_0700)
    engine.advance(MONDAY_0700 + seconds(180))
    engine.receive([says("presence", "present", True, MONDAY_0700)], MONDAY_0700 + seconds(200))
    assert not engine.alarms


def test_the_warning_ends_with_the_break_and_comes_again_after_it():
    engine = Engine([ELM])
    left = MONDAY_0700 + minutes(295)  # 11:55
    engine.receive([says("presence", "present", False, left)], left)
    engine.advance(left + seconds(180))
    assert engine.alarms
    engine.advance(MONDAY_0700 + minutes(300))
    assert not engine.alarms
    engine.advance(MONDAY_0700 + minutes(330) + seconds(180))
    assert engine.alarms


def test_a_lost_sensor_neither_accuses_nor_excuses():
    engine = Engine([ELM])
    engine.receive([says("presence", "present", False, MONDAY_0700)], MONDAY_0700)
    bad = says("presence", "present", None, MONDAY_0700, Quality.BAD, "no answer")
    engine.receive([bad], MONDAY_0700 + seconds(10))
    engine.advance(MONDAY_0700 + seconds(180))
    assert "guard-off-post" in {alarm.kind for alarm in engine.alarms.values()}
