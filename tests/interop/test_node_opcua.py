"""node-opcua on both sides, signed and encrypted: a server for our driver, a client of our emulator."""

import asyncio
import json
import shutil
import socket
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from protocols.descriptions import read_model
from protocols.interfaces import Link
from protocols.opcua.settings import OpcuaSettings
from tests.protocols.opcua_bench import S7, command, connected, driving, emulating, s7
from tests.protocols.opcua_keys import make
from twins.command import CommandResult
from twins.observation import Quality

NODE = Path(__file__).parent / "node-opcua"
START_WITHIN = 60
"""Seconds; node-opcua loads its whole address space first."""

pytestmark = pytest.mark.interop

MODEL = """
model: node-door
is: door
protocol: opcua
title: A door of node-opcua
source: tests/interop/node-opcua/opcua-server.cjs
namespaces: {g: "urn:gatehouse:interop"}
properties:
  closed: {at: 'g:/Gate/Closed'}
  locked: {at: 'g:s=Gate.Flags', field: '[1]', not: true}
  fault: {at: 'g:s=Gate', condition: Forced}
calls:
  unlock: {at: 'g:s=Gate.Unlock', on: 'g:/Gate', with: {seconds: {as: f32, value: 3}}}
verify:
  unlock: {closed: false}
"""


@pytest.fixture(autouse=True)
def _installed():
    if shutil.which("node") is None:
        pytest.skip("node is missing: install nodejs and npm")
    if not (NODE / "node_modules" / "node-opcua").is_dir():
        pytest.skip(f"node-opcua is missing: npm ci --prefix {NODE}")


@pytest.fixture
def ours(tmp_path):
    return make(tmp_path, "gatehouse", number=1)


@pytest.fixture
def theirs(tmp_path):
    return make(tmp_path, "node", number=2)


def for_node(tmp_path, own, peer, **more):
    """Return what a script of node's is told: it reads its certificate as PEM, its peer's as DER."""
    pem = tmp_path / "node.crt"
    pem.write_bytes(own.signed.public_bytes(Encoding.PEM))
    return json.dumps(
        {
            "certificate": str(pem), "key": own.key, "trusted": peer.certificate,
            "pki": str(tmp_path / "pki"), "uri": "urn:gatehouse:test:node", **more,
        }
    )  # fmt: skip


def settings(own, *trusted, security="sign-and-encrypt"):
    return OpcuaSettings(
        security=security,
        certificate=own.certificate,
        key=own.key,
        trusted=tuple(one.certificate for one in trusted),
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def node_server(tmp_path, theirs, ours):
    told = for_node(tmp_path, theirs, ours, port=free_port())
    process = await asyncio.create_subprocess_exec(
        "node", str(NODE / "opcua-server.cjs"), told, stdin=-1, stdout=-1
    )
    try:
        async with asyncio.timeout(START_WITHIN):
            while not (line := await process.stdout.readline()).startswith(b"{"):
                assert line, "the server ended before it answered"
        yield json.loads(line)["url"], process.stdin
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("security", ["sign", "sign-and-encrypt"])
async def test_our_driver_reads_watches_calls_and_hears_alarms(tmp_path, ours, theirs, security):
    (tmp_path / "node-door.yaml").write_text(MODEL)
    door = connected("door", read_model(str(tmp_path / "node-door.yaml")))
    async with node_server(tmp_path, theirs, ours) as (url, tell):
        mine = settings(ours, theirs, security=security)
        async with driving(Link(url=url, devices=(door,), settings=mine)) as (driver, heard):
            await heard.until_value("door", "closed", False)
            await heard.until_value("door", "locked", True)
            await heard.until_value("door", "fault", False)
            for line, point, value in (
                (b"closed true\n", "closed", True),
                (b"forced 9\n", "fault", True),
                (b"forced 0\n", "fault", False),
            ):
                tell.write(line)
                await heard.until_value("door", point, value)
            ended = await driver.execute(command("door", "unlock", locked=False))
            assert (ended.result, ended.reason) == (CommandResult.CONFIRMED, "")
            await heard.until_value("door", "closed", False)
            assert all(one.quality is Quality.GOOD for one in heard.observations)
            assert {item.point for item in driver.agreed.items} == {"closed", "locked"}


async def test_an_alarm_that_stood_before_we_came_is_known(tmp_path, ours, theirs):
    (tmp_path / "node-door.yaml").write_text(MODEL)
    door = connected("door", read_model(str(tmp_path / "node-door.yaml")))
    async with node_server(tmp_path, theirs, ours) as (url, tell):
        tell.write(b"forced 9\n")
        link = Link(url=url, devices=(door,), settings=settings(ours, theirs))
        async with driving(link) as (_, heard):
            await heard.until_value("door", "fault", True)


async def test_our_driver_refuses_a_server_of_theirs_that_is_not_trusted(tmp_path, ours, theirs):
    (tmp_path / "node-door.yaml").write_text(MODEL)
    door = connected("door", read_model(str(tmp_path / "node-door.yaml")), 3)
    stranger = make(tmp_path, "stranger", number=3)
    async with node_server(tmp_path, theirs, ours) as (url, _):
        link = Link(url=url, devices=(door,), settings=settings(ours, stranger))
        async with driving(link) as (_, heard):
            bad = await heard.until_bad("door", "closed")
            assert bad.cause.startswith("the server's certificate CN=node ")


async def test_their_server_refuses_us_unless_we_are_trusted(tmp_path, ours, theirs):
    (tmp_path / "node-door.yaml").write_text(MODEL)
    door = connected("door", read_model(str(tmp_path / "node-door.yaml")), 3)
    stranger = make(tmp_path, "stranger", number=3)
    async with node_server(tmp_path, theirs, ours) as (url, _):
        link = Link(url=url, devices=(door,), settings=settings(stranger, theirs))
        async with driving(link) as (_, heard):
            bad = await heard.until_bad("door", "closed")
            assert bad.cause == "the server opens no secure channel; does it trust our certificate?"


async def test_their_client_reads_watches_and_writes_our_emulator(tmp_path, ours, theirs):
    lane = connected("lane", s7("lane"))

    async def obey(_device, values):
        return values

    guarded = emulating(lane, on_write=obey, settings=settings(ours, theirs))
    async with guarded as (emulator, link):
        told = for_node(
            tmp_path, theirs, ours, url=link.url, namespace=S7, read='"Lane1"."Passages"',
            write='"Lane1"."Locked"',
        )  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            "node", str(NODE / "opcua-client.cjs"), told, stdout=-1
        )
        said = {}
        try:
            async with asyncio.timeout(START_WITHIN):
                while line := await process.stdout.readline():
                    if line.startswith(b"{"):
                        said.update(json.loads(line))
                    if "write" in said and "seen" not in said:
                        await emulator.publish("lane", {"passages": 7})
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
    assert (said["read"], said["type"], said["status"]) == (0, "UInt32", "Good")
    assert said["write"] == "Good"
    assert said["seen"] == [0, 7]
    assert said["refused"] == "BadNotWritable"
