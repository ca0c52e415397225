"""A Modbus TCP device that does exactly what a test tells it, byte by byte, with no library."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from gateway.clock import WallClock
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice, Link
from protocols.modbus.address import parse_register
from protocols.modbus.driver import ModbusDriver
from protocols.model import DeviceModel, Point
from tests.contract.bench import MODELS, Recorder
from twins.command import Command
from twins.instant import milliseconds, seconds
from twins.observation import Quality, Value
from twins.streams import Streams

Cell = tuple[int, str, int]
"""Unit, table, address."""

TABLES = {1: "co", 2: "di", 3: "hr", 4: "ir", 5: "co", 6: "hr", 15: "co", 16: "hr"}


@dataclass(frozen=True)
class Request:
    """One request as it came; `pdu` begins with the function code."""

    transaction: int
    unit: int
    pdu: bytes

    @property
    def function(self) -> int:
        return self.pdu[0]

    @property
    def writes(self) -> bool:
        return self.function in (5, 6, 15, 16)

    @property
    def address(self) -> int:
        return int.from_bytes(self.pdu[1:3], "big")

    @property
    def count(self) -> int:
        return 1 if self.function in (5, 6) else int.from_bytes(self.pdu[3:5], "big")

    def no(self, code: int) -> bytes:
        """Return the PDU of an exception."""
        return bytes([self.function | 0x80, code])


Behave = Callable[["ScriptedDevice", Request], Awaitable[None]]


async def honest(device: "ScriptedDevice", request: Request) -> None:
    """Do what is asked and answer it."""
    device.send(request, device.obey(request))


@dataclass
class ScriptedDevice:
    """Keeps every request and lets `behave` answer it, or not; one after the other."""

    behave: Behave = honest
    cells: dict[Cell, int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connects: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    port: int = 0
    serving: int = 0
    """Connections that are open."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def writes(self) -> list[bytes]:
        """Return the PDUs of every write that arrived."""
        return [request.pdu for request in self.requests if request.writes]

    def reads(self, unit: int) -> int:
        return sum(request.unit == unit and not request.writes for request in self.requests)

    def set(self, unit: int, at: str, *values: int) -> None:
        first = parse_register(at)
        for place, value in enumerate(values):
            self.cells[unit, first.table.value, first.offset + place] = value

    def obey(self, request: Request) -> bytes:
        """Read or write the cells and return the PDU of the answer."""
        table = TABLES[request.function]
        span = [
            (request.unit, table, offset)
            for offset in range(request.address, request.address + request.count)
        ]
        if any(cell not in self.cells for cell in span):
            return request.no(2)
        if request.writes:
            self.cells.update(zip(span, _written(request), strict=True))
            return request.pdu[:5]
        values = [self.cells[cell] for cell in span]
        data = _packed(values) if table in ("co", "di") else struct.pack(f">{len(span)}H", *values)
        return bytes([request.function, len(data)]) + data

    def send(
        self,
        request: Request,
        pdu: bytes,
        *,
        transaction: int | None = None,
        unit: int | None = None,
    ) -> None:
        """Send an answer, to the request's transaction and unit unless told otherwise."""
        self.send_raw(
            struct.pack(
                ">HHHB",
                request.transaction if transaction is None else transaction,
                0,
                len(pdu) + 1,
                request.unit if unit is None else unit,
            )
            + pdu
        )

    def send_raw(self, data: bytes) -> None:
        self._writers[-1].write(data)

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection: take requests as they come, answer one after the other."""
        self.connects += 1
        self.serving += 1
        self.in_flight = 0
        self._writers.append(writer)
        self.news.set()
        waiting: asyncio.Queue[Request] = asyncio.Queue(100)
        async with asyncio.TaskGroup() as tasks:
            answering = tasks.create_task(self._answer(waiting))
            await self._take(reader, waiting)
            answering.cancel()
        writer.close()
        self.serving -= 1
        self.news.set()

    async def _take(self, reader: asyncio.StreamReader, waiting: asyncio.Queue[Request]) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(7)
                transaction, protocol, length, unit = struct.unpack(">HHHB", head)
                assert protocol == 0
                request = Request(transaction, unit, await reader.readexactly(length - 1))
                self.requests.append(request)
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                waiting.put_nowait(request)
                self.news.set()

    async def _answer(self, waiting: asyncio.Queue[Request]) -> None:
        while True:
            request = await waiting.get()
            await self.behave(self, request)
            self.in_flight -= 1


def _written(request: Request) -> list[int]:
    match request.function:
        case 5:
            return [int(request.pdu[3:5] == b"\xff\x00")]
        case 6:
            return [int.from_bytes(request.pdu[3:5], "big")]
        case 15:
            return [request.pdu[6 + n // 8] >> n % 8 & 1 for n in range(request.count)]
        case _:
            return list(struct.unpack(f">{request.count}H", request.pdu[6:]))


def _packed(bits: list[int]) -> bytes:
    number = sum(1 << place for place, bit in enumerate(bits) if bit)
    return number.to_bytes((len(bits) + 7) // 8, "little")


@asynccontextmanager
async def scripted(behave: Behave = honest) -> AsyncIterator[ScriptedDevice]:
    """Run a scripted device on a free port."""
    device = ScriptedDevice(behave)
    server = await asyncio.start_server(device.serve, "127.0.0.1", 0)
    device.port = server.sockets[0].getsockname()[1]
    try:
        yield device
    finally:
        server.close()
        device.hang_up()
        await device.until(lambda: not device.serving)


async def side_by_side(story: Callable[[Behave], Awaitable[None]], *behaviours: Behave) -> None:
    """Tell one story of several devices at once, since it is mostly waiting."""
    async with asyncio.TaskGroup() as tasks:
        for behave in behaviours:
            tasks.create_task(_told(story, behave))


async def _told(story: Callable[[Behave], Awaitable[None]], behave: Behave) -> None:
    await story(behave)


class Watched(Recorder):
    """A sink that can also be asked about one property of a device."""

    def of(self, device: str, name: str) -> list[tuple[Value, Quality]]:
        return [
            (seen.value, seen.quality)
            for seen in self.observed
            if (seen.device, seen.property) == (device, name)
        ]

    def is_good(self, device: str, name: str, value: Value) -> bool:
        return self.of(device, name)[-1:] == [(value, Quality.GOOD)]

    def is_bad(self, device: str, name: str) -> bool:
        return self.of(device, name)[-1:] == [(None, Quality.BAD)]

    async def until_good(self, device: str, name: str, value: Value) -> None:
        await self.until(lambda: self.is_good(device, name, value))

    async def until_bad(self, device: str, name: str) -> None:
        await self.until(lambda: self.is_bad(device, name))


@asynccontextmanager
async def driving(
    port: int, *devices: ConnectedDevice
) -> AsyncIterator[tuple[ModbusDriver, Watched]]:
    """Run the Modbus driver against a port until the block ends."""
    sink = Watched()
    link = Link(url=f"modbus+tcp://127.0.0.1:{port}", devices=devices)
    driver = ModbusDriver(link, sink, WallClock(), Streams(1))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(driver.run())
        yield driver, sink
        task.cancel()


def point(at: str, *, name: str = "it", value_type: str = "integer", **more: object) -> Point:
    """Return a point as a description would make it."""
    more.setdefault("wire_type", "bool" if value_type == "boolean" else "u16")
    return Point(name=name, at=at, address=parse_register(at), value_type=value_type, **more)  # type: ignore[arg-type]


def siren(*, unit: int = 1, lost_after: float = 2, **changes: object) -> ConnectedDevice:
    """Return a siren on coil 0, read every 100 ms."""
    return _connected("siren", "modbus-siren", unit, lost_after, **changes)


def button(*, unit: int = 1, lost_after: float = 2) -> ConnectedDevice:
    """Return a button on discrete input 0, read every 50 ms."""
    return _connected("button", "modbus-button", unit, lost_after)


def sensor(
    *points: Point, name: str = "sensor", unit: int = 1, lost_after: float = 2, poll: float = 0.05
) -> ConnectedDevice:
    """Return a device with these points, all read at the same interval."""
    named = {one.name: replace(one, poll=seconds(poll)) for one in points}
    model = replace(read_model(library()["advantech-adam-6050"]), points=named)
    return ConnectedDevice(id=name, model=model, unit=unit, lost_after=seconds(lost_after))


def command(action: str, *, within: float = 2, device: str = "siren", **expects: Value) -> Command:
    return Command(
        id=f"c-{action}",
        device=device,
        action=action,
        expects=expects,
        not_after=WallClock().now() + milliseconds(round(within * 1000)),
        requested_by="test",
        reason="test",
    )


def _connected(
    name: str, model: str, unit: int, lost_after: float, **changes: object
) -> ConnectedDevice:
    read: DeviceModel = replace(read_model(str(MODELS / f"{model}.yaml")), **changes)  # type: ignore[arg-type]
    return ConnectedDevice(id=name, model=read, unit=unit, lost_after=seconds(lost_after))
