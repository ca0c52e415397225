"""One driver over every kind of wire: TCP, TLS, RTU over TCP and a serial line on a pseudo-terminal."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from gateway.clock import WallClock
from protocols.interfaces import ConnectedDevice, DriverError, Link, LinkLostError
from protocols.modbus.address import Table, parse_register
from protocols.modbus.connection import Connection
from protocols.modbus.driver import ModbusDriver
from protocols.modbus.emulator import ModbusEmulator
from protocols.modbus.framing import Frame, RtuFraming
from protocols.modbus.requests import check_echo, check_read, read_request, write_request
from protocols.modbus.settings import DEFAULTS, ModbusSettings
from tests.contract.bench import obey
from tests.protocols.certificates import Authority
from tests.protocols.modbus_device import Watched, command, point, sensor, siren
from twins.command import CommandResult
from twins.streams import Streams

ANYWHERE = {
    "modbus+tcp": "modbus+tcp://127.0.0.1:0",
    "modbus+tls": "modbus+tls://127.0.0.1:0",
    "modbus+rtu+tcp": "modbus+rtu+tcp://127.0.0.1:0",
    "modbus+rtu": "modbus+rtu:///dev/ttyUSB0",
}


@dataclass
class Wired:
    emulator: ModbusEmulator
    driver: ModbusDriver
    sink: Watched
    url: str


@pytest.fixture(scope="module")
def security(tmp_path_factory) -> tuple[ModbusSettings, ModbusSettings]:
    """Settings of the gateway and of the device, who trust each other's authority."""
    authority = Authority(tmp_path_factory.mktemp("certificates"), "school")
    settings = []
    for name in ("gateway", "device"):
        certificate, key = authority.sign(name)
        settings.append(
            ModbusSettings(trust=str(authority.file), certificate=str(certificate), key=str(key))
        )
    return settings[0], settings[1]


@asynccontextmanager
async def wired(
    scheme: str, security: tuple[ModbusSettings, ModbusSettings], *devices: ConnectedDevice
) -> AsyncIterator[Wired]:
    ours, theirs = security if scheme == "modbus+tls" else (DEFAULTS, DEFAULTS)
    emulator = ModbusEmulator(Link(url=ANYWHERE[scheme], devices=devices, settings=theirs), obey)
    url = await emulator.start()
    sink = Watched()
    link = Link(url=url, devices=devices, settings=ours)
    driver = ModbusDriver(link, sink, WallClock(), Streams(1))
    try:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(driver.run())
            yield Wired(emulator, driver, sink, url)
            task.cancel()
    finally:
        await emulator.stop()


@pytest.mark.parametrize("scheme", ANYWHERE)
async def test_every_wire_carries_readings_commands_a_loss_and_a_return(scheme, security):
    counter = sensor(
        point("hr:0", name="count", wire_type="u32"), name="counter", unit=9, lost_after=0.5
    )
    async with wired(scheme, security, siren(), counter) as bench:
        await bench.emulator.publish("counter", {"count": 0x10002})
        await bench.emulator.publish("siren", {"sounding": False})
        await bench.sink.until_good("counter", "count", 0x10002)
        await bench.sink.until_good("siren", "sounding", False)
        outcome = await bench.driver.execute(command("sound", sounding=True))
        assert outcome.result is CommandResult.CONFIRMED
        await bench.emulator.cut()
        await bench.sink.until_bad("counter", "count")
        await bench.emulator.publish("counter", {"count": 3})
        await bench.emulator.restore()
        await bench.sink.until_good("counter", "count", 3)
        await bench.sink.until_good("siren", "sounding", True)


async def test_a_device_that_nobody_vouches_for_is_not_talked_to(security, tmp_path):
    stranger = Authority(tmp_path, "stranger")
    certificate, key = stranger.sign("device")
    theirs = security[1].model_copy(update={"certificate": str(certificate), "key": str(key)})
    emulator = ModbusEmulator(
        Link(url=ANYWHERE["modbus+tls"], devices=(siren(),), settings=theirs), obey
    )
    connection = Connection(await emulator.start(), security[0])
    with pytest.raises(LinkLostError, match="certificate verify failed"):
        await connection.open()
    connection.close()
    await emulator.stop()


async def test_a_gateway_that_does_not_prove_itself_gets_no_answer(security):
    emulator = ModbusEmulator(
        Link(url=ANYWHERE["modbus+tls"], devices=(siren(),), settings=security[1]), obey
    )
    nameless = security[0].model_copy(update={"certificate": "", "key": ""})
    connection = Connection(await emulator.start(), nameless)
    with pytest.raises(DriverError, match="connection"):
        await opened_and_asked(connection)
    connection.close()
    await emulator.stop()


async def opened_and_asked(connection: Connection) -> None:
    """With TLS 1.3 the refusal of our certificate comes only after the handshake."""
    await connection.open()
    async with connection.turn():
        await connection.exchange(read_request(1, Table.COIL, 0, 1))


@asynccontextmanager
async def serial(settings: ModbusSettings = DEFAULTS) -> AsyncIterator[tuple[int, Connection]]:
    """A line whose other end the test holds as a descriptor."""
    ours, theirs = os.openpty()
    connection = Connection(f"modbus+rtu://{os.ttyname(theirs)}", settings)
    await connection.open()
    try:
        yield ours, connection
    finally:
        connection.close()
        os.close(ours)
        os.close(theirs)


