"""The Modbus emulator as any client meets it: bytes on a socket."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

import pytest

from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice, Link, RefusedError
from protocols.modbus.emulator import ModbusEmulator
from protocols.model import Point
from tests.contract.bench import MODELS, obey
from tests.protocols.modbus_device import point, sensor
from twins.instant import seconds

ANY_PORT = "modbus+tcp://127.0.0.1:0"

ADAM = read_model(library()["advantech-adam-6050"])
CLIMATE = read_model(library()["xy-md02"])


class Client:
    """A Modbus client of a few lines that shares nothing with the product."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, pdu: str, *, unit: int = 1, transaction: int = 0x1234) -> str:
        """Send a PDU and return the one that comes back, both as hexadecimal text."""
        data = bytes.fromhex(pdu)
        self._writer.write(struct.pack(">HHHB", transaction, 0, len(data) + 1, unit) + data)
        async with asyncio.timeout(10):
            head = await self._reader.readexactly(7)
            back, protocol, length, sender = struct.unpack(">HHHB", head)
            assert (back, protocol, sender) == (transaction, 0, unit)
            return (await self._reader.readexactly(length - 1)).hex()

    async def send(self, pdu: str, *, unit: int) -> None:
        data = bytes.fromhex(pdu)
        self._writer.write(struct.pack(">HHHB", 1, 0, len(data) + 1, unit) + data)

    async def closed(self) -> bool:
        async with asyncio.timeout(10):
            return await self._reader.read(1) == b""


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@asynccontextmanager
async def emulated(
    *devices: ConnectedDevice, on_write=obey
) -> AsyncIterator[tuple[ModbusEmulator, Client]]:
    emulator = ModbusEmulator(Link(url=ANY_PORT, devices=devices), on_write)
    async with Client(port_of(await emulator.start())) as client:
        try:
            yield emulator, client
        finally:
            await emulator.stop()


def module(*, unit: int = 1) -> ConnectedDevice:
    return ConnectedDevice(id="module", model=ADAM, unit=unit, lost_after=seconds(10))


def wired(name: str, capability: str, *, unit: int = 1, **wiring: str) -> ConnectedDevice:
    kind = read_model(str(MODELS / f"modbus-{capability}.yaml")).capability
    return ConnectedDevice(
        id=name, model=ADAM.wired(kind, wiring), unit=unit, lost_after=seconds(10)
    )


def writable(*points: Point) -> ConnectedDevice:
    return sensor(*(replace(one, writable=True) for one in points))


