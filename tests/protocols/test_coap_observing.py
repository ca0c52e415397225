"""Which notification is newer and when to register again, with time given by hand (RFC 7641)."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.coap.observing import LONGEST_REGISTRATION, Freshness
from protocols.interfaces import LinkLostError
from protocols.turns import Lane, Turns
from tests.virtual_time import in_virtual_time
from twins.instant import seconds

MAX_AGE = seconds(60)
NUMBERS = st.integers(0, (1 << 24) - 1)


def observing(number: int, now: int = 0) -> Freshness:
    freshness = Freshness()
    freshness.asking()
    assert freshness.accepts(number, now, MAX_AGE, reply=True)
    return freshness


@given(NUMBERS, st.integers(1, (1 << 23) - 1))
def test_a_higher_number_is_newer_also_where_the_numbers_wrap(number, ahead):
    later = (number + ahead) % (1 << 24)
    assert observing(number).accepts(later, seconds(1), MAX_AGE, reply=False)
    assert not observing(later).accepts(number, seconds(1), MAX_AGE, reply=False)


@given(NUMBERS)
def test_the_same_number_is_a_duplicate(number):
    assert not observing(number).accepts(number, seconds(1), MAX_AGE, reply=False)


def test_after_128_seconds_any_number_is_newer():
    freshness = observing(500)
    assert not freshness.accepts(3, seconds(128), MAX_AGE, reply=False)
    assert freshness.accepts(3, seconds(128) + 1, MAX_AGE, reply=False)


def test_a_server_that_restarted_counts_anew():
    freshness = observing(500)
    freshness.asking()
    assert freshness.accepts(0, seconds(1), MAX_AGE, reply=True)
    assert freshness.accepts(1, seconds(2), MAX_AGE, reply=False)


def test_a_reply_overtaken_by_a_notification_is_not_used():
    freshness = observing(500)
    freshness.asking()
    assert freshness.accepts(502, seconds(1), MAX_AGE, reply=False)
    assert not freshness.accepts(501, seconds(1), MAX_AGE, reply=True)


def test_registration_is_due_before_the_value_is_too_old_and_after_30_s_at_the_latest():
    freshness = Freshness()
    assert freshness.register_at() is None
    freshness.asking()
    freshness.accepts(1, seconds(10), seconds(5), reply=True)
    assert freshness.register_at() == seconds(15)
    freshness.accepts(2, seconds(11), seconds(3600), reply=False)
    assert freshness.register_at() == seconds(11) + LONGEST_REGISTRATION
    freshness.ended()
    assert freshness.register_at() is None


def test_turns_are_given_in_order_and_commands_go_first():
    async def story():
        turns, order = Turns(), []

        async def take(name: str, *, command: bool) -> None:
            async with turns.turn(lane=Lane.COMMAND if command else Lane.POLL):
                order.append(name)
                await asyncio.sleep(1)

        async with asyncio.TaskGroup() as tasks:
            for name in ("read 1", "read 2", "read 3"):
                tasks.create_task(take(name, command=False))
            await asyncio.sleep(0.5)
            tasks.create_task(take("command", command=True))
        return order

    assert in_virtual_time(story()) == ["read 1", "command", "read 2", "read 3"]


def test_whoever_stops_waiting_holds_nobody_up():
    async def story():
        turns = Turns()
        async with turns.turn():
            with pytest.raises(LinkLostError):
                async with turns.turn(lane=Lane.COMMAND, within=1):
                    pytest.fail("the line was taken")
            with pytest.raises(LinkLostError):
                async with turns.turn(within=0):
                    pytest.fail("the line was taken")
        async with turns.turn(within=0):
            return asyncio.get_running_loop().time()

    assert in_virtual_time(story()) == 1.0
