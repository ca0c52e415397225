"""The Modbus driver against devices that answer late, wrongly, partly or not at all."""

import asyncio

import pytest

from protocols.backoff import Backoff
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice
from protocols.modbus.requests import BUSY
from protocols.modbus.settings import DEFAULTS
from tests.protocols.modbus_device import (
    Request,
    ScriptedDevice,
    button,
    driving,
    honest,
    point,
    scripted,
    sensor,
    side_by_side,
    siren,
)
from twins.instant import in_seconds, seconds
from twins.observation import Quality
from twins.streams import Streams

LATE = in_seconds(DEFAULTS.answer_within) + 0.2


def counter(lost_after: float = 0.5) -> ConnectedDevice:
    """Return a device with one value of two registers."""
    return sensor(point("hr:0", name="count", wire_type="u32"), lost_after=lost_after)


LIE = 0x2A2A2A2A
"""What every wrong answer says; no reading may ever be made of it."""

REGISTERS = LIE.to_bytes(4, "big")


def lying(function: int, data: bytes, **wrong: int):
    """Return the behaviour of a device that answers every read like this until it is converted."""

    async def behave(device: ScriptedDevice, request: Request) -> None:
        device.send(request, bytes([function]) + data, **wrong)

    return behave


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(lying(4, b"\x04" + REGISTERS), id="another function"),
        pytest.param(lying(6, REGISTERS), id="the echo of a write"),
        pytest.param(lying(0x55, b"\x04" + REGISTERS), id="a function that does not exist"),
        pytest.param(lying(3, b"\x02" + REGISTERS[:2]), id="one register instead of two"),
        pytest.param(lying(3, b"\x06" + REGISTERS + b"**"), id="three registers"),
        pytest.param(lying(3, b"\x05" + REGISTERS + b"*"), id="an odd byte count"),
        pytest.param(lying(3, b"\x04" + REGISTERS + b"*"), id="more bytes than it says"),
        pytest.param(lying(3, b"\x04" + REGISTERS[:3]), id="fewer bytes than it says"),
        pytest.param(lying(3, b""), id="no byte count"),
        pytest.param(lying(3, b"\x04" + REGISTERS, transaction=0), id="transaction 0"),
        pytest.param(lying(0x84, b"\x02"), id="an exception to another function"),
        pytest.param(lying(0x83, b""), id="an exception without a code"),
    ],
)
async def test_a_wrong_answer_is_bad_at_once_and_never_a_value(behave):
    async with scripted(behave) as device, driving(device.port, counter()) as (_, sink):
        device.set(1, "hr:0", 0, 7)
        await sink.until_bad("sensor", "count")
        device.behave = honest
        await sink.until_good("sensor", "count", 7)
        assert (LIE, Quality.GOOD) not in sink.of("sensor", "count")
        assert device.connects == 1


async def junk(device: ScriptedDevice, request: Request) -> None:
    device.send_raw(b"\x00\x01\x00\x07" + REGISTERS)


async def endless(device: ScriptedDevice, request: Request) -> None:
    device.send_raw(request.transaction.to_bytes(2, "big") + b"\x00\x00\xff\xff\x01\x03\x04")


async def half(device: ScriptedDevice, request: Request) -> None:
    """Send a half, and when the next request has come the rest, which looks like its answer."""
    asked = len(device.requests)
    device.send_raw(request.transaction.to_bytes(2, "big") + b"\x00\x00\x00\x20\x01\x03")
    await device.until(lambda: len(device.requests) > asked)
    device.send(device.requests[-1], b"\x03\x04" + REGISTERS)


async def test_what_is_no_answer_counts_as_silence_and_shifts_nothing():
    async def story(behave):
        async with scripted(behave) as device, driving(device.port, counter()) as (_, sink):
            device.set(1, "hr:0", 0, 7)
            await sink.until_bad("sensor", "count")
            device.behave = honest
            await sink.until_good("sensor", "count", 7)
            assert (LIE, Quality.GOOD) not in sink.of("sensor", "count")

    await side_by_side(
        story,
        lying(3, b"\x04" + REGISTERS, unit=2),
        lying(3, b"\x04" + REGISTERS, transaction=9999),
        junk,
        endless,
        half,
    )


