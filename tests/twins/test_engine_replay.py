"""A recorded day replays: same inputs, same outputs, from the start or from any snapshot."""

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.any_input import PEOPLE, SCHOOLS, meant, stories
from tests.twins.schools import ELM, MONDAY_0700, says
from twins.alarm import TRANSITIONS, AlarmEvent, AlarmState
from twins.engine import Engine
from twins.handlers import HANDLERS
from twins.instant import seconds
from twins.observation import Observation
from twins.records import Input, decode_record, encode_record
from twins.state import decode_state, encode_state


def told(outputs):
    return [encode_record(one) for one in outputs]


@settings(max_examples=100, deadline=None)
@given(stories, st.integers(0, 23))
def test_a_snapshot_taken_anywhere_plus_the_rest_gives_the_same_outputs(story, cut):
    engine, now, log, snapshot = Engine(SCHOOLS), MONDAY_0700, [], (0, None)
    for place, (wishes, gap) in enumerate(story):
        now += seconds(gap)
        state = engine.state()
        if place == cut:
            snapshot = (place, decode_state(encode_state(state)))
        inputs = [meant(one, state, now) for one in wishes]
        log.append((inputs, now, told(engine.receive(inputs, now))))
    for start, state in ((0, None), snapshot):
        replayed = Engine(SCHOOLS, state)
        for inputs, at, said in log[start:]:
            assert told(replayed.receive(inputs, at)) == said


@settings(max_examples=60, deadline=None)
@given(stories)
def test_every_record_survives_the_log(story):
    engine, now = Engine(SCHOOLS), MONDAY_0700
    for wishes, gap in story:
        now += seconds(gap)
        inputs = [meant(one, engine.state(), now) for one in wishes]
        for record in [*inputs, *engine.receive(inputs, now)]:
            assert decode_record(*encode_record(record)) == record


def test_the_stories_here_hold_every_kind_of_input():
    assert set(PEOPLE) | {"Observation"} == {one.__name__ for one in get_args(Input)}


@given(st.lists(st.sampled_from(AlarmEvent), max_size=20))
def test_no_way_through_the_alarm_table_ends_a_latching_alarm_without_a_reset(events):
    state = AlarmState.ACTIVE_UNACKNOWLEDGED
    for event in events:
        state, before = TRANSITIONS.get((state, event), state), state
        if state is AlarmState.NORMAL:
            assert (before, event) == (AlarmState.LATCHED, AlarmEvent.RESET)
            break


def test_every_input_has_its_handler():
    assert {*get_args(Input)} - {Observation} == set(HANDLERS)


def test_a_clock_that_goes_back_is_taken_as_standing_still():
    engine = Engine([ELM])
    engine.receive([says("presence", "present", False, MONDAY_0700)], MONDAY_0700)
    deadline = engine.next_deadline()
    engine.receive([says("camera", "loitering", True, 0)], MONDAY_0700 - seconds(3600))
    assert engine.next_deadline() == deadline
    (alarm,) = engine.alarms.values()
    assert alarm.raised == MONDAY_0700
