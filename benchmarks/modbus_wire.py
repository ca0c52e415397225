"""CPU per million points from the wire to observations, beside a bare pymodbus loop.

    uv run python -m benchmarks.modbus_wire

Both read the same 1,000 registers in blocks of 125 as fast as they can, from the same server in
another process; only this process's CPU counts. Median of five, taken in turns in one run. The
driver checks every answer, keeps quality and silence, and makes an observation of every change; the
loop does nothing with what it reads.
"""

import argparse
import asyncio
import statistics
import time

from pymodbus.client import AsyncModbusTcpClient

from benchmarks.modbus_bench import Counter, meter, served
from benchmarks.provenance import commit
from gateway.clock import WallClock
from protocols.interfaces import Link
from protocols.modbus.driver import ModbusDriver
from protocols.modbus.quirks import MAX_REGISTERS
from twins.instant import milliseconds
from twins.streams import Streams

POINTS = 1_000
BLOCKS = POINTS // MAX_REGISTERS
WARM_UP = 400
ANSWERS = 4_000
"""Half a million points."""

LIMITS = {"still": 1.25, "changing": 2.5}
"""CPU of the driver over that of the loop, at most."""


async def bare(port: int) -> float:
    """Return the CPU seconds of the bare loop."""
    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    await client.connect()
    begun = 0.0
    for number in range(WARM_UP + ANSWERS):
        if number == WARM_UP:
            begun = time.process_time()
        address = number % BLOCKS * MAX_REGISTERS
        answer = await client.read_holding_registers(address, count=MAX_REGISTERS)
        assert len(answer.registers) == MAX_REGISTERS
    spent = time.process_time() - begun
    client.close()
    return spent


async def driven(port: int, *, changing: bool) -> float:
    """Return the CPU seconds of the driver."""
    sink = Counter()
    link = Link(
        url=f"modbus+tcp://127.0.0.1:{port}", devices=(meter("meter", POINTS, milliseconds(1)),)
    )
    driver = ModbusDriver(link, sink, WallClock(), Streams(1))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(driver.run())
        await sink.until(WARM_UP)
        seen, begun = sink.observations, time.process_time()
        await sink.until(ANSWERS)
        spent = time.process_time() - begun
        seen = sink.observations - seen
        task.cancel()
    assert seen == (ANSWERS * MAX_REGISTERS if changing else 0), "every change is an observation"
    return spent


def main() -> int:
    """Print both cases; return 1 where a ratio is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    print(f"commit {commit()}")
    missed = False
    for case, limit in LIMITS.items():
        changing = case == "changing"
        loops, drivers = [], []
        with served(changing=changing) as port:
            for _ in range(times):
                loops.append(asyncio.run(bare(port)))
                drivers.append(asyncio.run(driven(port, changing=changing)))
        scale = 1e6 / (ANSWERS * MAX_REGISTERS)
        loop, driver = statistics.median(loops) * scale, statistics.median(drivers) * scale
        missed = missed or driver / loop > limit
        print(
            f"{case:9} bare pymodbus {loop:.2f} s, driver {driver:.2f} s per million points: "
            f"{driver / loop:.2f} x (limit {limit} x)"
        )
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
