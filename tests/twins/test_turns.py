"""Whose turn it is: what is due at one instant, and what comes in one batch, in a defined order."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twins.ash import ASH, Story, of
from tests.twins.ash import says as ash_says
from tests.twins.oak import NINE, OAK
from tests.twins.oak import says as oak_says
from tests.twins.schools import MONDAY_0700
from twins.alarm import AlarmRaised, InputRefused
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.commanding import OUTCOME_GRACE
from twins.commanding import TIMER as COMMAND_TIMER
from twins.engine import Engine
from twins.handlers import TIMER_HANDLERS
from twins.instant import milliseconds, seconds
from twins.records import encode_record
from twins.rules.table import TIMERS
from twins.sighting import EventSeen, Outcome, PersonSeen
from twins.state import decode_state, encode_state
from twins.timers import BOOKS, CALLS, RANKS, SPARE, USUAL, TimerQueue

HIT = {"subject": "s-0001", "list": "list-1", "score": 0.93, "quality": 0.9, "liveness": True}
LATER = MONDAY_0700 + seconds(60)
EVENT = {"class": "knife", "score": 0.91, "false_rate": 0.02}


def ready() -> Engine:
    """A school whose front ends have counted once; a revived copy costs little."""
    story = Story()
    story.see("gate-face", hits=0)
    story.see("events", events=0)
    story.see("gate-face", **{**HIT, "subject": "s-0000", "score": 0.1, "hits": 1})
    story.see("events", **{"class": "crowd", "score": 0.1, "events": 1})
    return story.engine


def in_every_order(observations):
    """Yield what an engine says to each order of one batch."""
    state, now = ready().state(), max(one.receive_time for one in observations)
    for order in permutations(observations):
        yield Engine([ASH], state).receive(order, now)


def seen_at(at, received, device, **values):
    return [ash_says(device, name, value, at, received) for name, value in values.items()]


@pytest.mark.requirement("R11")
def test_a_hit_is_judged_by_its_own_details_in_whatever_order_they_come():
    told = seen_at(LATER, LATER, "gate-face", **HIT, hits=2)
    for outputs in in_every_order(told):
        (seen,) = of(PersonSeen, outputs)
        assert (seen.hit.subject, seen.hit.score) == ("s-0001", 0.93)
        assert (seen.hit.outcome, seen.hit.missed, seen.hit.doubts) == (Outcome.PUSHED, 0, ())


@pytest.mark.requirement("R88")
def test_an_event_is_judged_by_its_own_details_in_whatever_order_they_come():
    told = seen_at(LATER, LATER, "events", **EVENT, events=2)
    for outputs in in_every_order(told):
        (seen,) = of(EventSeen, outputs)
        assert (seen.event.event, seen.event.score) == ("knife", 0.91)
        assert seen.event.outcome is Outcome.PUSHED


def test_two_hits_in_one_batch_are_told_apart_by_the_device_s_stamps():
    told = [
        *seen_at(LATER, LATER + seconds(1), "gate-face", subject="s-0001", score=0.93, hits=2),
        *seen_at(
            LATER + milliseconds(400),
            LATER + seconds(1),
            "gate-face",
            subject="s-0002",
            score=0.94,
            hits=3,
        ),
    ]
    for outputs in in_every_order(told):
        seen = of(PersonSeen, outputs)
        assert [(one.hit.subject, one.hit.score) for one in seen] == [
            ("s-0001", 0.93),
            ("s-0002", 0.94),
        ]
        assert all(one.hit.missed == 0 for one in seen)


def test_every_timer_with_a_turn_of_its_own_exists():
    assert set(RANKS) <= {*TIMERS, *TIMER_HANDLERS, COMMAND_TIMER}


def test_what_is_due_at_one_instant_goes_by_its_kind_and_then_first_come_first_served():
    queue = TimerQueue({})
    for subject in (9, 10, 100, 11):
        queue.set("reconcile", f"elm/{subject}", 5)
        queue.set("command", f"elm/{subject}", 5)
        queue.set("escalation", f"elm/incident/{subject}|1", 5)
    queue.set("record-expired", "elm/early", 4)
    order = []
    while (timer := queue.pop_due(5)) is not None:
        order.append(timer)
    assert order[0] == ("record-expired", "elm/early"), "earlier is earlier, whatever it is"
    ranks = [RANKS.get(name, USUAL) for name, _ in order[1:]]
    assert ranks == [CALLS] * 4 + [USUAL] * 4 + [BOOKS] * 4
    for place in (1, 5, 9):
        subjects = [subject.removeprefix("elm/") for _, subject in order[place : place + 4]]
        assert [one.removeprefix("incident/").removesuffix("|1") for one in subjects] == [
            "9",
            "10",
            "100",
            "11",
        ]


changes = st.lists(
    st.tuples(
        st.sampled_from(["escalation", "command", "reconcile"]),
        st.integers(0, 12).map(str),
        st.integers(0, 3) | st.none(),
    ),
    max_size=40,
)


@given(changes, st.integers(0, 40))
def test_a_revived_queue_does_what_is_due_in_the_same_order(story, cut):
    due: dict[str, int] = {}
    queue = TimerQueue(due)
    for place, (name, subject, at) in enumerate(story):
        if place == cut:
            due = dict(due)
            queue = TimerQueue(due)
        if at is None:
            queue.cancel(name, subject)
        else:
            queue.set(name, subject, at)
    whole, memory = TimerQueue({}), {}
    for name, subject, at in story:
        key = f"{name}|{subject}"
        if at is None:
            whole.cancel(name, subject)
            memory.pop(key, None)
        else:
            whole.set(name, subject, at)
            memory[key] = at
    assert due == memory
    told = list(iter(lambda: queue.pop_due(3), None))
    assert told == list(iter(lambda: whole.pop_due(3), None))
    assert len(told) == len(memory)
    assert not due


def test_timers_that_are_moved_without_end_leave_nothing_behind():
    due: dict[str, int] = {}
    queue = TimerQueue(due)
    for moment in range(20_000):
        queue.set("console-heartbeat", "elm/console", moment + 10**12)
        queue.set("post-not-checked-in", f"elm/post/{moment % 7}", moment + 10**12)
        queue.cancel("post-not-checked-in", f"elm/post/{moment % 5}")
    assert len(queue) <= 2 * len(due) + SPARE


def asked(key: str, now: int, limit: float = 3) -> RequestCommand:
    return RequestCommand(
        id=key,
        device="oak/lane",
        action="lock",
        requested_by="Guard A",
        reason="test",
        not_after=now + seconds(limit),
    )


def confirmed(key: str) -> CommandEnded:
    return CommandEnded(command=key, device="oak/lane", result=CommandResult.CONFIRMED)


def test_a_command_and_its_end_in_one_batch_count_though_something_else_is_due():
    engine = Engine([OAK])
    engine.receive([asked("k1", NINE)], NINE)
    later = NINE + seconds(3) + OUTCOME_GRACE
    outputs = engine.receive([asked("k2", later), confirmed("k2")], later)
    assert not of(InputRefused, outputs)
    ends = {one.command: one.result for one in of(CommandEnded, outputs)}
    assert ends == {"k1": CommandResult.UNKNOWN, "k2": CommandResult.CONFIRMED}
    assert [one.id for one in of(Command, outputs)] == ["k2"]


waits = st.sampled_from([0, 1, 2999, 3000, 3999, 4000, 4001, 8000])
what = st.sampled_from(["ask", "end", "look", "press"])
batches = st.lists(
    st.tuples(waits, st.lists(st.tuples(what, st.integers(0, 3)), max_size=4)), max_size=12
)


def meant(wish: str, number: int, now: int):
    """Return the inputs of a wish; to look is to give none."""
    if wish == "ask":
        return [asked(f"k{number}", now)]
    if wish == "end":
        return [confirmed(f"k{number}")]
    return [oak_says("button", "pressed", number % 2 == 0, now)] if wish == "press" else []


@given(batches, st.integers(0, 12))
def test_an_answer_at_a_deadline_ends_a_command_once_and_alike_live_and_replayed(story, cut):
    engine, now, log = Engine([OAK]), NINE, []
    ends: dict[str, CommandResult] = {}
    snapshot = (0, encode_state(engine.state()))
    for place, (gap, wishes) in enumerate(story):
        if place == cut:
            snapshot = (place, encode_state(engine.state()))
        now += milliseconds(gap)
        inputs = [one for wish, number in wishes for one in meant(wish, number, now)]
        answered = {one.command for one in of(CommandEnded, inputs)} & set(engine.commands)
        outputs = engine.receive(inputs, now)
        log.append((inputs, now, [encode_record(one) for one in outputs]))
        for one in of(CommandEnded, outputs):
            assert one.command not in ends, "a command ends once"
            ends[one.command] = one.result
        assert all(ends[key] is CommandResult.CONFIRMED for key in answered), (
            "it is here: it counts"
        )
    for start, state in (0, None), (snapshot[0], decode_state(snapshot[1])):
        replayed = Engine([OAK], state)
        for inputs, at, told in log[start:]:
            assert [encode_record(one) for one in replayed.receive(inputs, at)] == told


def test_an_alarm_is_raised_before_the_telemetry_of_its_batch_whatever_else_is_told():
    story = Story(ASH)
    outputs = story.take(
        *(ash_says("gate-face", name, value, story.now) for name, value in HIT.items()),
        ash_says("ups", "mains", False, story.now),
        ash_says("button", "pressed", True, story.now),
    )
    places = [place for place, one in enumerate(outputs) if isinstance(one, AlarmRaised)]
    assert outputs[places[0]].alarm.kind == "one-key-alarm"
    assert places[0] == 1, "only the change of the contact itself stands before it"
