"""一键报警: a press is never lost, never counted twice, and stands until a person resets it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twins.schools import ELM, MONDAY_0700, device, says
from twins.alarm import (
    AcknowledgeAlarm,
    AlarmChanged,
    AlarmRaised,
    AlarmRepeated,
    AlarmState,
    InputRefused,
    ResetAlarm,
)
from twins.engine import Engine
from twins.incident import (
    Answer,
    HandleIncident,
    IncidentJoined,
    IncidentOpened,
    Notification,
    PlaceAdded,
    RecipientAnswered,
)
from twins.instant import milliseconds, seconds
from twins.observation import Quality
from twins.records import Output

NOW = MONDAY_0700


def of(kind: type, outputs: list[Output]) -> list[Output]:
    return [output for output in outputs if isinstance(output, kind)]


def the_alarm(engine: Engine):
    """The button's own alarm; a fault of the button may stand beside it."""
    (alarm,) = [one for one in engine.alarms.values() if one.kind == "one-key-alarm"]
    return alarm


@pytest.mark.requirement("R03")
def test_a_press_raises_one_latched_alarm_that_outlives_the_release():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", False, NOW)], NOW)
    (raised,) = of(AlarmRaised, engine.receive([says("button", "pressed", True, NOW)], NOW))
    engine.receive([says("button", "pressed", False, NOW)], NOW)
    engine.receive([AcknowledgeAlarm(alarm=raised.alarm.id, by="Guard A")], NOW)
    assert the_alarm(engine).state is AlarmState.LATCHED


def test_a_button_already_pressed_when_first_seen_is_an_alarm():
    engine = Engine([ELM])
    assert of(AlarmRaised, engine.receive([says("button", "pressed", True, NOW)], NOW))


def test_a_press_that_only_the_counter_saw_is_an_alarm():
    engine = Engine([ELM])
    engine.receive(
        [says("button", "pressed", False, NOW), says("button", "press_count", 41, NOW)], NOW
    )
    outputs = engine.receive([says("button", "press_count", 42, NOW)], NOW)
    assert of(AlarmRaised, outputs)
    assert the_alarm(engine).state is AlarmState.CLEARED_UNACKNOWLEDGED


def test_the_past_of_a_counter_seen_for_the_first_time_is_no_alarm():
    engine = Engine([ELM])
    assert not of(AlarmRaised, engine.receive([says("button", "press_count", 42, NOW)], NOW))


def test_presses_counted_while_the_link_was_down_are_alarms_when_it_is_back():
    engine = Engine([ELM])
    engine.receive([says("button", "press_count", 4, NOW)], NOW)
    engine.receive([says("button", "press_count", None, NOW, Quality.BAD, "no answer")], NOW)
    engine.receive([says("button", "press_count", 6, NOW)], NOW)
    alarms = [alarm for alarm in engine.alarms.values() if alarm.kind == "one-key-alarm"]
    assert [alarm.count for alarm in alarms] == [2]


def test_a_counter_that_restarted_from_zero_still_raises_for_what_it_counted_since():
    engine = Engine([ELM])
    engine.receive([says("button", "press_count", 900, NOW)], NOW)
    engine.receive([says("button", "press_count", 2, NOW)], NOW)
    assert the_alarm(engine).count == 2


@given(
    st.lists(st.tuples(st.sampled_from(["contact", "counter", "both"]), st.booleans()), max_size=30)
)
def test_however_contact_and_counter_interleave_the_count_is_the_device_s_own(presses):
    """Each press: which of the two is seen first (or the counter alone), and is the gap short."""
    engine = Engine([ELM])
    now, count = NOW, 0
    engine.receive(
        [says("button", "pressed", False, now), says("button", "press_count", 0, now)], now
    )
    for first, short in presses:
        count += 1
        contact = says("button", "pressed", True, now)
        counter = says("button", "press_count", count, now)
        order = {"contact": [contact, counter], "counter": [counter, contact], "both": [counter]}
        for item in order[first]:
            now += milliseconds(20)
            engine.receive([item], now)
        now += milliseconds(80 if short else 5_000)
        engine.receive([says("button", "pressed", False, now)], now)
    assert sum(one.count for one in engine.alarms.values() if one.kind == "one-key-alarm") == count