async def test_an_answer_after_its_time_is_not_taken_for_the_next_one():
    device_side = sensor(
        point("ir:0", name="slow"), point("ir:50", name="quick"), lost_after=3, poll=0.2
    )

    async def slow_at_0(device: ScriptedDevice, request: Request) -> None:
        if request.address == 0 and device.reads(1) < 4:
            await asyncio.sleep(LATE)
        await honest(device, request)

    async with scripted(slow_at_0) as device, driving(device.port, device_side) as (_, sink):
        device.set(1, "ir:0", 111)
        device.set(1, "ir:50", 222)
        await sink.until_good("sensor", "quick", 222)
        await sink.until_good("sensor", "slow", 111)
        assert set(sink.of("sensor", "quick")) == {(222, Quality.GOOD)}
        assert set(sink.of("sensor", "slow")) == {(111, Quality.GOOD)}
        assert device.connects == 1


async def test_an_answer_may_come_byte_by_byte():
    async def drop_by_drop(device: ScriptedDevice, request: Request) -> None:
        pdu = device.obey(request)
        head = request.transaction.to_bytes(2, "big") + b"\0\0" + bytes([0, len(pdu) + 1, 1])
        for byte in head + pdu:
            device.send_raw(bytes([byte]))
            await asyncio.sleep(0.005)

    async with scripted(drop_by_drop) as device, driving(device.port, counter()) as (_, sink):
        device.set(1, "hr:0", 1, 2)
        await sink.until_good("sensor", "count", 0x10002)
        device.set(1, "hr:0", 3, 4)
        await sink.until_good("sensor", "count", 0x30004)
        assert all(quality is Quality.GOOD for _, quality in sink.of("sensor", "count"))


async def test_a_peer_that_accepts_and_closes_is_dialled_ever_more_slowly():
    async def hang_up(device: ScriptedDevice, _request: Request) -> None:
        device.hang_up()

    shortest = Backoff(stream=Streams(1).stream("any"))
    waits = [shortest.lost(0) * 0.8 / 1.2 for _ in range(3)]
    async with scripted(hang_up) as device, driving(device.port, button()) as (_, sink):
        begun = asyncio.get_running_loop().time()
        await device.until(lambda: device.connects == 4)
        assert seconds(asyncio.get_running_loop().time() - begun) >= sum(waits)
        assert sink.latest("button") is None


async def test_one_request_is_in_flight_at_a_time():
    async def slow(device: ScriptedDevice, request: Request) -> None:
        await asyncio.sleep(0.02)
        await honest(device, request)

    devices = [siren(unit=1), button(unit=2), sensor(point("hr:0"), point("ir:0"), unit=3)]
    async with scripted(slow) as device, driving(device.port, *devices) as (_, sink):
        for unit, at in [(1, "co:0"), (2, "di:0"), (3, "hr:0"), (3, "ir:0")]:
            device.set(unit, at, 1)
        await device.until(lambda: min(device.reads(unit) for unit in (1, 2, 3)) >= 5)
        assert device.most_in_flight == 1
        assert device.connects == 1
        assert sink.is_good("siren", "sounding", True)


async def test_a_silent_unit_is_lost_alone_and_its_neighbour_is_read_on():
    async def only_unit_2(device: ScriptedDevice, request: Request) -> None:
        if request.unit == 2:
            await honest(device, request)

    devices = [siren(unit=1, lost_after=0.8), button(unit=2, lost_after=0.8)]
    async with scripted(only_unit_2) as device, driving(device.port, *devices) as (_, sink):
        device.set(2, "di:0", 1)
        await sink.until_bad("siren", "sounding")
        await device.until(lambda: device.reads(1) >= 3)
        assert sink.of("button", "pressed") == [(True, Quality.GOOD)]
        assert device.reads(2) > 3 * device.reads(1)
        assert device.connects == 1


