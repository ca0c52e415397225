"""200 Modbus devices with 20 points each, read once a second: CPU of this process and its memory.

    uv run python -m benchmarks.modbus_fleet

Each device has a connection of its own to a server in another process, which answers with another
value every time, so that every point is an observation every second.
"""

import argparse
import asyncio
import resource
import time

from benchmarks.modbus_bench import Counter, meter, served
from benchmarks.provenance import commit
from gateway.clock import WallClock
from protocols.interfaces import Link
from protocols.modbus.driver import ModbusDriver
from twins.instant import seconds
from twins.streams import Streams

DEVICES = 200
POINTS = 20
CPU_MAX = 0.20
MEMORY_MAX_MB = 120


async def measured(port: int, duration_s: float) -> tuple[float, float]:
    """Return the share of a core, and observations per second."""
    sink = Counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(DEVICES):
            device = meter(f"meter{number}", POINTS, seconds(1))
            link = Link(url=f"modbus+tcp://127.0.0.1:{port}", devices=(device,))
            tasks.create_task(ModbusDriver(link, sink, WallClock(), Streams(number)).run())
        await sink.until(2 * DEVICES)
        seen, cpu, wall = sink.observations, time.process_time(), time.monotonic()
        await asyncio.sleep(duration_s)
        took = time.monotonic() - wall
        share = (time.process_time() - cpu) / took
        rate = (sink.observations - seen) / took
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
    return share, rate


def main() -> int:
    """Print both figures; return 1 where one is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    duration_s = parser.parse_args().seconds
    with served(changing=True) as port:
        share, rate = asyncio.run(measured(port, duration_s))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"commit {commit()}: {DEVICES} devices, {rate:.0f} observations/s, "
        f"{share:.1%} of a core (limit {CPU_MAX:.0%}), {memory:.0f} MB (limit {MEMORY_MAX_MB} MB)"
    )
    return int(share > CPU_MAX or memory > MEMORY_MAX_MB)


if __name__ == "__main__":
    raise SystemExit(main())
