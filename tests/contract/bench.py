"""What the contract tests share: both ends of one link running, and a sink to wait on."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.clock import WallClock
from protocols.descriptions import read_model
from protocols.interfaces import ConnectedDevice, Driver, Emulator, Link
from protocols.registry import PROTOCOLS
from twins.clock import Clock
from twins.command import Command
from twins.instant import Duration, Instant, seconds
from twins.observation import Observation, Quality, Value
from twins.streams import Streams

MODELS = Path(__file__).parent / "models"

ANY_PORT = {
    "modbus": "modbus+tcp://127.0.0.1:0",
    "opcua": "opc.tcp://127.0.0.1:0/contract",
    "coap": "coap://127.0.0.1:0",
}

_names = itertools.count(1)


def any_port(protocol: str) -> str:
    """Return an address that nobody else has: a free port, or a wire of its own."""
    if protocol == "loopback":
        return f"loopback://contract-{next(_names)}"
    if protocol not in ANY_PORT:
        raise LookupError(f"{protocol!r} has no bench case: give it an address in ANY_PORT")
    return ANY_PORT[protocol]


def model_file(protocol: str, device: str) -> Path:
    """Return the model of a device of the bench on a protocol."""
    file = MODELS / f"{protocol}-{device}.yaml"
    if not file.exists():
        raise LookupError(f"{protocol!r} has no bench case: write {file.name} into {MODELS}")
    return file


PROPERTY = {"button": "pressed", "presence": "present", "siren": "sounding"}
"""Device → its one property. The button is panic-class."""

STARTS: Mapping[str, Mapping[str, Value]] = {
    **{device: {name: False} for device, name in PROPERTY.items()},
    "climate": {"temperature": 0.0, "humidity": 0.0},
    "lockers": {"door01.closed": False, "door02.closed": False, "door03.closed": False},
}
"""Every device of the bench and the values it begins with: flags, two numbers, a bank."""

STAMPING = frozenset(("opcua",))
"""Protocols whose devices say themselves when a value was theirs."""

LOST_AFTER: Mapping[str, Duration] = {
    "button": seconds(2),
    "presence": seconds(3),
    "siren": seconds(3),
    "climate": seconds(3),
    "lockers": seconds(3),
}
"""Shorter than in a school where only waiting is saved; deadlines are held in virtual time."""

PATIENCE = 30
"""Seconds after which a test on real sockets gives up."""


@dataclass(slots=True)
class Recorder:
    """A sink that keeps everything and wakes whoever waits."""

    observed: list[Observation] = field(default_factory=list)
    times_heard: dict[str, int] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def observe(self, observations: Sequence[Observation]) -> None:
        self.observed.extend(observations)
        self._news.set()

    def heard(self, devices: Sequence[str], at: Instant) -> None:
        for device in devices:
            self.times_heard[device] = self.times_heard.get(device, 0) + 1
        self._news.set()

    def latest(self, device: str, name: str | None = None) -> Observation | None:
        mine = [seen for seen in self.observed if seen.device == device]
        return next((seen for seen in reversed(mine) if name in (None, seen.property)), None)

    def shows(self, device: str, values: Mapping[str, Value]) -> bool:
        """Return whether all these properties are good and have these values."""
        latest = [(self.latest(device, name), value) for name, value in values.items()]
        return all(
            seen is not None and seen.quality is Quality.GOOD and seen.value == value
            for seen, value in latest
        )

    def good(self, device: str, value: Value) -> bool:
        seen = self.latest(device)
        return seen is not None and seen.quality is Quality.GOOD and seen.value == value

    def bad(self, device: str) -> bool:
        seen = self.latest(device)
        return seen is not None and seen.quality is Quality.BAD

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._news.clear()
                await self._news.wait()


@dataclass(slots=True)
class Bench:
    """A link with a button, a presence sensor, a siren, a climate sensor and three lockers."""

    url: str
    emulator: Emulator
    driver: Driver
    sink: Recorder
    clock: Clock
    writes: list[tuple[str, Mapping[str, Value]]]

    def command(self, action: str, *, within: Duration = seconds(3), **expects: Value) -> Command:
        return Command(
            id=f"command-{action}",
            device="siren",
            action=action,
            expects=expects,
            not_after=self.clock.now() + within,
            requested_by="test",
            reason="test",
        )

    async def all_good(self, *, value: Value = False) -> None:
        await self.sink.until(lambda: all(self.sink.good(device, value) for device in PROPERTY))

    async def all_started(self) -> None:
        """Wait until every device shows the values it begins with."""
        await self.sink.until(
            lambda: all(self.sink.shows(device, values) for device, values in STARTS.items())
        )

    async def all_bad(self) -> None:
        await self.sink.until(lambda: all(self.sink.bad(device) for device in STARTS))

    async def publish_everywhere(self, value: Value) -> None:
        for device, name in PROPERTY.items():
            await self.emulator.publish(device, {name: value})


async def obey(_device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
    return values


def devices(protocol: str) -> tuple[ConnectedDevice, ...]:
    return tuple(
        ConnectedDevice(
            id=name,
            model=read_model(str(model_file(protocol, name))),
            unit=unit,
            lost_after=LOST_AFTER[name],
        )
        for unit, name in enumerate(STARTS, start=1)
    )


@asynccontextmanager
async def running(
    protocol: str,
    on_write: Callable[..., object] = obey,
    clock: Clock | None = None,
) -> AsyncIterator[Bench]:
    """Run emulator and driver of a link until the block ends, every device good as it starts."""
    writes: list[tuple[str, Mapping[str, Value]]] = []

    async def write(device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        writes.append((device, values))
        return await on_write(device, values)

    clock = clock or WallClock()
    entry = PROTOCOLS[protocol]
    emulator = entry.make_emulator(Link(url=any_port(protocol), devices=devices(protocol)), write)
    url = await emulator.start()
    try:
        sink = Recorder()
        driver = entry.make_driver(
            Link(url=url, devices=devices(protocol)), sink, clock, Streams(1)
        )
        async with asyncio.TaskGroup() as tasks:
            running_driver = tasks.create_task(driver.run())
            bench = Bench(url, emulator, driver, sink, clock, writes)
            await bench.all_started()
            yield bench
            running_driver.cancel()
    finally:
        await emulator.stop()
