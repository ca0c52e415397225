"""What comes late is told and counted, and undoes nothing that is newer (D07)."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.twins.ash import Story, of, says
from twins.alarm import AcknowledgeAlarm, AlarmRaised, AlarmRepeated, AlarmState, ResetAlarm
from twins.incident import HandleIncident, IncidentOpened
from twins.instant import seconds
from twins.lateness import LATE_MOST, LateObservation
from twins.observation import PropertyChanged, Quality


def after(second: float, prop: str, value, name: str, story: Story, **more):
    """An observation of so many seconds into the story that arrives now."""
    return says(name, prop, value, story.start + seconds(second), story.now, **more)


def contact(second: float, value: bool, story: Story, **more):
    return after(second, "pressed", value, "button", story, **more)


def presses(story: Story) -> int:
    return sum(
        one.alarm.count for one in of(AlarmRaised, story.told) if one.alarm.kind == "one-key-alarm"
    ) + len(of(AlarmRepeated, story.told))


def test_an_older_state_does_not_undo_a_newer_one_and_is_told():
    story = Story()
    story.at(100)
    story.take(after(100, "locked", True, "lane", story))
    story.at(110)
    outputs = story.take(after(60, "locked", False, "lane", story))
    assert story.engine.twins["ash/lane"].properties["locked"].value is True
    assert not of(PropertyChanged, outputs)
    (late,) = of(LateObservation, outputs)
    assert (late.value, late.source_time - story.start) == (False, seconds(60))
    assert late.known_since - story.start == seconds(100)


def test_a_press_that_comes_after_its_release_still_raises_its_alarm_with_its_own_time():
    story = Story()
    story.at(100)
    story.take(contact(100, False, story))
    story.at(103)
    outputs = story.take(contact(60, True, story))
    (raised,) = of(AlarmRaised, outputs)
    assert raised.alarm.sensed == story.start + seconds(60)
    assert raised.alarm.received == story.now
    assert of(IncidentOpened, outputs)
    (alarm,) = story.engine.alarms.values()
    assert alarm.state is AlarmState.CLEARED_UNACKNOWLEDGED, "it is open now, and stays latched"


def test_a_press_and_its_release_that_are_brought_again_count_once_even_after_the_reset():
    story = Story()
    story.take(contact(0, False, story))
    story.at(62)
    story.take(contact(60, True, story))
    story.take(contact(61, False, story))
    (alarm,) = story.engine.alarms.values()
    story.take(AcknowledgeAlarm(alarm=alarm.id, by="Guard A"))
    story.take(ResetAlarm(alarm=alarm.id, by="Guard A", reason="checked"))
    story.at(100)
    story.take(contact(60, True, story), contact(61, False, story))
    assert presses(story) == 1
    assert not story.engine.alarms


def test_a_press_brought_again_after_the_link_was_lost_counts_once():
    story = Story()
    story.take(contact(0, False, story))
    story.at(62)
    story.take(contact(60, True, story), contact(61, False, story))
    story.at(90)
    story.lose("button", "pressed")
    story.at(100)
    story.take(contact(60, True, story), contact(61, False, story))
    assert presses(story) == 1


def test_a_state_from_before_the_link_was_lost_is_believed_when_it_is_back():
    """A server that stamps a value with its last change tells the truth after a reconnection."""
    story = Story()
    story.take(contact(0, False, story))
    story.at(90)
    story.lose("button", "pressed")
    story.at(100)
    outputs = story.take(contact(60, True, story))
    assert of(AlarmRaised, outputs)
    known = story.engine.twins["ash/button"].properties["pressed"]
    assert (known.value, known.quality) == (True, Quality.GOOD)


def test_a_second_press_that_came_before_the_first_is_a_second_press():
    story = Story()
    story.take(contact(0, False, story))
    story.at(100)
    story.take(contact(70, True, story))
    story.take(contact(60, True, story))
    assert presses(story) == 2


def test_a_clock_that_was_set_back_by_an_hour_does_not_freeze_the_twin():
    story = Story()
    story.at(5000)
    story.take(after(5000, "locked", True, "lane", story))
    story.at(5010)
    story.take(after(5010 - 3600, "locked", False, "lane", story))
    assert story.engine.twins["ash/lane"].properties["locked"].value is False
    assert seconds(3600) > LATE_MOST


def test_a_stamp_from_the_future_holds_nothing_up():
    story = Story()
    story.at(100)
    story.take(after(107, "locked", True, "lane", story))  # the clock is 7 s fast
    story.at(104)
    story.take(after(102, "locked", False, "lane", story))  # and has been set
    assert story.engine.twins["ash/lane"].properties["locked"].value is False


def test_an_observation_stamped_on_arrival_is_never_late():
    story = Story()
    story.at(100)
    story.take(after(100, "locked", True, "lane", story))
    now, story.now = story.now, story.start + seconds(95)  # our own clock was set back
    story.take(says("lane", "locked", False, story.now))
    story.now = now
    assert story.engine.twins["ash/lane"].properties["locked"].value is False


def test_a_bad_status_with_an_old_stamp_is_never_hidden():
    story = Story()
    story.at(100)
    story.take(after(100, "locked", True, "lane", story))
    story.at(101)
    story.take(after(60, "locked", None, "lane", story, quality=Quality.BAD))
    assert story.engine.twins["ash/lane"].properties["locked"].quality is Quality.BAD


def test_the_same_value_seen_again_later_makes_what_was_between_late():
    story = Story()
    story.take(contact(0, False, story))
    story.at(100)
    story.take(contact(61, False, story))
    story.take(contact(60, True, story))
    assert presses(story) == 1
    assert story.engine.twins["ash/button"].properties["pressed"].value is False


@settings(deadline=None)
@given(st.permutations(range(6)), st.lists(st.integers(0, 5), max_size=4))
@example([5, 3, 1, 0, 2, 4], [1, 3])
def test_in_whatever_order_a_buffer_empties_the_newest_state_stays_and_no_alarm_is_lost(
    order, again
):
    """Six changes of a contact: off, on, off, on, off, on; some are brought twice."""
    story = Story()
    story.at(600)
    for number in [*order, *again]:
        story.wait(1)
        story.take(contact(100 + number, number % 2 == 1, story))
    assert story.engine.twins["ash/button"].properties["pressed"].value is True
    assert 1 <= presses(story) <= 3, "three presses, and never one of them twice"
    (opened,) = of(IncidentOpened, story.told)
    assert opened.incident.kind == "one-key-alarm"


# A clock that was set back


def pressed_and_dealt_with() -> Story:
    """A press at 60 s, let go at 61 s, its alarm reset by a person and its case closed."""
    story = Story()
    story.take(contact(0, False, story))
    story.at(60)
    story.take(contact(60, True, story))
    story.at(61)
    story.take(contact(61, False, story))
    (alarm,) = story.engine.alarms.values()
    (case,) = story.engine.incidents
    story.take(
        AcknowledgeAlarm(alarm=alarm.id, by="Guard A"),
        ResetAlarm(alarm=alarm.id, by="Guard A", reason="checked"),
        HandleIncident(incident=case, by="Station", reason="over"),
    )
    assert not story.engine.alarms
    return story


def test_a_press_with_the_stamp_of_an_older_one_calls_for_help_when_it_is_held():
    story = pressed_and_dealt_with()
    story.at(100)
    story.take(contact(60, True, story))
    outputs = story.wait(2)
    assert of(IncidentOpened, outputs), "the clock went back; the press is new"


def test_a_press_with_the_stamps_of_an_older_one_calls_for_help_when_it_is_let_go():
    story = pressed_and_dealt_with()
    story.at(100)
    outputs = story.take(contact(60, True, story))
    story.at(101)
    outputs += story.take(contact(61, False, story))
    assert of(IncidentOpened, outputs), "it took as long as it says, so it is not an old one"


def test_a_press_with_an_old_stamp_after_the_link_was_lost_calls_for_help():
    story = pressed_and_dealt_with()
    story.at(90)
    story.lose("button", "pressed")
    story.at(100)
    outputs = story.take(contact(60, True, story)) + story.wait(2)
    assert of(IncidentOpened, outputs)
    assert of(AlarmRaised, outputs)[0].alarm.active, "it is held"


def test_an_old_press_brought_again_with_its_release_calls_nobody_even_later():
    story = pressed_and_dealt_with()
    story.at(100)
    outputs = story.take(contact(60, True, story), contact(61, False, story)) + story.wait(60)
    assert not of(AlarmRaised, outputs)


def test_two_old_presses_brought_again_call_nobody():
    story = pressed_and_dealt_with()
    story.at(70)
    story.take(contact(70, True, story))
    story.at(72)
    story.take(contact(72, False, story))
    (alarm,) = story.engine.alarms.values()
    story.take(AcknowledgeAlarm(alarm=alarm.id, by="Guard A"))
    story.take(ResetAlarm(alarm=alarm.id, by="Guard A", reason="checked"))
    for lost in (False, True):
        if lost:
            story.lose("button", "pressed")
        story.wait(30)
        old = [(60, True), (61, False), (70, True), (72, False)]
        outputs = story.take(*(contact(*one, story) for one in old)) + story.wait(60)
        assert not of(AlarmRaised, outputs)


def test_a_press_that_only_the_counter_shows_counts_though_its_clock_was_set_back():
    story = Story()
    story.at(100)
    story.take(after(100, "press_count", 4, "button", story))
    story.at(110)
    outputs = story.take(after(60, "press_count", 5, "button", story))
    assert of(IncidentOpened, outputs)
    story.at(200)
    outputs = story.take(after(150, "press_count", 5, "button", story))
    assert not of(AlarmRepeated, outputs), "the same press, once its clock has caught up"


def test_an_older_count_that_comes_late_is_no_press():
    story = Story()
    story.at(100)
    story.take(after(100, "press_count", 4, "button", story))
    outputs = story.take(after(60, "press_count", 3, "button", story))
    assert not of(AlarmRaised, outputs)