class Told:
    """A device that does what it is told and remembers it."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.writes: list[tuple[str, dict[str, object]]] = []
        self._refusal = refusal

    async def __call__(self, device, values):
        self.writes.append((device, dict(values)))
        if self._refusal is not None:
            raise self._refusal
        return values


async def test_published_values_lie_where_the_manual_says():
    async with emulated(module()) as (emulator, client):
        await emulator.publish("module", {"di0": True, "di11": True, "do2": True})
        await emulator.publish("module", {"counter0": 65541})
        assert await client.ask("010000000c") == "01020108"
        assert await client.ask("0100100006") == "010104"
        assert await client.ask("0300000002") == "030400050001"


async def test_a_scaled_signed_value_and_its_neighbour_are_read_together():
    climate = ConnectedDevice(id="booth", model=CLIMATE, unit=7, lost_after=seconds(10))
    async with emulated(climate) as (emulator, client):
        await emulator.publish("booth", {"temperature": -3.7, "humidity": 60.1})
        assert await client.ask("0400010002", unit=7) == "0404ffdb0259"


@pytest.mark.parametrize(
    "pdu",
    [
        pytest.param("01000c0001", id="between inputs and outputs"),
        pytest.param("010000000d", id="one beyond the last input"),
        pytest.param("0200000001", id="a table that the module does not have"),
        pytest.param("0300180001", id="behind the last counter"),
        pytest.param("050017ff00", id="a coil that is not there"),
        pytest.param("050000ff00", id="an input, though it is a coil"),
        pytest.param("0600000001", id="a counter, though it is a holding register"),
        pytest.param("0f000b00020103", id="the last input and what is behind it"),
    ],
)
async def test_what_does_not_exist_or_cannot_be_written_is_answered_by_exception_2(pdu):
    told = Told()
    async with emulated(module(), on_write=told) as (_, client):
        function = int(pdu[:2], 16) | 0x80
        assert await client.ask(pdu) == f"{function:02x}02"
        assert told.writes == []


async def test_a_function_that_the_device_does_not_know_is_answered_by_exception_1():
    async with emulated(module()) as (_, client):
        assert await client.ask("160000ffff0000") == "9601"


async def test_a_unit_that_is_not_there_does_not_answer_and_harms_nobody():
    async with emulated(module(unit=2)) as (_, client):
        await client.send("0100000001", unit=9)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.closed()
        assert await client.ask("0100000001", unit=2) == "010100"


async def test_two_units_are_two_devices():
    devices = [replace(module(unit=1), id="first"), replace(module(unit=2), id="second")]
    told = Told()
    async with emulated(*devices, on_write=told) as (emulator, client):
        await emulator.publish("first", {"di3": True})
        assert await client.ask("0100030001", unit=1) == "010101"
        assert await client.ask("0100030001", unit=2) == "010100"
        assert await client.ask("050010ff00", unit=2) == "050010ff00"
        assert told.writes == [("second", {"do0": True})]
        assert await client.ask("0100100001", unit=1) == "010100"


async def test_a_write_reaches_the_device_and_shows_what_the_device_makes_of_it():
    async def stubborn(_device, values):
        return dict.fromkeys(values, False)

    async with emulated(module(), on_write=stubborn) as (_, client):
        await client.ask("050010ff00")
        assert await client.ask("0100100001") == "010100"


async def test_several_outputs_are_written_at_once():
    told = Told()
    async with emulated(module(), on_write=told) as (_, client):
        assert await client.ask("0f00100003" + "0105") == "0f00100003"
        assert told.writes == [("module", {"do0": True, "do1": False, "do2": True})]
        assert await client.ask("0100100006") == "010105"


@pytest.mark.parametrize(
    ("error", "code"), [(RefusedError("the cover is open"), 4), (ValueError("no such mode"), 3)]
)
async def test_a_device_that_refuses_answers_an_exception_and_stays_as_it_is(error, code):
    async with emulated(module(), on_write=Told(error)) as (_, client):
        assert await client.ask("050010ff00") == f"85{code:02x}"
        assert await client.ask("0100100001") == "010100"


async def test_an_output_to_which_nothing_is_wired_can_be_switched():
    told = Told()
    siren = wired("siren", "siren", sounding="do2")
    button = wired("button", "button", pressed="di0")
    async with emulated(siren, button, on_write=told) as (emulator, client):
        await emulator.publish("button", {"pressed": True})
        assert await client.ask("050011ff00") == "050011ff00"
        assert told.writes == []
        assert await client.ask("050012ff00") == "050012ff00"
        assert told.writes == [("siren", {"sounding": True})]
        assert await client.ask("0100100006") == "010106"
        assert await client.ask("010000000c") == "01020100"
        assert await client.ask("050001ff00") == "8502", "an input stays an input"


async def test_one_register_of_a_larger_value_may_be_written_alone():
    told = Told()
    counter = writable(point("hr:0", name="limit", wire_type="u32"))
    async with emulated(counter, on_write=told) as (emulator, client):
        await emulator.publish("sensor", {"limit": 0x00010002})
        assert await client.ask("0600010007") == "0600010007"
        assert told.writes == [("sensor", {"limit": 0x00010007})]
        assert await client.ask("0300000002") == "030400010007"


async def test_bits_of_one_register_are_written_and_published_apart():
    told = Told()
    low = point("hr:0", name="low", bits=(0, 3))
    high = point("hr:0", name="high", bits=(8, 11))
    async with emulated(writable(low, high), on_write=told) as (emulator, client):
        await emulator.publish("sensor", {"high": 5})
        await emulator.publish("sensor", {"low": 9})
        assert await client.ask("0300000001") == "03020509"
        await client.ask("0600000a03")
        assert told.writes == [("sensor", {"low": 3, "high": 10})]


@pytest.mark.parametrize(
    ("wrong", "pdu"),
    [
        (point("hr:0", wire_type="bcd16"), "06000000fa"),
        (point("hr:0", mapping={0: 10, 1: 20}), "0600000002"),
        (point("hr:0", maximum=50.0), "0600000033"),
        (point("hr:0", invalid=frozenset({0xFFFF})), "060000ffff"),
    ],
    ids=["no BCD", "not in the map", "out of range", "the mark of no value"],
)
async def test_what_is_no_value_of_the_point_is_answered_by_exception_3(wrong, pdu):
    told = Told()
    async with emulated(writable(wrong), on_write=told) as (_, client):
        assert await client.ask(pdu) == "8603"
        assert told.writes == []


async def test_after_a_cut_it_answers_on_the_same_port_with_the_same_values():
    emulator = ModbusEmulator(Link(url=ANY_PORT, devices=(module(),)), obey)
    port = port_of(await emulator.start())
    try:
        async with Client(port) as client:
            await emulator.publish("module", {"di0": True})
            assert await client.ask("0100000001") == "010101"
            await emulator.cut()
            assert await client.closed()
        with pytest.raises(OSError):
            async with Client(port):
                pass
        await emulator.publish("module", {"di1": True})
        await emulator.restore()
        await emulator.restore()
        async with Client(port) as client:
            assert await client.ask("0100000002") == "010103"
    finally:
        await emulator.stop()


async def test_a_port_that_is_taken_is_said_at_once():
    async with emulated(module()) as (emulator, _):
        taken = Link(url=f"modbus+tcp://127.0.0.1:{emulator._port}", devices=(module(),))
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{emulator._port}"):
            await ModbusEmulator(taken, obey).start()


async def test_a_value_that_the_point_cannot_carry_is_refused():
    async with emulated(module()) as (emulator, _):
        with pytest.raises(ValueError):
            await emulator.publish("module", {"counter0": 2**32})
