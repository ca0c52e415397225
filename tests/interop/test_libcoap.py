"""libcoap's server as the device of our driver, and its client at our emulator."""

import asyncio
import shutil
import socket
from contextlib import asynccontextmanager

import pytest

from gateway.clock import WallClock
from protocols.coap.discovery import discover
from protocols.coap.driver import CoapDriver
from protocols.coap.emulator import CoapEmulator
from protocols.descriptions import read_model
from protocols.interfaces import ConnectedDevice, DriverError, Link
from tests.contract.bench import Recorder, obey
from twins.command import Command, CommandResult
from twins.instant import seconds
from twins.streams import Streams

pytestmark = pytest.mark.interop

EXAMPLE = """
model: libcoap-example
is: loudspeaker
protocol: coap
title: libcoap's example server, dressed as a loudspeaker
source: coap-server of libcoap 4.3.1, its .well-known/core
properties:
  playing: {at: /.well-known/core, format: link-format, field: /time, poll: 1s}
  text: {at: /time, observe: true, poll: 3s}
  clip: {at: /example_data, poll: 500ms}
writes:
  data: {at: /example_data, as: string}
actions:
  say: {data: "{text}"}
"""

LONG = "stay calm and leave by the south gate; " * 90
"""3510 bytes: four blocks."""


def a_device(tmp_path, text: str, name: str) -> ConnectedDevice:
    file = tmp_path / f"{name}.yaml"
    file.write_text(text)
    return ConnectedDevice(id=name, model=read_model(str(file)), lost_after=seconds(10))


def program(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found, f"{names[0]} is missing: install libcoap3-bin"
    return found


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def example_server(*more: str):
    """Run libcoap's example server; yield its port once it answers."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        program("coap-server-notls", "coap-server"), "-A", "127.0.0.1", "-p", str(port), *more,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            while await nobody_at(port):  # noqa: ASYNC110  a process of another maker has no event
                await asyncio.sleep(0.1)
        yield port
    finally:
        server.kill()
        await server.wait()


async def nobody_at(port: int) -> bool:
    try:
        await discover("127.0.0.1", port)
    except DriverError:
        return True
    return False


@asynccontextmanager
async def driving(port: int, device: ConnectedDevice):
    sink = Recorder()
    link = Link(url=f"coap://127.0.0.1:{port}", devices=(device,))
    driver = CoapDriver(link, sink, WallClock(), Streams(1))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(driver.run())
        yield driver, sink
        task.cancel()


def times_told(sink: Recorder) -> list[object]:
    return [seen.value for seen in sink.observed if seen.property == "text"]


async def test_the_server_says_what_it_has():
    async with example_server() as port:
        tree = await discover("127.0.0.1", port)
    assert tree.branches["time"].link.observable
    assert tree.branches["time"].link.attributes["title"] == "Internal Clock"
    assert tree.branches["example_data"].link.content_formats == (0,)


@pytest.mark.parametrize("more", [(), ("-N",), ("-l", "10%")], ids=["con", "non", "lossy"])
async def test_the_driver_reads_observes_and_writes_the_server(tmp_path, more):
    device = a_device(tmp_path, EXAMPLE, "example")
    async with example_server(*more) as port, driving(port, device) as (driver, sink):
        await sink.until(lambda: sink.latest("example", "clip") is not None)
        assert len(sink.latest("example", "clip").value) == 1500, "read in two blocks"
        await sink.until(lambda: sink.shows("example", {"playing": True}))
        await sink.until(lambda: len(times_told(sink)) >= 4)
        for _ in range(5 if more == ("-l", "10%") else 1):
            ended = await driver.execute(
                Command(
                    id="c1", device="example", action="say", arguments={"text": LONG},
                    expects={"clip": LONG}, not_after=WallClock().now() + seconds(5),
                    requested_by="test", reason="test",
                )
            )  # fmt: skip
            if ended.result is CommandResult.CONFIRMED:
                break
        assert ended.result is CommandResult.CONFIRMED, ended.reason
        await sink.until(lambda: sink.shows("example", {"clip": LONG}))


SPEAKER = """
model: speaker
is: loudspeaker
protocol: coap
title: A loudspeaker
source: made for this test
properties:
  playing: {at: /playing, format: json, observe: true}
  text: {at: /text, format: text, observe: true}
writes:
  say: {at: POST /say, as: string}
"""


async def client(*arguments: str) -> bytes:
    async with asyncio.timeout(60):
        run = await asyncio.create_subprocess_exec(
            program("coap-client-notls", "coap-client"), *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await run.communicate()
    return output


@asynccontextmanager
async def emulated(tmp_path):
    said = []

    async def take(device, values):
        said.append(values)
        return await obey(device, values)

    device = a_device(tmp_path, SPEAKER, "speaker")
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=(device,)), take)
    try:
        yield emulator, await emulator.start(), said
    finally:
        await emulator.stop()


async def test_the_client_reads_and_posts_long_values_in_blocks(tmp_path):
    async with emulated(tmp_path) as (emulator, url, said):
        await emulator.publish("speaker", {"text": LONG})
        for block in ("1024", "64"):
            assert (await client("-m", "get", "-b", block, f"{url}/text")).decode().strip() == (
                LONG.strip()
            )
        file = tmp_path / "long.txt"
        file.write_text(LONG)
        await client("-m", "post", "-t", "0", "-b", "128", "-f", str(file), f"{url}/say")
        assert said == [{"say": LONG}]


async def test_the_client_observes_a_long_value_that_changes(tmp_path):
    async with emulated(tmp_path) as (emulator, url, _):
        await emulator.publish("speaker", {"text": LONG})
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(client("-s", "3", "-m", "get", f"{url}/text"))
            await asyncio.sleep(1)
            await emulator.publish("speaker", {"text": LONG.upper()})
        told = watching.result().decode()
        assert LONG.strip() in told
        assert LONG.upper().strip() in told


async def test_the_client_is_told_which_formats_there_are(tmp_path):
    async with emulated(tmp_path) as (_, url, _said):
        assert (await client("-m", "get", "-A", "50", f"{url}/playing")).strip() == b"false"
        assert b"4.06" in await client("-m", "get", "-A", "60", f"{url}/playing")
        directory = await client("-m", "get", f"{url}/.well-known/core")
        assert b'</playing>;ct="50";obs' in directory
