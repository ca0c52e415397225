"""A recorded day replays: same inputs, same outputs, from the start or from any snapshot."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tests.twins.schools import ELM, MONDAY_0700, says
from twins.alarm import TRANSITIONS, AcknowledgeAlarm, AlarmEvent, AlarmState, ResetAlarm
from twins.engine import Engine
from twins.handlers import HANDLERS
from twins.incident import Answer, HandleIncident, RecipientAnswered
from twins.instant import seconds
from twins.observation import Observation, Quality
from twins.records import Input, decode_record, encode_record
from twins.state import decode_state, encode_state

values = st.sampled_from(
    [
        ("button", "pressed", True),
        ("button", "pressed", False),
        ("button", "press_count", 1),
        ("button", "press_count", 3),
        ("button-2", "pressed", True),
        ("button-2", "pressed", False),
        ("presence", "present", True),
        ("presence", "present", False),
        ("camera", "loitering", True),
        ("camera", "loitering", False),
    ]
)
qualities = st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.BAD])
observations = st.builds(
    lambda said, quality: says(
        said[0],
        said[1],
        said[2] if quality is Quality.GOOD else None,
        MONDAY_0700,
        quality,
        "" if quality is Quality.GOOD else "no answer",
    ),
    values,
    qualities,
)
people = st.sampled_from(
    [
        AcknowledgeAlarm(alarm="elm/alarm/1", by="Guard A"),
        ResetAlarm(alarm="elm/alarm/1", by="Guard A", reason="checked"),
        RecipientAnswered(
            incident="elm/incident/1", responder="elm/station", answer=Answer.ACKNOWLEDGED
        ),
        HandleIncident(incident="elm/incident/1", by="Station", reason="over"),
    ]
)
steps = st.lists(
    st.tuples(st.lists(observations | people, max_size=3), st.integers(0, 400)), max_size=25
)


def play(engine, story, start=0):
    now, told = MONDAY_0700, []
    for index, (inputs, gap) in enumerate(story):
        now += seconds(gap)
        if index >= start:
            told.append([encode_record(output) for output in engine.receive(inputs, now)])
    return told


@given(steps, st.integers(0, 25))
def test_a_snapshot_taken_anywhere_plus_the_rest_gives_the_same_outputs(story, cut):
    whole = play(Engine([ELM]), story)
    engine = Engine([ELM])
    play(engine, story[:cut])
    revived = Engine([ELM], decode_state(encode_state(engine.state())))
    assert play(revived, story, start=cut) == whole[cut:]


@given(steps)
def test_every_output_survives_the_log(story):
    engine, now = Engine([ELM]), MONDAY_0700
    for inputs, gap in story:
        now += seconds(gap)
        for record in [*inputs, *engine.receive(inputs, now)]:
            assert decode_record(*encode_record(record)) == record


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
