"""Commands over Modbus: written once, proven by reading back; the device counts the writes."""

import asyncio
from dataclasses import replace

import pytest

from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice
from protocols.modbus.settings import DEFAULTS
from tests.contract.bench import MODELS
from tests.protocols.modbus_device import (
    Request,
    ScriptedDevice,
    command,
    driving,
    honest,
    point,
    scripted,
    sensor,
    side_by_side,
    siren,
)
from twins.command import CommandResult
from twins.instant import in_seconds, milliseconds, seconds

LATE = in_seconds(DEFAULTS.answer_within) + 0.2
ON = bytes.fromhex("050000ff00")


async def test_a_write_that_is_answered_late_is_done_once_and_proven_by_reading_back():
    async def late_echo(device: ScriptedDevice, request: Request) -> None:
        pdu = device.obey(request)
        if request.writes:
            await asyncio.sleep(LATE)
        device.send(request, pdu)

    async with scripted(late_echo) as device, driving(device.port, siren()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.CONFIRMED
        assert device.writes == [ON]
        reads = device.reads(1)
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        await device.until(lambda: device.reads(1) >= reads + 5)
        assert sink.is_good("siren", "sounding", False), "the next answers are not shifted"
        assert device.writes == [ON]
        assert device.connects == 1


async def test_a_write_that_is_never_answered_and_not_done_is_unknown_and_not_repeated():
    async def deaf_to_writes(device: ScriptedDevice, request: Request) -> None:
        if not request.writes:
            await honest(device, request)

    async with scripted(deaf_to_writes) as device, driving(device.port, siren()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", within=0.3, sounding=True))
        assert outcome.result is CommandResult.UNKNOWN
        assert "no answer in 0.5 s" in outcome.reason
        assert device.writes == [ON]


def echo(pdu: str, *, done: bool = False, **wrong: int):
    """Return the behaviour of a device that answers a write with this, done or not."""

    async def behave(device: ScriptedDevice, request: Request) -> None:
        if not request.writes:
            await honest(device, request)
            return
        if done:
            device.obey(request)
        device.send(request, bytes.fromhex(pdu), **wrong)

    return behave


async def test_an_echo_of_something_else_a_late_yes_or_a_gateway_s_no_confirms_nothing():
    async def story(behave):
        async with scripted(behave) as device, driving(device.port, siren()) as (driver, sink):
            device.set(1, "co:0", 0)
            await sink.until_good("siren", "sounding", False)
            outcome = await driver.execute(command("sound", within=0.05, sounding=True))
            assert outcome.result is CommandResult.UNKNOWN
            assert device.writes == [ON]

    await side_by_side(
        story,
        echo("050001ff00"),  # another coil
        echo("0500000000"),  # another value
        echo("0600000001"),  # another function
        echo("050000ff00", transaction=0),
        echo("8505"),  # accepted, still at work
        echo("850a"),  # no path to the device
        echo("850b"),  # no answer of the device
    )


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(echo("050001ff00", done=True), id="another coil"),
        pytest.param(echo("8505", done=True), id="accepted, still at work"),
        pytest.param(echo("850b", done=True), id="no answer of the device"),
    ],
)
async def test_what_the_echo_leaves_open_the_device_s_state_proves(behave):
    async with scripted(behave) as device, driving(device.port, siren()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.CONFIRMED
        assert device.writes == [ON]


@pytest.mark.parametrize("code", [1, 2, 3, 4, 6])
async def test_a_device_that_says_no_has_refused(code):
    behave = echo(bytes([0x85, code]).hex())
    async with scripted(behave) as device, driving(device.port, siren()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.REFUSED
        assert outcome.reason.endswith(f"(exception {code})")
        assert device.writes == [ON]


async def test_a_connection_that_breaks_during_a_write_leaves_it_unknown():
    async def hang_up(device: ScriptedDevice, request: Request) -> None:
        if request.writes:
            device.obey(request)
            device.hang_up()
        elif not device.writes:
            await honest(device, request)

    async with scripted(hang_up) as device, driving(device.port, siren()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", within=0.05, sounding=True))
        assert outcome.result is CommandResult.UNKNOWN
        assert device.writes == [ON]


async def test_a_command_overtakes_the_polls():
    async def slow(device: ScriptedDevice, request: Request) -> None:
        await asyncio.sleep(0.05)
        await honest(device, request)

    others = [
        sensor(point("hr:0"), point("ir:0"), name=f"sensor {unit}", unit=unit, poll=0.05)
        for unit in (2, 3, 4)
    ]
    async with scripted(slow) as device, driving(device.port, siren(), *others) as (driver, sink):
        device.set(1, "co:0", 0)
        for unit in (2, 3, 4):
            device.set(unit, "hr:0", 1)
            device.set(unit, "ir:0", 1)
        await sink.until_good("siren", "sounding", False)
        for action, sounding in [("sound", True), ("silence", False)]:
            asked = len(device.requests)
            outcome = await driver.execute(command(action, sounding=sounding))
            assert outcome.result is CommandResult.CONFIRMED
            place = next(n for n, one in enumerate(device.requests[asked:]) if one.writes)
            assert place <= 1, "at most the poll that was sent already goes before"
        assert device.most_in_flight == 1


async def test_a_pulse_that_ends_between_two_polls_leaves_no_stale_value():
    async def springs_back(device: ScriptedDevice, request: Request) -> None:
        await honest(device, request)
        if device.writes and not request.writes:
            device.set(1, "co:0", 0)

    async with scripted(springs_back) as device, driving(device.port, siren()) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.CONFIRMED
        assert sink.is_good("siren", "sounding", True)
        await sink.until_good("siren", "sounding", False)


def lamp(bit: int, *, poll: float = 0.1) -> ConnectedDevice:
    """Return a siren that hangs on one bit of a register shared with others."""
    wired = point("hr:4", name="sounding", value_type="boolean", wire_type="u16", bits=(bit, bit))
    wired = replace(wired, writable=True, poll=seconds(poll))
    one = siren(points={"sounding": wired}, lost_after=60)
    return replace(one, id=f"lamp{bit}")


async def test_two_devices_on_one_register_do_not_undo_each_other():
    async def slow(device: ScriptedDevice, request: Request) -> None:
        await asyncio.sleep(0.02)
        await honest(device, request)

    async with scripted(slow) as device, driving(device.port, lamp(0), lamp(9)) as (driver, sink):
        device.set(1, "hr:4", 0x8000)
        await sink.until_good("lamp0", "sounding", False)
        async with asyncio.TaskGroup() as tasks:
            both = [
                tasks.create_task(driver.execute(command("sound", device=name, sounding=True)))
                for name in ("lamp0", "lamp9")
            ]
        assert [one.result().result for one in both] == 2 * [CommandResult.CONFIRMED]
        assert device.cells[1, "hr", 4] == 0x8201


async def test_bits_are_not_written_when_the_others_are_not_known():
    async with scripted() as device, driving(device.port, lamp(0)) as (driver, sink):
        device.set(1, "hr:4", 0)
        await sink.until_good("lamp0", "sounding", False)

        async def deaf(device: ScriptedDevice, request: Request) -> None: ...

        device.behave = deaf
        outcome = await driver.execute(command("sound", device="lamp0", sounding=True))
        assert outcome.result is CommandResult.NOT_EXECUTED
        assert device.writes == []


async def test_a_write_whose_time_passes_while_the_register_is_read_is_not_sent():
    async def slow(device: ScriptedDevice, request: Request) -> None:
        await asyncio.sleep(0.2)
        await honest(device, request)

    async with scripted() as device, driving(device.port, lamp(0, poll=20)) as (driver, sink):
        device.set(1, "hr:4", 0)
        await sink.until_good("lamp0", "sounding", False)
        device.behave = slow
        waiting = command("sound", device="lamp0", within=0.1, sounding=True)
        outcome = await driver.execute(waiting)
        assert (outcome.result, outcome.reason) == (
            CommandResult.NOT_EXECUTED,
            "it is past its time",
        )
        assert device.writes == []


async def test_a_read_only_address_is_refused_unsent():
    sounding = replace(point("di:0", name="sounding", value_type="boolean"), writable=True)
    async with (
        scripted() as device,
        driving(device.port, siren(points={"sounding": sounding})) as (driver, sink),
    ):
        device.set(1, "di:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.REFUSED
        assert "read-only" in outcome.reason
        assert device.writes == []


async def test_a_property_that_the_device_does_not_have_proves_nothing():
    actions = {"sound": {"sounding": True}}
    async with (
        scripted() as device,
        driving(device.port, siren(actions=actions)) as (driver, sink),
    ):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", within=0.05, loudness=3))
        assert outcome.result is CommandResult.UNKNOWN
        assert "modbus-siren has no loudness to read" in outcome.reason


def corrected_sensor() -> ConnectedDevice:
    """Return a siren that stands for the XY-MD02's correction register, -10.0 to +10.0."""
    correction = point(
        "hr:0x103", name="sounding", value_type="number", wire_type="s16", scale=0.1,
        minimum=-10.0, maximum=10.0,
    )  # fmt: skip
    return siren(points={"sounding": replace(correction, writable=True, poll=milliseconds(100))})


async def test_a_scaled_register_is_written_as_the_device_counts_and_only_within_its_range():
    async with (
        scripted() as device,
        driving(device.port, corrected_sensor()) as (driver, sink),
    ):
        device.set(1, "hr:259", 0xFFF1)
        await sink.until_good("siren", "sounding", -1.5)
        outcome = await driver.execute(command("sound", sounding=12.0))
        assert outcome.result is CommandResult.REFUSED
        assert device.writes == []
        outcome = await driver.execute(command("sound", sounding=2.0))
        assert outcome.result is CommandResult.CONFIRMED
        assert [pdu.hex() for pdu in device.writes] == ["0601030014"]
        await sink.until_good("siren", "sounding", 2.0)


async def test_an_output_of_an_adam_6050_goes_off_by_the_frame_of_its_manual():
    module = read_model(library()["advantech-adam-6050"])
    capability = read_model(str(MODELS / "modbus-siren.yaml")).capability
    wired = ConnectedDevice(
        id="siren", model=module.wired(capability, {"sounding": "do2"}), lost_after=seconds(2)
    )
    async with scripted() as device, driving(device.port, wired) as (driver, sink):
        device.set(1, "co:18", 1)
        await sink.until_good("siren", "sounding", True)
        outcome = await driver.execute(command("silence", sounding=False))
        assert outcome.result is CommandResult.CONFIRMED
        assert [pdu.hex() for pdu in device.writes] == ["0500120000"]


async def test_a_command_is_proven_though_a_forbidden_cell_lies_between_what_it_expects():
    outputs = {
        name: replace(point(at, name=name, value_type="boolean"), writable=True)
        for name, at in (("sounding", "co:0"), ("lit", "co:2"))
    }
    actions = {"sound": {"sounding": True}}
    one = siren(points=outputs, actions=actions)
    async with scripted() as device, driving(device.port, one) as (driver, sink):
        device.set(1, "co:0", 0)
        device.set(1, "co:2", 1)
        await sink.until_good("siren", "lit", True)
        outcome = await driver.execute(command("sound", sounding=True, lit=True))
        assert outcome.result is CommandResult.CONFIRMED
