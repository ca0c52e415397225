"""What the OPC UA tests share: a sink that can be waited on, and a link with both ends running."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from gateway.clock import WallClock
from protocols.descriptions import library, read_model
from protocols.dialect import LinkSettings
from protocols.interfaces import ConnectedDevice, Link
from protocols.model import DeviceModel
from protocols.opcua.driver import OpcuaDriver
from protocols.opcua.emulator import OpcuaEmulator
from twins.command import Command
from twins.instant import Instant, seconds
from twins.observation import Observation, Quality, Value
from twins.streams import Streams

ANY_PORT = "opc.tcp://127.0.0.1:0"
S7 = "http://www.siemens.com/simatic-s7-opcua"


def s7(what: str, **parameters: str) -> DeviceModel:
    """Return the library's model of a barrier, lockers or a lane."""
    return read_model(library()[f"siemens-s7-1500-{what}"], parameters)


def moved(what: str, uri: str, folder: Path) -> DeviceModel:
    """Return the same model with the same identifiers in another namespace."""
    file = folder / f"{what}.yaml"
    file.write_text(Path(library()[f"siemens-s7-1500-{what}"]).read_text().replace(S7, uri))
    return read_model(str(file))


def connected(name: str, model: DeviceModel, lost_after: float = 10) -> ConnectedDevice:
    return ConnectedDevice(id=name, model=model, lost_after=seconds(lost_after))


def command(device: str, action: str, *, within: float = 2, **expects: Value) -> Command:
    return Command(
        id="c1",
        device=device,
        action=action,
        expects=expects,
        not_after=WallClock().now() + seconds(within),
        requested_by="test",
        reason="test",
    )


async def obey(_device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Answer a write as a device that simply does it."""
    return values


class Heard:
    """A sink that keeps everything and can be waited on."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self._news = asyncio.Event()

    def observe(self, observations: Sequence[Observation]) -> None:
        self.observations += observations
        self._news.set()

    def heard(self, devices: Sequence[str], at: Instant) -> None: ...

    def latest(self, device: str, point: str) -> Observation | None:
        """Return the last word on a point."""
        return next(
            (o for o in reversed(self.observations) if (o.device, o.property) == (device, point)),
            None,
        )

    def values(self, device: str, point: str) -> list[Value]:
        """Return all that was said of a point, in order."""
        return [o.value for o in self.observations if (o.device, o.property) == (device, point)]

    def times(self, device: str, point: str) -> int:
        """Return how often something was said of a point."""
        return len(self.values(device, point))

    async def until(self, condition: Callable[[], bool], within: float = 8) -> None:
        """Wait until something holds; fails after `within` seconds."""
        async with asyncio.timeout(within):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def within(self, limit: float, condition: Callable[[], bool]) -> None:
        """Wait for something that no observation announces."""
        async with asyncio.timeout(limit):
            while not condition():  # noqa: ASYNC110  nothing wakes us
                await asyncio.sleep(0.02)

    async def until_value(self, device: str, point: str, value: Value) -> Observation:
        """Wait until a point is good and has this value."""
        await self.until(
            lambda: (
                (last := self.latest(device, point)) is not None
                and last.quality is Quality.GOOD
                and last.value == value
            )
        )
        found = self.latest(device, point)
        assert found is not None
        return found

    async def until_bad(self, device: str, point: str) -> Observation:
        """Wait until a point is bad."""
        await self.until(
            lambda: (last := self.latest(device, point)) is not None and last.quality is Quality.BAD
        )
        found = self.latest(device, point)
        assert found is not None
        return found


@asynccontextmanager
async def driving(link: Link) -> AsyncIterator[tuple[OpcuaDriver, Heard]]:
    """Run a driver on a link."""
    heard = Heard()
    driver = OpcuaDriver(link, heard, WallClock(), Streams(7))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(driver.run())
        try:
            yield driver, heard
        finally:
            running.cancel()


@asynccontextmanager
async def emulating(
    *devices: ConnectedDevice,
    url: str = ANY_PORT,
    on_write: object = obey,
    settings: LinkSettings | None = None,
) -> AsyncIterator[tuple[OpcuaEmulator, Link]]:
    """Run an emulator and give the link under which it is found."""
    link = Link(url=url, devices=devices, settings=settings)
    emulator = OpcuaEmulator(link, on_write)  # type: ignore[arg-type]
    try:
        yield emulator, replace(link, url=await emulator.start())
    finally:
        await emulator.stop()


class Tap:
    """A pipe to a server that can be shut without either end being told."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: list[asyncio.StreamWriter] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open()
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    def shut(self) -> None:
        self._flowing.clear()

    def open(self) -> None:
        self._flowing.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        self._writers += [writer, far_writer]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pour(reader, far_writer))
            tasks.create_task(self._pour(far_reader, writer))

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
        writer.close()
