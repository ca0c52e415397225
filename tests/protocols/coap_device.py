"""A CoAP device that does exactly what a test tells it, datagram by datagram."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiocoap import Message
from aiocoap.numbers.codes import CONTENT, GET
from aiocoap.numbers.types import ACK, CON

from gateway.clock import WallClock
from protocols.coap.driver import CoapDriver
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice, Link
from protocols.model import DeviceModel
from tests.contract.bench import Recorder
from twins.instant import seconds
from twins.streams import Streams

PRESSED = ("3347", "0", "5500")
PRESS_COUNT = ("3347", "0", "5501")

Behave = Callable[["ScriptedDevice", Message], None]


@dataclass
class ScriptedDevice(asyncio.DatagramProtocol):
    """Keeps every request and lets `behave` answer it, or not."""

    behave: Behave
    requests: list[Message] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    transport: asyncio.DatagramTransport | None = None
    peer: object = None
    _mid: int = 1000

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, peer: object) -> None:
        self.peer = peer
        message = Message.decode(data)
        self.requests.append(message)
        if message.code.is_request():
            self.behave(self, message)
        self.news.set()

    def send(self, message: Message, *, to: Message, mtype, **options) -> None:
        """Send a response on the token of a request: piggybacked if it is an ACK."""
        message.mtype = mtype
        message.token = to.token
        self._mid += 1
        message.mid = to.mid if mtype is ACK else self._mid
        for name, value in options.items():
            setattr(message.opt, name, value)
        assert self.transport is not None
        self.transport.sendto(message.encode(), self.peer)

    def answer(self, request: Message, payload: bytes, **options) -> None:
        content = Message(code=CONTENT, payload=payload)
        self.send(content, to=request, mtype=ACK, content_format=0, **options)

    def notify(self, request: Message, payload: bytes, number: int, *, mtype=CON) -> None:
        content = Message(code=CONTENT, payload=payload)
        self.send(content, to=request, mtype=mtype, content_format=0, observe=number)

    def asked(self, path: tuple[str, ...], *, observe: int | None = None) -> list[Message]:
        """Return the GETs of a resource with this Observe option."""
        return [
            one
            for one in self.requests
            if one.code is GET and one.opt.uri_path == path and one.opt.observe == observe
        ]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                self.news.clear()
                await self.news.wait()


def observable(values: dict[tuple[str, ...], bytes], number: int = 10) -> Behave:
    """Return the behaviour of a well-behaved device with these values."""

    def behave(device: ScriptedDevice, request: Message) -> None:
        observing = {"observe": number} if request.opt.observe == 0 else {}
        device.answer(request, values[request.opt.uri_path], **observing)

    return behave


@asynccontextmanager
async def scripted(behave: Behave) -> AsyncIterator[tuple[ScriptedDevice, int]]:
    """Run a scripted device; yield it with its port."""
    loop = asyncio.get_running_loop()
    transport, device = await loop.create_datagram_endpoint(
        lambda: ScriptedDevice(behave), local_addr=("127.0.0.1", 0)
    )
    try:
        yield device, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def button(model: DeviceModel | None = None) -> ConnectedDevice:
    model = model or read_model(library()["ipso-push-button"])
    return ConnectedDevice(id="button", model=model, lost_after=seconds(2))


@asynccontextmanager
async def driving(
    port: int, *devices: ConnectedDevice
) -> AsyncIterator[tuple[CoapDriver, Recorder]]:
    """Run the CoAP driver against a port until the block ends."""
    sink = Recorder()
    link = Link(url=f"coap://127.0.0.1:{port}", devices=devices or (button(),))
    driver = CoapDriver(link, sink, WallClock(), Streams(1))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(driver.run())
        yield driver, sink
        task.cancel()