def test_a_hundred_presses_without_reset_are_one_alarm_with_count_100():
    engine = Engine([ELM])
    now = NOW
    engine.receive([says("button-2", "pressed", False, now)], now)
    outputs = []
    for _ in range(100):
        outputs += engine.receive([says("button-2", "pressed", True, now)], now)
        now += milliseconds(100)
        outputs += engine.receive([says("button-2", "pressed", False, now)], now)
        now += milliseconds(100)
    kinds = [raised.alarm.kind for raised in of(AlarmRaised, outputs)]
    assert kinds == ["one-key-alarm", "button-stuck"], "no hand presses like that"
    assert len(of(AlarmRepeated, outputs)) == 99
    assert the_alarm(engine).count == 100


@pytest.mark.requirement("R03")
def test_a_reset_needs_a_name_a_reason_an_acknowledgement_and_a_released_button():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    alarm = the_alarm(engine).id

    def reset(by: str, reason: str) -> list[Output]:
        return engine.receive([ResetAlarm(alarm=alarm, by=by, reason=reason)], NOW)

    assert of(InputRefused, reset("", "checked"))
    assert of(InputRefused, reset("Guard A", " "))
    assert of(InputRefused, reset("Guard A", "checked")), "still pressed"
    engine.receive([says("button", "pressed", False, NOW)], NOW)
    assert of(InputRefused, reset("Guard A", "checked")), "not acknowledged"
    engine.receive([AcknowledgeAlarm(alarm=alarm, by="Guard A")], NOW)
    (changed,) = of(AlarmChanged, reset("Guard A", "checked"))
    assert changed.state is AlarmState.NORMAL
    assert not engine.alarms


def test_a_second_button_joins_the_open_incident():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    outputs = engine.receive(
        [says("button-2", "pressed", True, NOW + seconds(5))], NOW + seconds(5)
    )
    assert of(AlarmRaised, outputs)
    assert of(IncidentJoined, outputs)
    assert not of(IncidentOpened, outputs)


def test_everybody_of_a_case_is_told_where_else_it_is():
    dormitory = replace(device("far-button", "one-key-alarm"), place="dormitory")
    engine = Engine([replace(ELM, devices=(*ELM.devices, dormitory))])
    first = engine.receive([says("button", "pressed", True, NOW)], NOW)
    soon = NOW + seconds(5)
    outputs = engine.receive([says("far-button", "pressed", True, soon)], soon)
    assert not of(IncidentOpened, outputs)
    (added,) = of(PlaceAdded, outputs)
    assert added.place == "dormitory"
    assert set(added.responders) == {one.responder for one in of(Notification, first)}
    (case,) = engine.incidents.values()
    assert (case.place, case.other_places) == ("gate", ("dormitory",))
    later = NOW + seconds(30)
    escalated = engine.receive([says("button-2", "pressed", True, later)], later)
    assert not of(PlaceAdded, escalated), "they know the gate"


def test_a_press_after_the_incident_was_closed_opens_a_new_one_though_the_alarm_still_stands():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    (incident,) = engine.incidents.values()
    closing = HandleIncident(incident=incident.id, by="Station", reason="person detained")
    engine.receive([closing, says("button", "pressed", False, NOW)], NOW)
    outputs = engine.receive([says("button", "pressed", True, NOW)], NOW)
    assert of(IncidentOpened, outputs)


def test_a_button_that_goes_silent_keeps_its_alarm_and_is_reported_lost():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    engine.receive([says("button", "pressed", None, NOW, Quality.BAD, "no answer")], NOW)
    kinds = {alarm.kind: alarm.state for alarm in engine.alarms.values()}
    assert kinds == {
        "one-key-alarm": AlarmState.ACTIVE_UNACKNOWLEDGED,
        "device-lost": AlarmState.ACTIVE_UNACKNOWLEDGED,
    }


@pytest.mark.parametrize("first", [Quality.UNCERTAIN, Quality.BAD])
def test_a_press_that_was_doubtful_first_and_sure_later_is_an_alarm(first):
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", False, NOW)], NOW)
    outputs = engine.receive([says("button", "pressed", True, NOW + 1, first, "noise")], NOW + 1)
    outputs += engine.receive([says("button", "pressed", True, NOW + 2)], NOW + 2)
    raised = [one.alarm.kind for one in of(AlarmRaised, outputs)]
    assert raised.count("one-key-alarm") == 1


def test_an_uncertain_release_clears_nothing():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    doubtful = says("button", "pressed", False, NOW + 1, Quality.UNCERTAIN, "noise")
    engine.receive([doubtful], NOW + 1)
    assert the_alarm(engine).active