async def asked_on(line: int, count: int = 8) -> bytes:
    """Return the request that arrives at the other end."""
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < count:
        ready = asyncio.Event()
        loop.add_reader(line, ready.set)
        await ready.wait()
        loop.remove_reader(line)
        data += os.read(line, count - len(data))
    return data


def registers(unit: int, *values: int) -> bytes:
    data = b"".join(value.to_bytes(2, "big") for value in values)
    return RtuFraming().encode(Frame(0, unit, bytes([3, len(data)]) + data))


async def read(connection: Connection, count: int = 1, unit: int = 1) -> bytes:
    request = read_request(unit, Table.HOLDING_REGISTER, 0, count)
    async with connection.turn():
        return check_read(request, await connection.exchange(request))


async def test_an_answer_that_comes_after_its_time_is_not_the_next_one_s():
    """On a line of RTU nothing else tells the two apart: same unit, function and length."""
    async with serial() as (line, connection), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(failure_of(read(connection)))
        await asked_on(line)
        assert await first == "no answer in 0.5 s"
        second = tasks.create_task(read(connection))
        os.write(line, registers(1, 111))
        await asked_on(line)
        os.write(line, registers(1, 222))
        assert await second == bytes.fromhex("0302") + (222).to_bytes(2, "big")


async def failure_of(reading) -> str:
    """Return how a reading that must fail fails."""
    try:
        await reading
    except DriverError as error:
        return str(error)
    raise AssertionError("it was answered")


async def test_another_unit_is_asked_while_one_owes_an_answer():
    async with serial() as (line, connection), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(failure_of(read(connection)))
        await asked_on(line)
        assert await first == "no answer in 0.5 s"
        other = tasks.create_task(read(connection, unit=2))
        assert (await asked_on(line))[0] == 2
        os.write(line, registers(1, 111) + registers(2, 222))
        assert await other == bytes.fromhex("030200de")


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\x00\xff", registers(2, 5), b"\x01\x03\x02\x00"])
async def test_noise_before_an_answer_is_passed_over(noise):
    async with serial() as (line, connection), asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read(connection, 2))
        await asked_on(line)
        os.write(line, noise + registers(1, 7, 8))
        assert await reading == bytes.fromhex("030400070008")


async def test_an_answer_with_a_wrong_checksum_is_none():
    async with serial() as (line, connection), asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(failure_of(read(connection)))
        await asked_on(line)
        answer = registers(1, 7)
        os.write(line, answer[:-1] + bytes([answer[-1] ^ 1]))
        assert await reading == "no whole answer in 0.5 s"


async def test_a_line_that_another_owner_has_is_not_opened():
    async with serial() as (_, connection):
        other = Connection(connection._url)
        with pytest.raises(LinkLostError, match="in use by another program"):
            await other.open()


async def test_a_line_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(LinkLostError, match="No such file"):
        await Connection(f"modbus+rtu://{tmp_path}/ttyUSB9").open()
    (tmp_path / "ttyUSB9").touch()
    with pytest.raises(LinkLostError, match="is no serial line"):
        await Connection(f"modbus+rtu://{tmp_path}/ttyUSB9").open()


async def test_a_line_that_is_pulled_out_ends_the_wait_for_an_answer():
    async with serial() as (line, connection), asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(failure_of(read(connection)))
        await asked_on(line)
        connection._transport._end(OSError("pulled out"))
        assert await reading == "the connection broke before an answer came"
        assert not connection.connected
        with pytest.raises(LinkLostError, match="the connection is gone"):
            await read(connection)


async def test_a_line_on_which_somebody_still_talks_is_not_talked_over():
    settings = ModbusSettings(timeout="150ms", gap="100ms")
    async with serial(settings) as (line, connection), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(failure_of(read(connection)))
        await asked_on(line)
        assert await first == "no answer in 0.15 s"
        second = tasks.create_task(read(connection))
        asked = tasks.create_task(asked_on(line))
        for byte in registers(1, 111):
            await asyncio.sleep(0.04)
            os.write(line, bytes([byte]))
            assert not asked.done()
        await asked
        os.write(line, registers(1, 222))
        assert await second == bytes.fromhex("030200de")


async def write(connection: Connection) -> None:
    request = write_request(1, parse_register("co:0"), [True])
    async with connection.turn():
        check_echo(request, await connection.exchange(request))


@pytest.mark.parametrize("cut", [0, 3, 8])
async def test_what_the_adapter_hands_back_is_not_the_device_s_echo(cut):
    async with serial(ModbusSettings(echo=True, timeout="200ms")) as (line, connection):
        async with asyncio.TaskGroup() as tasks:
            unanswered = tasks.create_task(failure_of(write(connection)))
            sent = await asked_on(line)
            os.write(line, sent)
            assert await unanswered == "no answer in 0.2 s"
        async with asyncio.TaskGroup() as tasks:
            answered = tasks.create_task(write(connection))
            sent = await asked_on(line)
            os.write(line, sent[:cut])
            await asyncio.sleep(0.02)
            os.write(line, sent[cut:] + sent)
            await answered
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(read(connection))
            os.write(line, await asked_on(line) + registers(1, 7))
            assert await reading == bytes.fromhex("03020007")
