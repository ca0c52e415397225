"""Stopping a poll loop must always work, also when the stop comes with an answer."""

import asyncio
import contextlib

from benchmarks.presses import bench_links
from gatehouse.emulation import Emulation
from protocols.modbus.address import Table
from protocols.modbus.connection import Connection
from protocols.modbus.requests import read_request

TRIES = 20


async def taken(_, values):
    return values


async def test_a_cancellation_that_comes_with_an_answer_is_not_forgotten():
    """`asyncio.wait_for` of Python 3.11 forgets it; nothing here may wait with it."""
    async with Emulation(bench_links()[:1], taken, fixed_ports=False) as emulation:
        for _ in range(TRIES):
            connection = Connection(emulation.links[0].url)
            await connection.open()
            polling = asyncio.get_running_loop().create_task(poll(connection))
            await asyncio.sleep(0.002)
            answer = connection._asked.answer
            answer.add_done_callback(lambda _, task=polling: task.cancel())
            async with asyncio.timeout(10):
                with contextlib.suppress(asyncio.CancelledError):
                    await polling
            assert polling.cancelled()
            connection.close()


async def poll(connection):
    while True:
        async with connection.turn():
            await connection.exchange(read_request(1, Table.COIL, 0, 2))
