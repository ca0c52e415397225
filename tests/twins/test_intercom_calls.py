"""可視化互動 (R19): a call is offered, answered, ended or failed, and is never silent."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.twins.ash import ASH, Story, device, of
from twins.alarm import InputRefused
from twins.call import (
    CALL_TITLES,
    CALL_TRANSITIONS,
    AnswerCall,
    CallChanged,
    CallEvent,
    CallState,
    EndCall,
    OfferCall,
)
from twins.command import Command, CommandResult
from twins.instant import seconds

OFFER = OfferCall(device="ash/intercom", peer="station", by="Guard A")


def ready() -> Story:
    story = Story()
    story.see("intercom", online=True, call="idle")
    story.see("link", up=True, path="primary")
    return story


def states(outputs) -> list[str]:
    return [one.call.state.value for one in of(CallChanged, outputs)]


def last(outputs):
    return of(CallChanged, outputs)[-1].call


@pytest.mark.requirement("R19")
def test_a_call_is_offered_answered_and_ended():
    story = ready()
    offered = story.take(OFFER)
    (command,) = of(Command, offered)
    story.end(command, CommandResult.CONFIRMED)
    story.wait(5)
    story.see("intercom", call="offered")
    story.see("intercom", call="answered")
    story.wait(40)
    story.see("intercom", call="ended")
    assert states(story.told) == ["offered", "answered", "ended"]
    call = last(story.told)
    assert (call.by, call.peer) == ("Guard A", "station")
    assert call.answered - call.offered == seconds(5)
    assert call.over - call.answered == seconds(40)
    assert not story.memory.calls


@pytest.mark.requirement("R19")
@pytest.mark.parametrize(
    "lost",
    [
        lambda story: story.see("link", up=False),
        lambda story: story.see("link", path="none"),
        lambda story: story.see("intercom", online=False),
        lambda story: story.lose("intercom", "call"),
        lambda story: story.lose("intercom", "online"),
    ],
)
def test_d01_d_a_call_while_the_link_is_down_is_shown_as_failed_at_once(lost):
    story = ready()
    lost(story)
    outputs = story.take(OFFER)
    assert states(outputs) == ["offered", "failed"]
    assert last(outputs).reason
    assert not of(Command, outputs)


@pytest.mark.requirement("R19")
@pytest.mark.parametrize("answered", [False, True])
def test_a_link_that_goes_down_during_a_call_fails_it(answered):
    story = ready()
    story.take(OFFER)
    if answered:
        story.see("intercom", call="answered")
    assert states(story.see("link", up=False)) == ["failed"]


def test_a_call_goes_out_while_one_of_two_links_is_up():
    story = Story(replace(ASH, devices=(*ASH.devices, device("link-2", "network-link"))))
    story.see("link", up=False)
    story.see("link-2", up=True)
    assert states(story.take(OFFER)) == ["offered"]
    assert states(story.see("link-2", path="none")) == ["failed"]


def test_a_link_that_takes_its_second_path_keeps_the_call():
    story = ready()
    story.take(OFFER)
    story.see("link", path="secondary")
    assert states(story.told) == ["offered"]


def test_a_call_that_nobody_answers_fails_after_half_a_minute():
    story = ready()
    (command,) = of(Command, story.take(OFFER))
    story.end(command, CommandResult.CONFIRMED)
    assert not states(story.wait(29))
    outputs = story.wait(1)
    assert (states(outputs), last(outputs).reason) == (["failed"], "no answer within 30 s")


@pytest.mark.parametrize(
    "result", [CommandResult.REFUSED, CommandResult.NOT_EXECUTED, CommandResult.UNKNOWN]
)
def test_an_intercom_that_cannot_be_made_to_ring_fails_the_call(result):
    story = ready()
    (command,) = of(Command, story.take(OFFER))
    outputs = story.end(command, result, "no way")
    assert (states(outputs), last(outputs).reason) == (["failed"], f"{result}: no way")


def test_a_ring_command_that_ends_badly_after_the_answer_does_not_end_the_call():
    story = ready()
    (command,) = of(Command, story.take(OFFER))
    story.see("intercom", call="answered")
    assert not states(story.end(command, CommandResult.UNKNOWN))


def test_a_call_that_begins_at_the_intercom_is_a_session_too():
    story = ready()
    story.see("intercom", peer="station", call="offered")
    call = last(story.told)
    assert (call.by, call.peer, call.state) == ("ash/intercom", "station", CallState.OFFERED)
    story.take(AnswerCall(call=call.id, by="Station"))
    story.see("intercom", call="answered")
    story.see("intercom", call="idle")
    assert states(story.told) == ["offered", "answered", "ended"]


def test_a_call_that_failed_before_anybody_saw_it_is_shown():
    story = ready()
    assert states(story.see("intercom", call="failed")) == ["offered", "failed"]


def test_what_a_call_ended_with_long_ago_is_no_call():
    story = Story()
    assert not states(story.see("intercom", online=True, call="failed"))


def test_hanging_up_ends_the_session_and_tells_the_intercom():
    story = ready()
    call = last(story.take(OFFER))
    outputs = story.take(EndCall(call=call.id, by="Guard A"))
    assert states(outputs) == ["ended"]
    assert [one.action for one in of(Command, outputs)] == ["hang-up"]


def test_one_intercom_has_one_call_at_a_time():
    story = ready()
    call = last(story.take(OFFER))
    (refused,) = of(InputRefused, story.take(OFFER))
    assert call.id in refused.reason


def test_what_makes_no_sense_is_refused():
    story = ready()
    for wrong in (
        OfferCall(device="ash/lane", peer="station", by="Guard A"),
        OfferCall(device="ash/intercom", peer="", by="Guard A"),
        OfferCall(device="ash/intercom", peer="station", by=" "),
        AnswerCall(call="ash/call/9", by="Guard A"),
        EndCall(call="ash/call/9", by="Guard A"),
    ):
        assert of(InputRefused, story.take(wrong))
    call = last(story.take(OFFER))
    assert of(InputRefused, story.take(EndCall(call=call.id, by="")))
    story.take(AnswerCall(call=call.id, by="Station"))
    assert of(InputRefused, story.take(AnswerCall(call=call.id, by="Station")))


def test_the_table_ends_every_call_and_revives_none():
    assert CALL_TITLES.keys() == set(CallState)
    for state, event in product(CallState, CallEvent):
        following = CALL_TRANSITIONS.get((state, event))
        if state in (CallState.ENDED, CallState.FAILED):
            assert following is None, "final"
        elif event in (CallEvent.HANG_UP, CallEvent.FAIL):
            assert following is not None, "each can be ended"


class Calls(RuleBasedStateMachine):
    """Whatever people, intercom and link do: every call that was offered gets its end."""

    @initialize()
    def begin(self):
        self.story = ready()
        self.open: dict[str, CallState] = {}

    def book(self, outputs):
        for one in of(CallChanged, outputs):
            before = self.open.pop(one.call.id, None)
            if before is None:
                assert one.call.state is CallState.OFFERED, "it begins with its offer"
            else:
                assert one.call.state in {
                    after for (state, _), after in CALL_TRANSITIONS.items() if state is before
                }
            if one.call.open:
                self.open[one.call.id] = one.call.state
            else:
                assert one.call.over is not None
                assert one.call.state is CallState.ENDED or one.call.reason

    @rule()
    def offer(self):
        self.book(self.story.take(OFFER))

    @rule(what=st.sampled_from(["idle", "offered", "answered", "ended", "failed"]))
    def intercom_says(self, what):
        self.book(self.story.see("intercom", call=what))

    @rule(online=st.booleans())
    def intercom_goes(self, online):
        self.book(self.story.see("intercom", online=online))

    @rule()
    def intercom_is_lost(self):
        self.book(self.story.lose("intercom", "call", "online"))

    @rule(up=st.booleans(), path=st.sampled_from(["primary", "secondary", "none"]))
    def link(self, up, path):
        self.book(self.story.see("link", up=up, path=path))

    @rule(number=st.integers(1, 5), kind=st.sampled_from([AnswerCall, EndCall]))
    def person(self, number, kind):
        self.book(self.story.take(kind(call=f"ash/call/{number}", by="Guard A")))

    @rule(result=st.sampled_from(CommandResult))
    def driver(self, result):
        for command in list(self.story.engine.commands.values())[:1]:
            self.book(self.story.end(command, result))

    @rule(gap=st.sampled_from([1, 3, 29, 31]))
    def wait(self, gap):
        self.book(self.story.wait(gap))

    @invariant()
    def the_memory_holds_what_was_told(self):
        calls = self.story.memory.calls
        assert {one.id: one.state for one in calls.values()} == self.open

    @invariant()
    def no_call_rings_without_a_clock(self):
        timers = self.story.engine.state().timers
        for name, call in self.story.memory.calls.items():
            assert call.state is CallState.ANSWERED or f"call-ring|{name}" in timers


Calls.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestCalls = Calls.TestCase
