"""Who goes first on a line, in virtual time: urgent ones, and nobody never."""

import asyncio
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.turns import Lane, Turns
from tests.virtual_time import in_virtual_time

EXCHANGE_S = 0.02


def order_of(waiting: list[Lane]) -> list[Lane]:
    """Return the order in which all these get the line, who came while it was taken."""
    taken: list[Lane] = []

    async def wait(turns: Turns, lane: Lane) -> None:
        async with turns.turn(lane=lane):
            taken.append(lane)
            await asyncio.sleep(EXCHANGE_S)

    async def story() -> None:
        turns = Turns()
        async with asyncio.TaskGroup() as tasks, turns.turn():
            for lane in waiting:
                tasks.create_task(wait(turns, lane))
            await asyncio.sleep(EXCHANGE_S)

    in_virtual_time(story())
    return taken


def test_an_alarm_is_read_before_a_command_and_a_command_is_sent_before_other_polls():
    assert order_of([Lane.POLL, Lane.EVENT, Lane.COMMAND, Lane.ALARM]) == [
        Lane.ALARM, Lane.COMMAND, Lane.EVENT, Lane.POLL,
    ]  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(Lane), min_size=1, max_size=20))
def test_everybody_gets_the_line_once(waiting):
    assert sorted(order_of(waiting)) == sorted(waiting)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20))
def test_commands_and_alarm_readings_take_turns_however_many_wait(alarms, commands):
    order = order_of([Lane.COMMAND] * commands + [Lane.ALARM] * alarms)
    both = order[: 2 * min(alarms, commands)]
    assert all(before is not after for before, after in pairwise(both))


def test_a_hundred_commands_keep_no_reading_waiting_for_more_than_one_of_them():
    order = order_of([Lane.COMMAND] * 100 + [Lane.POLL, Lane.EVENT])
    assert order[:5] == [Lane.COMMAND, Lane.EVENT, Lane.COMMAND, Lane.POLL, Lane.COMMAND]


def test_who_goes_away_while_waiting_holds_nobody_up():
    async def story() -> list[str]:
        turns, taken = Turns(), []

        async def wait(name: str, lane: Lane) -> None:
            async with turns.turn(lane=lane):
                taken.append(name)

        async with asyncio.TaskGroup() as tasks, turns.turn():
            gone = tasks.create_task(wait("gone", Lane.ALARM))
            tasks.create_task(wait("next", Lane.POLL))
            await asyncio.sleep(EXCHANGE_S)
            gone.cancel()
        return taken

    assert in_virtual_time(story()) == ["next"]
