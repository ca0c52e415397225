"""CPU of a CoAP notification, from the wire to the observation, against bare aiocoap's.

    uv run python -m benchmarks.coap_wire

The device is a bare UDP socket in a process of its own: 20 numbers in plain text, each notified
confirmably 50 times a second, always with another value, so that every notification becomes an
observation. Bare: aiocoap's client over the same transport, with a callback that reads the number.
CPU seconds of this process alone, median of five, the two in turn. Ours includes its control reads,
its refreshed registrations, and quality and source time of each value.
"""

import argparse
import asyncio
import logging
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Sequence

from aiocoap import Context, Message
from aiocoap.numbers.codes import CONTENT, GET
from aiocoap.numbers.types import ACK, CON

from benchmarks.provenance import commit
from gateway.clock import WallClock
from protocols.coap.address import parse_path
from protocols.coap.driver import CoapDriver
from protocols.interfaces import ConnectedDevice, Link
from protocols.model import DeviceModel, Point
from twins.capability import capabilities
from twins.instant import Instant, seconds
from twins.observation import Observation
from twins.streams import Streams

RUNS = 5
SECONDS = 4.0
RESOURCES = 20
EVERY = 0.02
LIMIT = 1.2


class Device(asyncio.DatagramProtocol):
    """Answers reads and registrations at once and keeps who observes what."""

    def __init__(self) -> None:
        self.observers: dict[tuple[object, tuple[str, ...]], bytes] = {}
        self.count = 0
        self.mid = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep the socket."""
        self.transport = transport

    def datagram_received(self, data: bytes, peer: object) -> None:
        """Answer a request; all else needs no answer."""
        request = Message.decode(data)
        if not request.code.is_request():
            return
        key = (peer, request.opt.uri_path)
        if request.opt.observe == 0:
            self.observers[key] = request.token
        elif request.opt.observe == 1:
            self.observers.pop(key, None)
        self.send(request.token, peer, ACK, request.mid, observing=request.opt.observe == 0)

    def send(self, token: bytes, peer: object, mtype: object, mid: int, *, observing: bool) -> None:
        """Send the present value."""
        message = Message(code=CONTENT, payload=str(self.count).encode(), content_format=0)
        message.mtype, message.mid, message.token = mtype, mid, token
        if observing:
            message.opt.observe = self.count & 0xFFFFFF
        self.transport.sendto(message.encode(), peer)

    def notify(self) -> None:
        """Change every value and tell every observer."""
        self.count += 1
        for (peer, _), token in self.observers.items():
            self.mid = (self.mid + 1) & 0xFFFF
            self.send(token, peer, CON, self.mid, observing=True)


async def serve() -> None:
    """Answer on any port, say which, and notify until killed."""
    loop = asyncio.get_running_loop()
    transport, device = await loop.create_datagram_endpoint(Device, local_addr=("127.0.0.1", 0))
    print(transport.get_extra_info("sockname")[1], flush=True)
    due = time.monotonic()
    while True:
        device.notify()
        due = max(due + EVERY, time.monotonic())
        await asyncio.sleep(max(due - time.monotonic(), 0))


class Counting:
    """aiocoap's callback, and our sink: both count what they are given."""

    def __init__(self) -> None:
        self.count = 0
        self.latest = 0

    def notified(self, message: Message) -> None:
        """Take one notification of aiocoap's."""
        self.latest = int(message.payload)
        self.count += 1

    def observe(self, observations: Sequence[Observation]) -> None:
        """Take observations of ours."""
        self.count += len(observations)

    def heard(self, devices: Sequence[str], at: Instant) -> None:
        """Take a sign of life."""


async def measured(counting: Counting) -> float:
    """Return microseconds of CPU per notification, once all is set up."""
    await asyncio.sleep(1)
    count, cpu = counting.count, time.process_time()
    await asyncio.sleep(SECONDS)
    return (time.process_time() - cpu) / (counting.count - count) * 1e6


async def bare(port: int) -> float:
    """Measure aiocoap's own client."""
    counting = Counting()
    context = await Context.create_client_context(transports=["simple6"])
    try:
        for n in range(RESOURCES):  # one by one, so that they share a socket as ours do
            request = context.request(
                Message(code=GET, uri=f"coap://127.0.0.1:{port}/s/{n}", observe=0),
                handle_blockwise=False,
            )
            await request.response
            request.observation.register_callback(counting.notified)
        return await measured(counting)
    finally:
        await context.shutdown()


def model() -> DeviceModel:
    """Return an I/O module whose counters stand on this device."""
    points = {
        f"counter{n}": Point(
            name=f"counter{n}", at=f"/s/{n}", address=parse_path(f"/s/{n}"), observe=True,
            value_type="integer", wire_type="u32", minimum=0,
        )
        for n in range(RESOURCES)
    }  # fmt: skip
    return DeviceModel(
        name="benchmark", capability=capabilities()["remote-io"], protocol="coap", title="",
        source="", points=points,
    )  # fmt: skip


async def ours(port: int) -> float:
    """Measure our driver."""
    device = ConnectedDevice(id="module", model=model(), lost_after=seconds(10))
    link = Link(url=f"coap://127.0.0.1:{port}", devices=(device,))
    counting = Counting()
    async with asyncio.TaskGroup() as tasks:
        driver = tasks.create_task(CoapDriver(link, counting, WallClock(), Streams(1)).run())
        result = await measured(counting)
        driver.cancel()
    return result


def beside_a_device(measure: Callable[[int], Coroutine[None, None, float]]) -> float:
    """Run a new device, without anybody's old observations, and a client beside it."""
    command = [sys.executable, "-m", "benchmarks.coap_wire", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as device:
        try:
            assert device.stdout is not None
            return asyncio.run(measure(int(device.stdout.readline())))
        finally:
            device.kill()


def main() -> None:
    """Print both figures."""
    pairs = [(beside_a_device(bare), beside_a_device(ours)) for _ in range(RUNS)]
    own, others = statistics.median(b for _, b in pairs), statistics.median(a for a, _ in pairs)
    print(f"{platform.machine()}, Python {platform.python_version()}, {commit()}")
    print(f"CPU per notification: bare aiocoap {others:.0f} us, ours {own:.0f} us")
    print(f"ratio {own / others:.2f} (limit {LIMIT})")
    sys.exit(own / others > LIMIT)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--serve", action="store_true")
    logging.disable(logging.CRITICAL)
    if arguments.parse_args().serve:
        asyncio.run(serve())
    else:
        main()
