"""The gateway with a real protocol: a device at the far end of the in-memory wire."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from gateway.clock import WallClock
from gateway.restore import first_difference
from gateway.runtime import Gateway
from gateway.store import MemoryStore
from protocols.interfaces import Link, ProtocolEntry
from protocols.loopback.driver import LoopbackDriver
from protocols.loopback.emulator import LoopbackEmulator
from tests.gateway.schools import BUTTON, LANE, SCHOOL, link_of
from twins.command import CommandResult
from twins.observation import Quality, Value
from twins.streams import Streams

ENTRY = ProtocolEntry(name="loopback", make_driver=LoopbackDriver, make_emulator=LoopbackEmulator)


def writable(link: Link) -> Link:
    devices = []
    for device in link.devices:
        points = {
            name: replace(
                point,
                writable=device.model.spec(name).write,
                wire_type=_wire_type(point.value_type),
            )
            for name, point in device.model.points.items()
        }
        devices.append(replace(device, model=replace(device.model, points=points)))
    return replace(link, devices=tuple(devices))


def _wire_type(value_type: str) -> str:
    return "u32" if value_type == "integer" else "bool"


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  the condition is anything at all
            await asyncio.sleep(0.005)


async def test_a_press_travels_the_wire_and_the_commands_come_back_confirmed_by_read_back():
    link = writable(link_of(SCHOOL))
    written: list[tuple[str, Mapping[str, Value]]] = []

    async def on_write(device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        written.append((device, values))
        return values

    emulator = LoopbackEmulator(link, on_write)
    store = MemoryStore()
    gateway = Gateway(
        [SCHOOL],
        [replace(link, url=await emulator.start())],
        protocols={"loopback": ENTRY},
        store=store,
        clock=WallClock(),
        streams=Streams(1),
    )
    async with gateway, asyncio.TaskGroup() as group:
        task = group.create_task(gateway.run())
        await emulator.publish(BUTTON, {"pressed": False, "press_count": 4})
        await until(lambda: gateway.view.twins[BUTTON].properties.get("press_count"))
        await emulator.publish(BUTTON, {"pressed": True, "press_count": 5})
        await until(lambda: gateway.view.alarms)
        await emulator.publish(BUTTON, {"pressed": False})
        commands = gateway.history.commands
        await until(lambda: commands and all(one.result for one in commands.values()))
        assert {one.result for one in commands.values()} == {CommandResult.CONFIRMED}
        assert (LANE, {"locked": True}) in written
        assert gateway.view.twins[LANE].properties["locked"].value is True
        (alarm,) = gateway.view.alarms.values()
        assert (alarm.kind, alarm.count) == ("one-key-alarm", 1)
        await emulator.cut()
        await until(lambda: gateway.view.twins[BUTTON].lost)
        assert gateway.view.twins[BUTTON].properties["pressed"].quality is Quality.BAD
        task.cancel()
    await emulator.stop()
    assert await first_difference(store, [SCHOOL]) is None
