"""Writes that end by themselves, and numbers that mean true."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from protocols.interfaces import ConnectedDevice
from tests.protocols.modbus_device import (
    Request,
    ScriptedDevice,
    command,
    driving,
    honest,
    point,
    scripted,
    siren,
)
from twins.command import CommandResult
from twins.instant import milliseconds
from twins.observation import Value

ON, OFF = "050000ff00", "0500000000"


def pulsed(pulse: float = 0.2, **more: object) -> ConnectedDevice:
    """Return a siren whose sounding ends by itself."""
    sounding = point("co:0", name="sounding", value_type="boolean")
    changes = {"writable": True, "poll": milliseconds(100), "pulse": milliseconds(pulse * 1000)}
    return siren(points={"sounding": replace(sounding, **(changes | more))})


def sent(device: ScriptedDevice) -> list[str]:
    return [pdu.hex() for pdu in device.writes]


async def test_a_pulse_is_a_write_and_its_opposite_once():
    async with scripted() as device, driving(device.port, pulsed()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        begun = asyncio.get_running_loop().time()
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.CONFIRMED
        await device.until(lambda: len(device.writes) == 2)
        assert asyncio.get_running_loop().time() - begun >= 0.2
        reads = device.reads(1)
        await device.until(lambda: device.reads(1) >= reads + 4)
        assert sent(device) == [ON, OFF]


async def test_a_pulse_ends_when_its_caller_has_gone_in_the_middle_of_the_write():
    arrived = asyncio.Event()

    async def slow(device: ScriptedDevice, request: Request) -> None:
        if request.writes:
            arrived.set()
            await asyncio.sleep(0.1)
        await honest(device, request)

    async with scripted(slow) as device, driving(device.port, pulsed()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        asking = asyncio.get_running_loop().create_task(
            driver.execute(command("sound", sounding=True))
        )
        await arrived.wait()
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        assert asking.cancelled()
        await device.until(lambda: len(device.writes) == 2)
        assert sent(device) == [ON, OFF]


async def test_a_pulse_whose_beginning_was_never_answered_is_ended_all_the_same():
    async def deaf_to_the_first(device: ScriptedDevice, request: Request) -> None:
        if not request.writes or len(device.writes) > 1:
            await honest(device, request)

    async with (
        scripted(deaf_to_the_first) as device,
        driving(device.port, pulsed()) as (driver, sink),
    ):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        await driver.execute(command("sound", within=0.1, sounding=True))
        await device.until(lambda: len(device.writes) == 2)
        assert sent(device) == [ON, OFF]


async def test_a_pulse_ends_on_the_next_connection_when_its_own_broke():
    async def hang_up_after_the_write(device: ScriptedDevice, request: Request) -> None:
        await honest(device, request)
        if request.writes and len(device.writes) == 1:
            device.hang_up()

    async with (
        scripted(hang_up_after_the_write) as device,
        driving(device.port, pulsed(0.05)) as (driver, sink),
    ):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        await driver.execute(command("sound", within=0.1, sounding=True))
        await device.until(lambda: len(device.writes) == 2)
        assert sent(device) == [ON, OFF]
        assert device.connects == 2


async def test_a_refused_write_begins_no_pulse():
    async def refuse_true(device: ScriptedDevice, request: Request) -> None:
        if request.pdu.hex() == ON:
            device.send(request, request.no(4))
        else:
            await honest(device, request)

    async with (
        scripted(refuse_true) as device,
        driving(device.port, pulsed(0.05)) as (driver, sink),
    ):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.REFUSED
        reads = device.reads(1)
        await device.until(lambda: device.reads(1) >= reads + 4)
        assert sent(device) == [ON]


async def test_a_written_false_is_the_end_of_a_pulse():
    async with scripted() as device, driving(device.port, pulsed(0.3)) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        for action, sounding in (("sound", True), ("silence", False)):
            await driver.execute(command(action, sounding=sounding))
        reads = device.reads(1)
        await device.until(lambda: device.reads(1) >= reads + 6)
        assert sent(device) == [ON, OFF]


@pytest.mark.parametrize(
    ("value", "sent_", "action"), [(True, "06000bff00", "sound"), (False, "06000b0000", "silence")]
)
async def test_a_fixed_number_means_true_and_nothing_false(value: Value, sent_, action):
    sounding = point(
        "hr:11", name="sounding", value_type="boolean", wire_type="u16",
        mapping={0xFF00: True, 0: False},
    )  # fmt: skip
    one = siren(points={"sounding": replace(sounding, writable=True, poll=milliseconds(100))})
    async with scripted() as device, driving(device.port, one) as (driver, sink):
        device.set(1, "hr:11", 0 if value else 0xFF00)
        await sink.until_good("siren", "sounding", not value)
        outcome = await driver.execute(command(action, sounding=value))
        assert outcome.result is CommandResult.CONFIRMED
        assert sent(device) == [sent_]
