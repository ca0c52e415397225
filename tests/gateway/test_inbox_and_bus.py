"""Bounded queues: what waits, what is merged, and who loses when."""

import asyncio

import pytest

from gateway import bus as bus_module
from gateway.bus import Bus, Event
from gateway.inbox import REQUESTS_MAX, Inbox
from tests.twins.schools import says
from twins.alarm import AcknowledgeAlarm, InputRefused


def values(inbox: Inbox) -> list[tuple[str, object]]:
    return [(one.device, one.value) for one in inbox.take().inputs]


def test_observations_stay_in_order():
    inbox = Inbox()
    inbox.observe([says("button", "pressed", value, 1) for value in (True, False, True)])
    assert [value for _, value in values(inbox)] == [True, False, True]
    assert values(inbox) == []


def test_beyond_the_bound_a_press_and_the_end_state_stay_and_the_rest_is_counted():
    inbox = Inbox(observations_max=2)
    inbox.observe([says("camera", "online", True, 1), says("camera", "online", False, 2)])
    for at, value in enumerate((False, True, False, True, False)):
        inbox.observe([says("button", "pressed", value, at)])
    for at in range(100):
        inbox.observe([says("gate", "passages", at, at)])
    assert inbox.waiting == 5
    assert inbox.merged == 3 + 99
    assert values(inbox) == [
        ("elm/camera", True),
        ("elm/camera", False),
        ("elm/button", True),
        ("elm/button", False),
        ("elm/gate", 99),
    ]


async def test_those_who_ask_wait_while_there_is_no_room():
    inbox = Inbox()
    ask = AcknowledgeAlarm(alarm="a", by="x")
    for _ in range(REQUESTS_MAX):
        await inbox.put(ask)
    async with asyncio.TaskGroup() as group:
        last = group.create_task(inbox.put(ask))
        await asyncio.sleep(0.01)
        assert not last.done()
        assert len(inbox.take().inputs) >= REQUESTS_MAX


async def test_only_one_request_with_an_answer_is_taken_at_once():
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    replies = [loop.create_future(), loop.create_future()]
    for reply in replies:
        await inbox.put(AcknowledgeAlarm(alarm="a", by="x"), reply)
    first = inbox.take()
    assert (len(first.inputs), first.reply) == (1, replies[0])
    async with asyncio.timeout(1):
        await inbox.wait()
    assert inbox.take().reply is replies[1]


def event(number: int) -> Event:
    return Event(id=f"{number}.0", at=number, record=InputRefused(subject="x", reason="y"))


async def test_a_slow_viewer_loses_the_oldest_and_is_told_and_others_lose_nothing():
    bus = Bus()
    with bus.subscribe() as slow, bus.subscribe() as quick:
        seen = []
        for number in range(bus_module.VIEWER_QUEUE + 10):
            bus.publish(event(number))
            seen.append((await quick.next()).id)
        assert len(seen) == bus_module.VIEWER_QUEUE + 10
        assert (slow.dropped, slow.take_lost(), slow.take_lost()) == (10, True, False)
        assert (await slow.next()).id == "10.0"
        assert (quick.dropped, quick.take_lost()) == (0, False)
    assert bus.viewers == 0


@pytest.mark.parametrize(
    ("after", "first", "lost"), [("3.0", "4.0", False), ("99.0", None, True), (None, None, False)]
)
async def test_a_viewer_that_comes_back_goes_on_where_it_was(after, first, lost):
    bus = Bus()
    for number in range(6):
        bus.publish(event(number))
    with bus.subscribe(after=after) as viewer:
        assert viewer.take_lost() is lost
        bus.close()
        received = await viewer.next()
        assert (received.id if received else None) == first


async def test_a_closed_bus_ends_every_viewer_even_one_whose_queue_is_full():
    bus = Bus()
    with bus.subscribe() as viewer:
        for number in range(bus_module.VIEWER_QUEUE):
            bus.publish(event(number))
        bus.close()
        async with asyncio.timeout(1):
            while await viewer.next() is not None:
                pass


async def test_a_viewer_that_leaves_events_lying_is_not_present(monkeypatch):
    monkeypatch.setattr("gateway.bus.ABSENT_AFTER_S", 0.02)
    bus = Bus()
    with bus.subscribe() as viewer:
        assert bus.present == 1
        bus.publish(event(1))
        assert bus.present == 1
        await asyncio.sleep(0.05)
        bus.publish(event(2))
        assert (bus.viewers, bus.present) == (1, 0)
        await viewer.next()
        assert bus.present == 1
        await viewer.next()
        await asyncio.sleep(0.05)
        assert bus.present == 1