async def test_two_dead_units_do_not_keep_the_third_from_being_read():
    async def only_unit_3(device: ScriptedDevice, request: Request) -> None:
        if request.unit == 3:
            await honest(device, request)

    devices = [
        siren(unit=1, lost_after=5),
        sensor(point("hr:0"), unit=2, lost_after=5),
        button(unit=3, lost_after=5),
    ]
    async with scripted(only_unit_3) as device, driving(device.port, *devices) as (_, sink):
        device.set(3, "di:0", 1)
        await sink.until_good("button", "pressed", True)
        await device.until(lambda: device.reads(1) + device.reads(2) >= 4)
        assert device.connects <= 2
        assert sink.of("button", "pressed") == [(True, Quality.GOOD)]


async def test_a_block_that_is_ignored_turns_bad_alone():
    async def ignoring_inputs(device: ScriptedDevice, request: Request) -> None:
        if request.function != 4:
            await honest(device, request)

    points = point("ir:0", name="ignored"), point("hr:0", name="answered")
    one = sensor(*points, lost_after=0.6)
    async with scripted(ignoring_inputs) as device, driving(device.port, one) as (_, sink):
        device.set(1, "ir:0", 5)
        device.set(1, "hr:0", 7)
        await sink.until_bad("sensor", "ignored")
        assert sink.of("sensor", "answered") == [(7, Quality.GOOD)]
        device.behave = honest
        await sink.until_good("sensor", "ignored", 5)
        assert sink.of("sensor", "answered") == [(7, Quality.GOOD)]
        assert device.connects == 1


async def test_a_lost_device_comes_back_with_every_block_changed_or_not():
    async def slow_neighbour(device: ScriptedDevice, request: Request) -> None:
        if request.unit == 2 and device.reads(2) == 2:
            await asyncio.sleep(0.45)
        await honest(device, request)

    points = point("ir:0", name="first"), point("hr:0", name="second")
    devices = [sensor(*points, unit=1, lost_after=0.3), siren(unit=2)]
    async with scripted(slow_neighbour) as device, driving(device.port, *devices) as (_, sink):
        device.set(1, "ir:0", 5)
        device.set(1, "hr:0", 7)
        device.set(2, "co:0", 0)
        await sink.until_bad("sensor", "first")
        await sink.until_good("sensor", "first", 5)
        await sink.until_good("sensor", "second", 7)


async def test_a_busy_device_keeps_its_values_until_they_are_too_old():
    async def busy(device: ScriptedDevice, request: Request) -> None:
        device.send(request, request.no(BUSY))

    points = point("ir:0", name="busy"), point("hr:0", name="free")
    one = sensor(*points, lost_after=0.5)

    async def busy_inputs(device: ScriptedDevice, request: Request) -> None:
        await (busy if request.function == 4 else honest)(device, request)

    async with scripted() as device, driving(device.port, one) as (_, sink):
        device.set(1, "ir:0", 5)
        device.set(1, "hr:0", 7)
        await sink.until_good("sensor", "busy", 5)
        device.behave = busy
        asked = device.reads(1)
        await device.until(lambda: device.reads(1) >= asked + 5)
        device.behave = honest
        await device.until(lambda: device.reads(1) >= asked + 10)
        assert sink.of("sensor", "busy") == [(5, Quality.GOOD)], "busy for a moment is no news"
        device.behave = busy_inputs
        await sink.until_bad("sensor", "busy")
        assert sink.latest("sensor").cause == "the device is busy (exception 6)"
        assert sink.is_good("sensor", "free", 7)
        device.behave = honest
        await sink.until_good("sensor", "busy", 5)


