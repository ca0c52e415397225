"""Our driver against a device made of libmodbus, and mbpoll against our serial line."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.clock import WallClock
from protocols.interfaces import Link
from protocols.modbus.driver import ModbusDriver
from protocols.modbus.emulator import ModbusEmulator
from tests.contract.bench import obey
from tests.protocols.modbus_device import Watched, command, point, sensor, siren
from twins.command import CommandResult
from twins.instant import milliseconds
from twins.streams import Streams

SOURCE = Path(__file__).with_name("modbus_server.c")

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    assert shutil.which("gcc"), "gcc is missing"
    assert Path("/usr/include/modbus/modbus.h").exists(), "install libmodbus-dev"
    target = tmp_path_factory.mktemp("libmodbus") / "server"
    command = ["gcc", "-Wall", "-Werror", "-I/usr/include/modbus", SOURCE, "-o", target, "-lmodbus"]
    subprocess.run(command, check=True)
    return target


@contextmanager
def serving(program: Path, *words: str) -> Iterator[str]:
    """Run the device and give the first line that it prints."""
    with subprocess.Popen([program, *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None, "it was asked for"
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@contextmanager
def joined_lines() -> Iterator[tuple[str, str]]:
    """Give two serial lines of which each hears what is said on the other."""
    loop = asyncio.get_running_loop()
    with ExitStack() as open_files:
        ends = [os.openpty() for _ in range(2)]
        for descriptor in (one for pair in ends for one in pair):
            open_files.callback(os.close, descriptor)
        (first, _), (second, _) = ends
        for source, target in ((first, second), (second, first)):
            loop.add_reader(source, lambda a=source, b=target: os.write(b, os.read(a, 4096)))
            open_files.callback(loop.remove_reader, source)
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])


@asynccontextmanager
async def libmodbus(scheme: str, program: Path) -> AsyncIterator[str]:
    """Run the device on a wire and give the URL at which our driver finds it."""
    with ExitStack() as stack:
        if scheme == "modbus+rtu":
            theirs, ours = stack.enter_context(joined_lines())
            stack.enter_context(serving(program, "rtu", theirs))
            yield f"modbus+rtu://{ours}"
        else:
            port = stack.enter_context(serving(program, "tcp"))
            yield f"modbus+tcp://127.0.0.1:{port}"


@pytest.mark.parametrize("scheme", ["modbus+tcp", "modbus+rtu"])
async def test_a_device_of_libmodbus_is_read_and_commanded_and_its_missing_cell_is_bad_alone(
    program, scheme
):
    registers = sensor(
        point("hr:0", name="first", wire_type="u32"),
        point("hr:7", name="last"),
        point("hr:9", name="missing"),
        point("ir:3", name="input"),
        poll=0.2,
    )
    loudness = point("hr:4", name="sounding", wire_type="u32")
    setpoint = replace(
        siren(points={"sounding": replace(loudness, writable=True, poll=milliseconds(200))}),
        id="setpoint",
    )
    devices = siren(), registers, setpoint
    async with libmodbus(scheme, program) as url:
        sink = Watched()
        driver = ModbusDriver(Link(url=url, devices=devices), sink, WallClock(), Streams(1))
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(driver.run())
            await sink.until_good("sensor", "first", 1000 << 16 | 1001)
            await sink.until_good("sensor", "last", 1007)
            await sink.until_good("sensor", "input", 1003)
            await sink.until_bad("sensor", "missing")
            await sink.until_good("siren", "sounding", False)
            await sink.until_good("setpoint", "sounding", 1004 << 16 | 1005)
            for action, sounding in (("sound", True), ("silence", False)):
                outcome = await driver.execute(command(action, sounding=sounding))
                assert outcome.result is CommandResult.CONFIRMED
                await sink.until_good("siren", "sounding", sounding)
            outcome = await driver.execute(command("sound", device="setpoint", sounding=70_000))
            assert outcome.result is CommandResult.CONFIRMED
            assert sink.is_good("sensor", "last", 1007)
            task.cancel()


async def said_by_mbpoll(*words: str) -> str:
    assert shutil.which("mbpoll"), "install mbpoll"
    process = await asyncio.create_subprocess_exec(
        "mbpoll", "-m", "rtu", "-b", "9600", "-P", "none", "-0", "-1", *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return said.decode()


async def test_mbpoll_reads_and_writes_on_our_serial_line():
    counter = sensor(point("hr:2", name="count", wire_type="u32"), unit=9)
    emulator = ModbusEmulator(
        Link(url="modbus+rtu:///dev/ttyUSB0", devices=(siren(), counter)), obey
    )
    line = (await emulator.start()).removeprefix("modbus+rtu://")
    try:
        await emulator.publish("sensor", {"count": 0x00010002})
        said = await said_by_mbpoll("-a", "9", "-r", "2", "-c", "2", "-t", "4", line)
        assert "[2]: \t1" in said
        assert "[3]: \t2" in said
        assert "Written 1 references" in await said_by_mbpoll(
            "-a", "1", "-r", "0", "-t", "0", line, "1"
        )
        assert "[0]: \t1" in await said_by_mbpoll("-a", "1", "-r", "0", "-t", "0", line)
        assert "Illegal data address" in await said_by_mbpoll("-a", "1", "-r", "5", "-t", "0", line)
        assert "timed out" in await said_by_mbpoll("-a", "7", "-r", "0", "-t", "0", line)
    finally:
        await emulator.stop()