@pytest.mark.parametrize(
    ("before", "after", "presses"),
    [(2**32 - 1, 0, 1), (2**32 - 1, 1, 2), (65535, 0, 1), (900, 0, 0)],
)
def test_a_counter_that_runs_over_its_end_loses_no_press(before, after, presses):
    engine = Engine([ELM])
    engine.receive([says("button", "press_count", before, NOW)], NOW)
    engine.receive([says("button", "press_count", after, NOW + 1)], NOW + 1)
    assert sum(alarm.count for alarm in engine.alarms.values()) == presses


def test_a_press_elsewhere_a_minute_later_is_a_case_of_its_own_that_people_are_told_of():
    elsewhere = replace(ELM, devices=(*ELM.devices[:1], replace(ELM.devices[1], place="dormitory")))
    engine = Engine([replace(elsewhere, plans=(), posts=())])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    later = NOW + seconds(61)
    outputs = engine.receive([says("button-2", "pressed", True, later)], later)
    assert of(IncidentOpened, outputs)
    assert "dormitory" in [one.place for one in of(Notification, outputs)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "abc", True])
def test_a_counter_that_is_no_number_is_refused_and_changes_nothing(value):
    engine = Engine([ELM])
    outputs = engine.receive([says("button", "press_count", value, NOW)], NOW)
    assert of(InputRefused, outputs)
    assert not engine.twins["elm/button"].properties


def test_a_property_that_the_device_type_has_not_is_refused():
    engine = Engine([ELM])
    assert of(InputRefused, engine.receive([says("button", "nosuch", 1, NOW)], NOW))


def test_a_press_after_an_uncertain_release_is_a_new_press():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    (incident,) = engine.incidents
    engine.receive([says("button", "pressed", False, NOW, Quality.UNCERTAIN, "noise")], NOW)
    engine.receive([HandleIncident(incident=incident, by="Station", reason="over")], NOW)
    later = NOW + seconds(50)
    assert of(IncidentOpened, engine.receive([says("button", "pressed", True, later)], later))


def test_a_press_two_hours_after_the_case_was_acknowledged_calls_again():
    engine = Engine([replace(ELM, posts=())])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    (incident,) = engine.incidents
    answer = RecipientAnswered(
        incident=incident, responder="elm/station", answer=Answer.ACKNOWLEDGED
    )
    engine.receive([answer], NOW + seconds(5))
    later = NOW + seconds(7200)
    outputs = engine.receive([says("button-2", "pressed", True, later)], later)
    assert of(IncidentOpened, outputs)
    assert of(Notification, outputs)


def counter(value, second, quality=Quality.GOOD):
    return says("button", "press_count", value, NOW + seconds(second), quality)


@pytest.mark.parametrize("first", [None, 4, 40_000])
def test_a_first_count_that_is_uncertain_invents_no_press(first):
    engine = Engine([ELM])
    engine.receive([counter(first, 0, Quality.UNCERTAIN)], NOW)
    assert not of(AlarmRaised, engine.receive([counter(4, 1)], NOW + seconds(1)))
    assert of(IncidentOpened, engine.receive([counter(5, 2)], NOW + seconds(2)))


def test_a_first_count_that_is_uncertain_swallows_no_press():
    engine = Engine([ELM])
    engine.receive([counter(4, 0, Quality.UNCERTAIN)], NOW)
    (raised,) = of(AlarmRaised, engine.receive([counter(5, 1)], NOW + seconds(1)))
    assert raised.alarm.count == 1


def test_an_uncertain_count_between_two_good_ones_neither_restarts_nor_counts_twice():
    engine = Engine([ELM])
    engine.receive([counter(4, 0)], NOW)
    assert not engine.receive([counter(0, 1, Quality.UNCERTAIN)], NOW + seconds(1))[1:]
    assert not of(AlarmRaised, engine.receive([counter(4, 2)], NOW + seconds(2)))
    outputs = engine.receive([counter(5, 3, Quality.UNCERTAIN)], NOW + seconds(3))
    assert of(AlarmRaised, outputs), "an uncertain press is a press"
    assert not of(AlarmRepeated, engine.receive([counter(5, 4)], NOW + seconds(4)))
    assert of(AlarmRepeated, engine.receive([counter(6, 5)], NOW + seconds(5)))


def test_an_uncertain_count_that_was_too_high_is_no_restart_when_the_good_one_comes():
    engine = Engine([ELM])
    engine.receive([counter(4, 0)], NOW)
    engine.receive([counter(6, 1, Quality.UNCERTAIN)], NOW + seconds(1))
    assert not of(AlarmRepeated, engine.receive([counter(5, 2)], NOW + seconds(2)))