@pytest.mark.parametrize("code", [0x0A, 0x0B])
async def test_a_gateway_that_cannot_reach_a_unit_still_serves_the_others(code):
    async def gateway(device: ScriptedDevice, request: Request) -> None:
        device.send(request, request.no(code) if request.unit == 1 else device.obey(request))

    devices = [siren(unit=1, lost_after=0.3), button(unit=2)]
    async with scripted(gateway) as device, driving(device.port, *devices) as (_, sink):
        device.set(1, "co:0", 1)
        device.set(2, "di:0", 1)
        await sink.until_bad("siren", "sounding")
        assert sink.latest("siren").cause.endswith(f"(exception {code})")
        device.behave = honest
        await sink.until_good("siren", "sounding", True)
        assert sink.of("button", "pressed") == [(True, Quality.GOOD)]

        async def gone(device: ScriptedDevice, request: Request) -> None:
            device.send(request, request.no(code))

        device.behave = gone
        await sink.until_bad("siren", "sounding")
        asked = len(device.requests)
        await device.until(lambda: len(device.requests) >= asked + 4)
        assert device.connects == 1, "the gateway itself is there"


async def test_refused_addresses_turn_their_own_points_bad_and_shift_nobody():
    module = ConnectedDevice(
        id="module", model=read_model(library()["advantech-adam-6050"]), lost_after=seconds(10)
    )
    async with scripted() as device, driving(device.port, module) as (_, sink):
        device.set(1, "co:0", *(n % 2 for n in range(12)))
        device.set(1, "co:12", *4 * (0,))
        device.set(1, "co:16", 1, 0, 1, 0, 1, 0)
        device.set(1, "hr:0", *(word for n in range(12) for word in (n, 1)))
        lifted = {cell: device.cells.pop(cell) for cell in [(1, "co", 5), (1, "hr", 7)]}
        await sink.until_bad("module", "di5")
        await sink.until_bad("module", "counter3")
        for n in set(range(12)) - {5}:
            await sink.until_good("module", f"di{n}", n % 2 == 1)
        for n in set(range(12)) - {3}:
            await sink.until_good("module", f"counter{n}", 0x10000 + n)
        for n in range(6):
            await sink.until_good("module", f"do{n}", n % 2 == 0)
        bad = {seen.property for seen in sink.observed if seen.quality is Quality.BAD}
        assert bad == {"di5", "counter3", "frequency3"}, "the two are views of the same registers"
        assert sink.of("module", "di6") == [(False, Quality.GOOD)]
        device.cells.update(lifted)
        await sink.until_good("module", "di5", True)
        await sink.until_good("module", "counter3", 0x10003)


async def test_a_hole_that_does_not_exist_costs_no_point():
    module = ConnectedDevice(
        id="module", model=read_model(library()["advantech-adam-6050"]), lost_after=seconds(10)
    )
    async with scripted() as device, driving(device.port, module) as (driver, sink):
        device.set(1, "co:0", *12 * (1,))
        device.set(1, "co:16", *6 * (1,))
        device.set(1, "hr:0", *24 * (0,))
        await sink.until(lambda: len(sink.observed) == 12 + 6 + 12 + 12)
        assert all(seen.quality is Quality.GOOD for seen in sink.observed)
        asked = [(one.address, one.count) for one in device.requests if one.function == 1]
        assert asked == [(0, 22), (0, 12), (16, 6)]
        assert [str(hole) for hole in driver.holes] == ["unit 1 co:12-15"]


async def test_a_device_with_a_shorter_longest_read_is_asked_for_less():
    async def short(device: ScriptedDevice, request: Request) -> None:
        device.send(request, request.no(3) if request.count > 4 else device.obey(request))

    one = sensor(*(point(f"ir:{n}", name=f"p{n}") for n in range(10)))
    async with scripted(short) as device, driving(device.port, one) as (_, sink):
        device.set(1, "ir:0", *range(100, 110))
        for n in range(10):
            await sink.until_good("sensor", f"p{n}", 100 + n)
        assert all(seen.quality is Quality.GOOD for seen in sink.observed)
