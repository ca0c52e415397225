"""Every quirk by name, with a device that has it and a driver that heeds it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from protocols.interfaces import ConnectedDevice
from protocols.modbus.dialect import DIALECT
from protocols.modbus.quirks import QUIRKS, habits_of
from tests.protocols.modbus_device import (
    Request,
    ScriptedDevice,
    command,
    driving,
    honest,
    point,
    scripted,
    sensor,
    siren,
)
from twins.command import CommandResult
from twins.instant import milliseconds
from twins.observation import Quality

MANUAL = Path(__file__).parents[2] / "docs" / "devices.md"


def with_quirks(device: ConnectedDevice, *quirks: str) -> ConnectedDevice:
    return replace(device, model=replace(device.model, quirks=frozenset(quirks)))


def row_of_registers(count: int, *, step: int = 1) -> ConnectedDevice:
    return sensor(*(point(f"ir:{step * n}", name=f"p{n}") for n in range(count)))


def spans(device: ScriptedDevice) -> set[tuple[int, int]]:
    return {(one.address, one.count) for one in device.requests if not one.writes}


async def test_no_more_registers_are_asked_for_than_the_device_gives():
    async def frozen_by_more_than_four(device: ScriptedDevice, request: Request) -> None:
        if request.count <= 4:
            await honest(device, request)

    row = with_quirks(row_of_registers(10), "max-registers=4")
    async with scripted(frozen_by_more_than_four) as device, driving(device.port, row) as (_, sink):
        device.set(1, "ir:0", *range(100, 110))
        await sink.until_good("sensor", "p9", 109)
        assert spans(device) == {(0, 4), (4, 4), (8, 2)}


async def test_no_more_bits_are_asked_for_than_the_device_gives():
    bits = sensor(*(point(f"di:{n}", name=f"p{n}", value_type="boolean") for n in range(20)))
    async with (
        scripted() as device,
        driving(device.port, with_quirks(bits, "max-bits=8")) as (_, sink),
    ):
        device.set(1, "di:0", *20 * (1,))
        await sink.until_good("sensor", "p19", True)
        assert spans(device) == {(0, 8), (8, 8), (16, 4)}


async def test_no_cell_is_read_that_no_point_needs():
    """A device that answers a hole with nonsense in place of a refusal."""
    row = with_quirks(row_of_registers(3, step=2), "no-holes")
    async with scripted() as device, driving(device.port, row) as (_, sink):
        device.set(1, "ir:0", 1, 0, 2, 0, 3)
        await sink.until_good("sensor", "p2", 3)
        assert spans(device) == {(0, 1), (2, 1), (4, 1)}


def setpoint(*quirks: str) -> ConnectedDevice:
    """Return a siren that stands for a value of two registers."""
    loudness = point("hr:4", name="sounding", wire_type="u32")
    points = {"sounding": replace(loudness, writable=True, poll=milliseconds(100))}
    return with_quirks(siren(points=points), *quirks)


async def test_several_registers_are_written_one_by_one_where_function_16_is_broken():
    async def without_16(device: ScriptedDevice, request: Request) -> None:
        if request.function == 16:
            device.send(request, request.no(1))
        else:
            await honest(device, request)

    async with (
        scripted(without_16) as device,
        driving(device.port, setpoint("no-fc15-fc16")) as (driver, sink),
    ):
        device.set(1, "hr:4", 0, 0)
        await sink.until_good("siren", "sounding", 0)
        outcome = await driver.execute(command("sound", sounding=0x10002))
        assert outcome.result is CommandResult.CONFIRMED
        assert [pdu.hex() for pdu in device.writes] == ["0600040001", "0600050002"]


async def test_a_value_of_which_only_one_half_was_written_is_unknown_and_never_refused():
    async def refuse_the_second(device: ScriptedDevice, request: Request) -> None:
        if request.writes and request.address == 5:
            device.send(request, request.no(3))
        else:
            await honest(device, request)

    async with (
        scripted(refuse_the_second) as device,
        driving(device.port, setpoint("no-fc15-fc16")) as (driver, sink),
    ):
        device.set(1, "hr:4", 0, 0)
        await sink.until_good("siren", "sounding", 0)
        outcome = await driver.execute(command("sound", within=0.3, sounding=0x10002))
        assert outcome.result is CommandResult.UNKNOWN
        assert "1 of 2 registers written" in outcome.reason


async def test_one_cell_is_written_as_several_where_functions_5_and_6_are_missing():
    async def without_5(device: ScriptedDevice, request: Request) -> None:
        if request.function in (5, 6):
            device.send(request, request.no(1))
        else:
            await honest(device, request)

    one = with_quirks(siren(), "no-fc5-fc6")
    async with scripted(without_5) as device, driving(device.port, one) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.CONFIRMED
        assert [pdu.hex() for pdu in device.writes] == ["0f000000010101"]


async def test_function_23_is_never_used():
    one = with_quirks(setpoint(), "no-fc23")
    async with scripted() as device, driving(device.port, one) as (driver, sink):
        device.set(1, "hr:4", 0, 0)
        await sink.until_good("siren", "sounding", 0)
        await driver.execute(command("sound", sounding=7))
        assert {request.function for request in device.requests} == {3, 16}


async def test_the_line_rests_before_a_frame_for_a_device_that_needs_it():
    answered: list[float] = []
    rests: list[float] = []

    async def timed(device: ScriptedDevice, request: Request) -> None:
        now = asyncio.get_running_loop().time()
        rests.extend(now - last for last in answered[-1:])
        await honest(device, request)
        answered.append(asyncio.get_running_loop().time())

    points = [point(f"ir:{50 * n}", name=f"p{n}") for n in range(3)]
    slow = with_quirks(sensor(*points), "gap=30ms")
    async with scripted(timed) as device, driving(device.port, slow) as (_, sink):
        for n in range(3):
            device.set(1, f"ir:{50 * n}", n)
        await sink.until_good("sensor", "p2", 2)
        await device.until(lambda: len(rests) >= 6)
        assert min(rests) >= 0.029


async def test_a_device_with_one_connection_is_dialled_again_when_it_has_noticed():
    closed: list[float] = []
    opened: list[float] = []

    async def hang_up_once(device: ScriptedDevice, request: Request) -> None:
        if not closed:
            closed.append(asyncio.get_running_loop().time())
            device.hang_up()
            return
        opened.append(asyncio.get_running_loop().time())
        await honest(device, request)

    one = with_quirks(siren(lost_after=5), "one-connection")
    async with scripted(hang_up_once) as device, driving(device.port, one) as (_, sink):
        device.set(1, "co:0", 1)
        await sink.until_good("siren", "sounding", True)
        assert opened[0] - closed[0] >= 1
        assert device.connects == 2


async def test_a_device_that_closes_after_each_answer_is_read_and_commanded_without_a_loss():
    async def hang_up_after(device: ScriptedDevice, request: Request) -> None:
        await honest(device, request)
        device.hang_up()

    one = with_quirks(siren(), "closes-after-answer")
    async with scripted(hang_up_after) as device, driving(device.port, one) as (driver, sink):
        device.set(1, "co:0", 0)
        await sink.until_good("siren", "sounding", False)
        outcome = await driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.CONFIRMED
        await device.until(lambda: len(device.requests) >= 10)
        assert device.connects >= len(device.requests)
        assert len(device.writes) == 1
        assert not any(seen.quality is Quality.BAD for seen in sink.observed)


async def test_a_device_that_answers_under_its_own_unit_id_is_believed_where_that_is_known():
    async def as_unit_255(device: ScriptedDevice, request: Request) -> None:
        device.send(request, device.obey(request), unit=255)

    async with scripted(as_unit_255) as device, driving(device.port, siren()) as (_, sink):
        device.set(1, "co:0", 1)
        await sink.until_bad("siren", "sounding")
        assert sink.latest("siren").cause == "unit 1 was asked, 255 answered"
    known = with_quirks(siren(), "other-unit")
    async with scripted(as_unit_255) as device, driving(device.port, known) as (_, sink):
        device.set(1, "co:0", 1)
        await sink.until_good("siren", "sounding", True)


async def test_a_gateway_that_numbers_nothing_gives_nobody_the_answer_before():
    """Its late answer has the same form as the next one; only waiting tells them apart."""
    late = False

    async def unnumbered(device: ScriptedDevice, request: Request) -> None:
        nonlocal late
        pdu = device.obey(request)
        if request.address == 0 and not late:
            late = True
            await asyncio.sleep(0.7)
        device.send(request, pdu, transaction=0)

    points = point("ir:0", name="slow"), point("ir:50", name="quick")
    one = with_quirks(sensor(*points, lost_after=4, poll=0.1), "same-transaction")
    async with scripted(unnumbered) as device, driving(device.port, one) as (_, sink):
        device.set(1, "ir:0", 111)
        device.set(1, "ir:50", 222)
        await sink.until_good("sensor", "quick", 222)
        await sink.until_good("sensor", "slow", 111)
        assert set(sink.of("sensor", "quick")) == {(222, Quality.GOOD)}
        assert set(sink.of("sensor", "slow")) == {(111, Quality.GOOD)}


async def test_a_late_answer_without_a_number_is_not_held_against_another_unit():
    late = False

    async def unnumbered(device: ScriptedDevice, request: Request) -> None:
        nonlocal late
        pdu = device.obey(request)
        if request.unit == 1 and not late:
            late = True
            await asyncio.sleep(0.7)
        device.send(request, pdu, transaction=0)

    first, second = (
        with_quirks(
            sensor(point("ir:0"), name=f"unit {unit}", unit=unit, lost_after=4, poll=0.05),
            "same-transaction",
        )
        for unit in (1, 2)
    )
    async with scripted(unnumbered) as device, driving(device.port, first, second) as (_, sink):
        device.set(1, "ir:0", 111)
        device.set(2, "ir:0", 222)
        await sink.until_good("unit 2", "it", 222)
        await sink.until_good("unit 1", "it", 111)
        assert sink.of("unit 2", "it") == [(222, Quality.GOOD)]


def test_every_quirk_means_something_and_is_in_the_manual():
    example = {
        "gap=T": "gap=30ms",
        "max-bits=N": "max-bits=8",
        "max-registers=N": "max-registers=8",
    }
    manual = MANUAL.read_text()
    for name, meaning in QUIRKS.items():
        habits_of([example.get(name, name)])
        assert f"| `{name}` | {meaning} |" in manual
    assert DIALECT.quirks is QUIRKS


@pytest.mark.parametrize(
    ("quirks", "complaint"),
    [
        (["max-registers=0"], "'0' is no number from 1 to 125"),
        (["max-registers=126"], "no number from 1 to 125"),
        (["max-bits"], "'' is no number"),
        (["gap=fast"], "gap=fast"),
        (["no-fc5-fc6", "no-fc15-fc16"], "leave no way to write"),
        (["no-fc24"], "is no quirk of modbus"),
    ],
)
def test_a_quirk_that_cannot_be_is_refused(quirks, complaint):
    with pytest.raises(ValueError, match=complaint):
        habits_of(quirks)
