"""OSCORE: sealed on both ends, believed only where proven, refused where the keys are others."""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiocoap import Message
from aiocoap.numbers.codes import CONTENT
from aiocoap.numbers.types import NON

from gateway.clock import WallClock
from protocols.coap.discovery import discover
from protocols.coap.driver import CoapDriver
from protocols.coap.emulator import CoapEmulator
from protocols.coap.protection import Protection, mirrored
from protocols.coap.settings import CoapSettings
from protocols.interfaces import ConnectedDevice, Link
from tests.contract.bench import Recorder, obey
from tests.protocols.coap_device import PRESSED, button, observable, scripted
from tests.protocols.test_coap_driver import siren, sound
from twins.command import CommandResult
from twins.observation import Quality
from twins.streams import Streams


def keys(folder, material="0102030405060708090a0b0c0d0e0f10") -> str:
    """Write a security context and return its folder."""
    folder.mkdir()
    ids = {"sender-id_hex": "01", "recipient-id_hex": "02"}
    (folder / "settings.json").write_text(json.dumps(ids))
    (folder / "secret.json").write_text(json.dumps({"secret_hex": material}))
    return str(folder)


def settings(folder: str) -> CoapSettings:
    return CoapSettings.model_validate({"oscore": folder}, context={"scheme": "coap", "folder": ""})


@asynccontextmanager
async def emulated(folder: str, *devices: ConnectedDevice):
    link = Link(url="coap://127.0.0.1:0", devices=devices, settings=settings(folder))
    emulator = CoapEmulator(link, obey)
    try:
        yield emulator, int((await emulator.start()).rpartition(":")[2])
    finally:
        await emulator.stop()


@asynccontextmanager
async def driving(folder: str | None, port: int, *devices: ConnectedDevice):
    sink = Recorder()
    link = Link(
        url=f"coap://127.0.0.1:{port}",
        devices=devices,
        settings=settings(folder) if folder else None,
    )
    driver = CoapDriver(link, sink, WallClock(), Streams(1))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(driver.run())
        yield driver, sink
        task.cancel()


async def test_reads_notifications_and_writes_go_sealed(tmp_path):
    folder = keys(tmp_path / "keys")
    devices = (button(), siren())
    async with (
        emulated(folder, *devices) as (emulator, port),
        driving(folder, port, *devices) as (driver, sink),
    ):
        await sink.until(lambda: sink.shows("button", {"pressed": False, "press_count": 0}))
        for count in range(1, 6):
            await emulator.publish("button", {"pressed": True, "press_count": count})
            await emulator.publish("button", {"pressed": False})
        await sink.until(
            lambda: (
                [s.value for s in sink.observed if s.property == "pressed"]
                == [False, *[True, False] * 5]
            )
        )
        await sink.until(lambda: sink.good("siren", False))
        assert (await driver.execute(sound())).result is CommandResult.CONFIRMED


async def test_both_sides_go_on_after_a_restart_of_the_other(tmp_path):
    folder = keys(tmp_path / "keys")
    async with emulated(folder, button()) as (emulator, port):
        for count in (1, 2):
            async with driving(folder, port, button()) as (_, sink):
                await emulator.publish("button", {"press_count": count})
                await sink.until(lambda n=count, s=sink: s.shows("button", {"press_count": n}))
        async with driving(folder, port, button()) as (_, sink):
            await sink.until(lambda: sink.shows("button", {"press_count": 2}))
            await emulator.cut()
            await emulator.restore()
            await emulator.publish("button", {"press_count": 3})
            await sink.until(lambda: sink.shows("button", {"press_count": 3}))


async def test_a_device_with_other_keys_is_lost_and_never_believed(tmp_path):
    own, other = keys(tmp_path / "own"), keys(tmp_path / "other", "00" * 16)
    async with (
        emulated(other, button()) as (_, port),
        driving(own, port, button()) as (_, sink),
    ):
        await sink.until(lambda: sink.bad("button"))
        assert all(seen.value is None for seen in sink.observed)
        assert "not protected: 4.0" in sink.latest("button").cause


async def test_an_answer_or_notification_in_the_clear_is_not_believed(tmp_path):
    folder = keys(tmp_path / "keys")
    async with (
        scripted(observable({(): b"1", PRESSED: b"1"})) as (host, port),
        driving(folder, port, button()) as (_, sink),
    ):
        await host.until(lambda: bool(host.requests))
        forged = Message(code=CONTENT, payload=b"1")
        host.send(forged, to=host.requests[0], mtype=NON, content_format=0, observe=5)
        await sink.until(lambda: sink.bad("button"))
        assert all(seen.quality is Quality.BAD for seen in sink.observed)


async def test_who_asks_in_the_clear_is_refused(tmp_path):
    folder = keys(tmp_path / "keys")
    async with (
        emulated(folder, button()) as (_, port),
        driving(None, port, button()) as (_, sink),
    ):
        await sink.until(lambda: sink.latest("button") is not None)
        assert sink.latest("button").cause.startswith("4.01 Unauthorized")


async def test_the_resources_of_a_protected_host_can_be_discovered(tmp_path):
    folder = keys(tmp_path / "keys")
    protection = Protection(folder)
    async with emulated(folder, button()) as (_, port):
        protection.open()
        try:
            tree = await discover("127.0.0.1", port, protection)
        finally:
            protection.close()
    assert tree.branches["3347"].branches["0"].branches["5500"].link.observable


def test_a_context_that_lacks_keys_is_refused_with_what_is_missing(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "settings.json").write_text('{"sender-id_hex": "01"}')
    with pytest.raises(ValueError, match="recipient-id, secret missing"):
        settings(str(folder))


def test_a_context_that_is_no_hexadecimal_is_refused(tmp_path):
    with pytest.raises(ValueError, match="secret_hex holds no bytes"):
        settings(keys(tmp_path / "keys", "swordfish"))


def test_keys_that_another_process_uses_are_not_shared(tmp_path):
    folder = keys(tmp_path / "keys")
    first, second = Protection(folder), Protection(folder)
    first.open()
    try:
        with pytest.raises(OSError, match="another process uses these keys"):
            second.open()
    finally:
        first.close()
    second.open()
    second.close()


def test_the_other_side_has_the_ids_the_other_way_round(tmp_path):
    folder = keys(tmp_path / "keys")
    other = json.loads((Path(mirrored(folder)) / "settings.json").read_text())
    assert other == {"recipient-id_hex": "01", "sender-id_hex": "02"}
