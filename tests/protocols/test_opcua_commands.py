import asyncio
from dataclasses import replace

import pytest

from gateway.clock import WallClock
from protocols.interfaces import Link, RefusedError
from tests.protocols.opcua_bench import command, connected, driving, emulating, s7
from twins.command import CommandResult
from twins.instant import SECOND, seconds


class Barrier:
    """A barrier's program that counts what it was told."""

    def __init__(self, moving: float = 0) -> None:
        self.told: list[dict[str, object]] = []
        self.released = asyncio.Event()
        self.released.set()
        self.moving = moving

    async def __call__(self, device, values):
        self.told.append(dict(values))
        await self.released.wait()
        return {} if self.moving else {"closed": "close" in values, "opened": "open" in values}


async def test_a_command_is_confirmed_once_the_device_shows_it():
    barrier = connected("barrier", s7("barrier"))
    program = Barrier(moving=0.3)
    async with (
        emulating(barrier, on_write=program) as (emulator, link),
        driving(link) as (driver, heard),
        asyncio.TaskGroup() as tasks,
    ):
        await heard.until_value("barrier", "closed", False)
        running = tasks.create_task(driver.execute(command("barrier", "close", closed=True)))
        await asyncio.sleep(0.2)
        assert not running.done()
        await emulator.publish("barrier", {"closed": True})
        assert (await running).result is CommandResult.CONFIRMED
        assert program.told == [{"close": True}]
        await heard.until_value("barrier", "closed", True)


async def test_a_writable_property_is_written_and_read_back():
    lane = connected("lane", s7("lane"))
    async with emulating(lane) as (_, link), driving(link) as (driver, heard):
        await heard.until_value("lane", "locked", False)
        ended = await driver.execute(command("lane", "lock", locked=True))
        assert ended.result is CommandResult.CONFIRMED
        await heard.until_value("lane", "locked", True)


async def test_the_argument_chooses_the_locker():
    lockers = connected("lockers", s7("lockers"))
    told = []

    async def unlock(_device, values):
        told.append(dict(values))
        return {"door07.closed": False}

    async with emulating(lockers, on_write=unlock) as (emulator, link):
        await emulator.publish("lockers", {f"door{n:02}.closed": True for n in range(1, 13)})
        async with driving(link) as (driver, heard):
            await heard.until_value("lockers", "door07.closed", True)
            ordered = command("lockers", "unlock", **{"door07.closed": False})
            ended = await driver.execute(replace(ordered, arguments={"door": 7}))
            assert ended.result is CommandResult.CONFIRMED
            assert told == [{"door07.unlock": True}]
            await heard.until_value("lockers", "door07.closed", False)
            assert heard.values("lockers", "door08.closed") == [True]


async def test_a_write_that_is_not_answered_in_time_is_unknown_and_done_once():
    barrier = connected("barrier", s7("barrier"))
    program = Barrier()
    async with (
        emulating(barrier, on_write=program) as (_, link),
        driving(link) as (driver, heard),
    ):
        await heard.until_value("barrier", "closed", False)
        program.released.clear()
        ordered = command("barrier", "close", within=0.2, closed=True)
        ended = await driver.execute(ordered)
        assert ended.result is CommandResult.UNKNOWN
        assert WallClock().now() <= ordered.not_after + SECOND
        program.released.set()
        await heard.until_value("barrier", "closed", True)
        assert program.told == [{"close": True}]


async def test_a_device_that_never_shows_it_leaves_the_outcome_unknown():
    barrier = connected("barrier", s7("barrier"))
    program = Barrier(moving=9)
    async with (
        emulating(barrier, on_write=program) as (_, link),
        driving(link) as (driver, heard),
    ):
        await heard.until_value("barrier", "closed", False)
        ended = await driver.execute(command("barrier", "close", within=0.3, closed=True))
        assert ended.result is CommandResult.UNKNOWN
        assert program.told == [{"close": True}]


async def test_a_device_that_refuses_is_believed_and_nothing_changes():
    lane = connected("lane", s7("lane"))

    async def refuse(_device, _values):
        raise RefusedError("somebody stands in it")

    async with emulating(lane, on_write=refuse) as (_, link), driving(link) as (driver, heard):
        await heard.until_value("lane", "locked", False)
        ended = await driver.execute(command("lane", "lock", locked=True))
        assert (ended.result, ended.reason) == (CommandResult.REFUSED, "BadInvalidState")
        assert heard.values("lane", "locked") == [False]


async def test_a_command_node_that_the_server_does_not_have_is_a_refusal():
    model = s7("barrier")
    poorer = connected("barrier", replace(model, command_points={}))
    async with emulating(poorer) as (_, link):
        described = Link(url=link.url, devices=(connected("barrier", model),))
        async with driving(described) as (driver, heard):
            await heard.until_value("barrier", "closed", False)
            ended = await driver.execute(command("barrier", "close", closed=True))
            assert (ended.result, ended.reason) == (CommandResult.REFUSED, "BadNodeIdUnknown")


async def test_a_node_that_the_server_protects_is_a_refusal():
    model = s7("lane")
    locked = replace(model.points["locked"], writable=False)
    protected = connected("lane", replace(model, points={**model.points, "locked": locked}))
    async with emulating(protected) as (_, link):
        described = Link(url=link.url, devices=(connected("lane", model),))
        async with driving(described) as (driver, heard):
            await heard.until_value("lane", "locked", False)
            ended = await driver.execute(command("lane", "lock", locked=True))
            assert (ended.result, ended.reason) == (CommandResult.REFUSED, "BadNotWritable")


@pytest.mark.parametrize(
    ("device", "action", "arguments"),
    [("ghost", "close", {}), ("lockers", "explode", {}), ("lockers", "unlock", {})],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(device, action, arguments):
    lockers = connected("lockers", s7("lockers"))
    program = Barrier()
    async with (
        emulating(lockers, on_write=program) as (_, link),
        driving(link) as (driver, heard),
    ):
        await heard.until_value("lockers", "door01.closed", False)
        ordered = replace(command(device, action, x=True), arguments=arguments)
        assert (await driver.execute(ordered)).result is CommandResult.REFUSED
        assert program.told == []


async def test_past_its_time_nothing_is_sent():
    barrier = connected("barrier", s7("barrier"))
    program = Barrier()
    async with (
        emulating(barrier, on_write=program) as (_, link),
        driving(link) as (driver, heard),
    ):
        await heard.until_value("barrier", "closed", False)
        late = replace(
            command("barrier", "close", closed=True), not_after=WallClock().now() - seconds(1)
        )
        assert (await driver.execute(late)).result is CommandResult.NOT_EXECUTED
        assert program.told == []


async def test_without_a_link_nothing_is_sent_and_nothing_is_kept_for_later():
    barrier = connected("barrier", s7("barrier"))
    program = Barrier()
    async with (
        emulating(barrier, on_write=program) as (emulator, link),
        driving(link) as (driver, heard),
    ):
        await heard.until_value("barrier", "closed", False)
        await emulator.cut()
        await asyncio.sleep(0.05)
        ended = await driver.execute(command("barrier", "close", closed=True))
        assert ended.result is CommandResult.NOT_EXECUTED
        await emulator.publish("barrier", {"fault": True})
        await emulator.restore()
        await heard.until_value("barrier", "fault", True)
        assert program.told == []
