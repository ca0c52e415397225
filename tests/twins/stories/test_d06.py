"""D06 误报与测试: an announced test, a real press, a stuck button and a child, at ten schools."""

from tests.twins.dispatch_schools import NOW, school, volunteer
from tests.twins.stories.stage import sees
from twins.alarm import AcknowledgeAlarm, AlarmRaised, ResetAlarm
from twins.announcement import AnnounceTest, ButtonTested, ButtonTestEnded
from twins.command import Command
from twins.incident import (
    Answer,
    IncidentFlagged,
    IncidentOpened,
    Notification,
    RepeatedUse,
    Verdict,
)
from twins.instant import seconds

TEN = tuple(
    school(f"school-{number}", volunteer(f"school-{number}/volunteer", 200))
    for number in range(1, 11)
)
TESTED, REAL, STUCK, CHILD = "school-1", "school-2", "school-3", "school-4"
HOUR = 3600


def press(story, second, own, lasts=0.4) -> None:
    story.at(second, sees(f"{own}/button", pressed=True))
    story.at(second + lasts, sees(f"{own}/button", pressed=False))


def carried_out(story, second, own, number=1, verdict=Verdict.REAL) -> None:
    """Seat and station do what they have to do; then the alarm is reset."""
    case = story.case(number, own)
    story.at(second, *story.reaches(f"{own}/station", case=case))
    story.at(second + 5, story.answers(f"{own}/station", Answer.ACKNOWLEDGED, case))
    story.at(second + 60, story.closes(case, verdict, "looked at on site"))
    for alarm in [one for one in story.engine.alarms.values() if one.school == own]:
        if not alarm.latching:
            continue
        reset = ResetAlarm(alarm=alarm.id, by="Officer 7", reason="looked at on site")
        story.at(second + 61, AcknowledgeAlarm(alarm=alarm.id, by="Officer 7"), reset)


def test_d06_the_test_is_not_dispatched_and_nothing_real_is_held_back(stage):
    story = stage(*TEN, zero=NOW)
    for one in TEN:
        story.at(-700, sees(f"{one.id}/button", pressed=False))
    announced = AnnounceTest(
        subject=TESTED,
        start=NOW - seconds(300),
        until=NOW + seconds(300),
        by="Head guard",
        reason="quarterly test",
    )
    story.at(-600, announced)
    press(story, 0, TESTED)
    press(story, 40, REAL)
    carried_out(story, 42, REAL)
    for number in range(30):
        press(story, 200 + number, STUCK)
    carried_out(story, 240, STUCK, verdict=Verdict.MISTAKE)
    for number in range(3):
        begins = HOUR + number * 20 * HOUR
        press(story, begins, CHILD)
        carried_out(story, begins + 2, CHILD, number + 1, Verdict.PRANK)

    ((tested, _),) = story.told(ButtonTested)
    assert tested <= 2
    ((_, ended),) = story.told(ButtonTestEnded)
    assert f"{TESTED}/button" in ended.tested, "the evidence is kept"
    assert not story.told(AlarmRaised, lambda one: one.alarm.school == TESTED)
    assert not story.told(Notification, lambda one: one.school == TESTED)
    assert not story.told(Command)

    opened = [(second, one.incident.school) for second, one in story.told(IncidentOpened)]
    assert [own for _, own in opened] == [REAL, STUCK, CHILD, CHILD, CHILD]
    causes = [40, 200, *(HOUR + number * 20 * HOUR for number in range(3))]
    late = [second - at for (second, _), at in zip(opened, causes, strict=True)]
    assert max(late) <= 2, "nothing real waits, not even the third prank"
    for number, own in enumerate([REAL, STUCK, CHILD, CHILD, CHILD]):
        case = story.case(max(number - 1, 1) if own == CHILD else 1, own)
        told = story.notified(case)
        assert {f"{own}/station", f"{own}/volunteer"} <= set(told)
        sensed, warned, acknowledged, handled = story.four_timestamps(case)
        assert sensed < warned < acknowledged < handled

    stuck = story.told(AlarmRaised, lambda one: one.alarm.school == STUCK)
    assert [one.alarm.kind for _, one in stuck] == ["one-key-alarm", "button-stuck"]
    ((_, repeated),) = story.told(RepeatedUse)
    assert (repeated.device, repeated.incidents) == (f"{CHILD}/button", 3)
    assert not story.told(IncidentFlagged)
