"""Driver, emulator and codec of every model of the library agree, on real sockets.

The emulator is seeded; a bare client records what it answers; the codec decodes that offline; the
driver must have observed the same. What `encode` shows is sent by the bare client, and the driver
must see it; actions go through the driver itself and must be confirmed.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from gateway.clock import WallClock
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice, Driver, Emulator, Link
from protocols.model import DeviceModel, Point, Write
from protocols.offline import OFFLINE, decode
from protocols.recorded import Circumstances, Recorded
from protocols.registry import PROTOCOLS
from simulator.chance import Chance
from simulator.devices.device import SimulatedDevice, Surroundings
from simulator.timeline import Timeline
from tests.contract.bench import Recorder, any_port
from tests.library.bare_clients import recorded, sent
from twins.capability import capabilities, expected_state
from twins.command import Command, CommandResult
from twins.instant import milliseconds, seconds
from twins.observation import Quality, Value
from twins.streams import Streams

NAMES = sorted(library())

POLL = milliseconds(200)
"""Read at least so often, so that a test need not wait for what is read once an hour."""


def model_of(name: str) -> DeviceModel:
    model = read_model(library()[name])
    points = {
        name: replace(point, poll=min(point.poll, POLL)) for name, point in model.points.items()
    }
    return replace(model, points=points)


@dataclass(slots=True)
class Running:
    """One device of a model, emulated and watched."""

    model: DeviceModel
    url: str
    emulator: Emulator
    driver: Driver
    sink: Recorder
    life: SimulatedDevice

    async def seen(self, values: dict[str, Value]) -> None:
        await self.sink.until(
            lambda: all(self.observed(name) == value for name, value in values.items())
        )

    def observed(self, name: str) -> Value:
        one = self.sink.latest("device", name)
        return one.value if one is not None and one.quality is Quality.GOOD else None


@asynccontextmanager
async def running(model: DeviceModel) -> AsyncIterator[Running]:
    surroundings = Surroundings(
        timeline=Timeline(0), chance=Chance(Streams(1)), publish=lambda *_: None
    )
    life = SimulatedDevice("device", model.capability, model, surroundings)

    async def write(_device, values):
        return life.written(values)

    entry = PROTOCOLS[model.protocol]
    device = ConnectedDevice(id="device", model=model, lost_after=seconds(10))
    emulator = entry.make_emulator(Link(url=any_port(model.protocol), devices=(device,)), write)
    url = await emulator.start()
    sink = Recorder()
    driver = entry.make_driver(Link(url=url, devices=(device,)), sink, WallClock(), Streams(1))
    try:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(driver.run())
            yield Running(model, url, emulator, driver, sink, life)
            task.cancel()
    finally:
        await emulator.stop()


def seeds(model: DeviceModel) -> dict[str, Value]:
    """Return a value for every point that its wire type can carry and that is not the neutral one."""
    return {name: seed(point, place) for place, (name, point) in enumerate(model.points.items())}


def seed(point: Point, place: int) -> Value:
    if point.mapping:
        return list(point.mapping.values())[place % len(point.mapping)]
    if point.value_type == "boolean":
        return place % 3 != 1
    if point.value_type == "string":
        return f"text {place}"
    raws = (211 + 17 * place, 7 + place, 1, 0)
    return next(reading[0] for raw in raws if (reading := point.value_of(raw))[1] is Quality.GOOD)


def shared(model: DeviceModel) -> set[str]:
    """Return the points that are another view of the same cells or node."""
    places = Counter((point.at, point.bits) for point in model.points.values())
    return {n for n, point in model.points.items() if places[point.at, point.bits] > 1}


@pytest.mark.parametrize("name", NAMES)
async def test_the_driver_observes_what_the_codec_decodes_from_the_wire(name):
    model = model_of(name)
    values = seeds(model)
    async with running(model) as device:
        await device.emulator.publish("device", values)
        decoded = decode(model, await recorded(device.url, model))
        for point, value in values.items():
            if point not in shared(model):
                assert decoded[point].value == value, point
        assert set(decoded) == {*model.points, *model.derived}
        await device.seen({point: decoded[point].value for point in model.points})
        reported = set(model.derived) & set(model.capability.properties)
        await device.seen({derived: decoded[derived].value for derived in reported})


def writable(model: DeviceModel) -> list[Point]:
    return [point for point in model.points.values() if point.writable]


@pytest.mark.parametrize("name", [n for n in NAMES if writable(read_model(library()[n]))])
async def test_a_request_as_encode_shows_it_is_taken_and_observed(name):
    model = model_of(name)
    async with running(model) as device:
        await device.emulator.publish("device", seeds(model))
        for point in (writable(model)[0], writable(model)[-1]):
            value = other(point, device.life.values[point.name])
            now = await recorded(device.url, model)
            await sent(device.url, model, request(model, point, value, now))
            await device.seen({point.name: value})


def request(model: DeviceModel, point: Point, value: Value, now: Recorded):
    write = Write(point=point, value=value)
    return OFFLINE[model.protocol].encode(model, write, Circumstances(frame="tcp", now=now))


def other(point: Point, value: Value) -> Value:
    """Return a value that a point may be set to and does not have."""
    if point.mapping:
        return next(one for one in point.mapping.values() if one != value)
    if point.value_type == "boolean":
        return value is not True
    return point.value_of(3)[0]


def orders(model: DeviceModel) -> list[str]:
    arguments = {name: sample(model, name) for name in model.capability.actions}
    return [
        name
        for name, spec in model.capability.actions.items()
        if model.writes_for(name, arguments[name], expected_state(spec, arguments[name]))
    ]


def sample(model: DeviceModel, action: str) -> dict[str, Value]:
    return {
        name: spec.enum[0] if spec.enum else int(spec.minimum or 0) + 1
        for name, spec in model.capability.actions[action].arguments.items()
    }


def command(model: DeviceModel, action: str) -> Command:
    arguments = sample(model, action)
    return Command(
        id=f"command-{action}",
        device="device",
        action=action,
        arguments=arguments,
        expects=expected_state(model.capability.actions[action], arguments),
        not_after=WallClock().now() + seconds(10),
        requested_by="test",
        reason="test",
    )


@pytest.mark.parametrize("name", [n for n in NAMES if orders(read_model(library()[n]))])
async def test_every_action_of_a_model_is_carried_out_and_read_back(name):
    model = model_of(name)
    async with running(model) as device:
        start = seeds(model)
        device.life.values.update(start)
        await device.emulator.publish("device", start)
        await device.sink.until(lambda: device.sink.latest("device") is not None)
        for action in orders(model):
            ordered = command(model, action)
            outcome = await device.driver.execute(ordered)
            assert (outcome.result, outcome.reason) == (CommandResult.CONFIRMED, ""), action
            await device.seen(dict(ordered.expects))


def outputs(model: DeviceModel) -> list[str]:
    if model.capability.name != "remote-io":
        return []
    return [name for name in model.points if name.startswith("do")]


@pytest.mark.parametrize("name", [n for n in NAMES if outputs(read_model(library()[n]))])
async def test_a_siren_wired_to_an_output_is_sounded_and_silenced(name):
    module = model_of(name)
    model = module.wired(capabilities()["siren"], {"sounding": outputs(module)[-1]})
    async with running(model) as device:
        await device.sink.until(lambda: device.sink.latest("device") is not None)
        for action, sounding in (("sound", True), ("silence", False)):
            outcome = await device.driver.execute(command(model, action))
            assert (outcome.result, outcome.reason) == (CommandResult.CONFIRMED, "")
            await device.seen({"sounding": sounding})
