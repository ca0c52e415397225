"""What the Modbus benchmarks share: a server in another process, points, and a sink that counts."""

import asyncio
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from protocols.dialects import DIALECTS
from protocols.interfaces import ConnectedDevice
from protocols.model import DeviceModel, Point
from twins.capability import capabilities
from twins.instant import Duration, Instant, seconds
from twins.observation import Observation


class _Registers(asyncio.Protocol):
    """Answers reads of registers: constant, or with every register another than before."""

    def __init__(self, *, changing: bool) -> None:
        self._changing = changing
        self._numbers = count(1)
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP"
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for at in range(0, len(data), 12):
            transaction, _, _, unit, function, _, amount = struct.unpack_from(">HHHBBHH", data, at)
            value = next(self._numbers) & 0xFFFF if self._changing else 7
            self._transport.write(
                struct.pack(">HHHBBB", transaction, 0, 3 + 2 * amount, unit, function, 2 * amount)
                + value.to_bytes(2, "big") * amount
            )


async def _serve(*, changing: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Registers(changing=changing), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def served(*, changing: bool) -> Iterator[int]:
    """Run the server in a process of its own and give its port."""
    command = [sys.executable, "-m", "benchmarks.modbus_bench", "changing" if changing else "still"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None, "it was asked for"
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class Counter:
    """A sink that counts what it is given and says when there is enough."""

    def __init__(self) -> None:
        self.answers = 0
        self.observations = 0
        self._wanted = 0
        self._enough = asyncio.Event()

    def observe(self, observations: Sequence[Observation]) -> None:
        """Count."""
        self.observations += len(observations)

    def heard(self, devices: Sequence[str], at: Instant) -> None:  # noqa: ARG002  a sink's signature
        """Count answers."""
        self.answers += 1
        if self.answers >= self._wanted:
            self._enough.set()

    async def until(self, answers: int) -> None:
        """Wait for so many more answers."""
        self._wanted = self.answers + answers
        self._enough.clear()
        await self._enough.wait()


def meter(name: str, points: int, poll: Duration) -> ConnectedDevice:
    """Return a device with so many holding registers, each a point of its own."""
    parse = DIALECTS["modbus"].parse_address
    listed = [
        Point(
            name=f"p{number}",
            at=f"hr:{number}",
            address=parse(f"hr:{number}"),
            value_type="integer",
            wire_type="u16",
            poll=poll,
        )
        for number in range(points)
    ]
    model = DeviceModel(
        name="meter",
        capability=capabilities()["remote-io"],
        protocol="modbus",
        title="A meter of the benchmark",
        source="made up",
        points={point.name: point for point in listed},
    )
    return ConnectedDevice(id=name, model=model, lost_after=seconds(10))


if __name__ == "__main__":
    asyncio.run(_serve(changing=sys.argv[1] == "changing"))
