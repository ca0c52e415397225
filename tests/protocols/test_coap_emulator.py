"""The CoAP emulator as other programs see it: raw datagrams and libcoap's own client."""

import asyncio
import shutil
import socket
from contextlib import asynccontextmanager

import pytest
from aiocoap import Message
from aiocoap.numbers.codes import GET, PUT, Code
from aiocoap.numbers.types import CON, RST

from protocols.coap.emulator import CoapEmulator
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice, Link, RefusedError
from tests.contract.bench import MODELS
from twins.instant import seconds

ANY_PORT = "coap://127.0.0.1:0"


def a_device(name: str, file: str) -> ConnectedDevice:
    return ConnectedDevice(id=name, model=read_model(file), lost_after=seconds(2))


def both() -> tuple[ConnectedDevice, ...]:
    return (
        a_device("button", library()["ipso-push-button"]),
        a_device("siren", str(MODELS / "coap-siren.yaml")),
    )


async def obey(_device, values):
    return values


async def refuse(_device, _values):
    raise RefusedError("the cover is open")


@asynccontextmanager
async def emulated(on_write=obey):
    emulator = CoapEmulator(Link(url=ANY_PORT, devices=both()), on_write)
    url = await emulator.start()
    try:
        yield emulator, url
    finally:
        await emulator.stop()


class Asker(asyncio.DatagramProtocol):
    """A bare client: one request, the datagrams that come back."""

    def __init__(self) -> None:
        self.mid = 0
        self.answers: asyncio.Queue[Message | Exception] = asyncio.Queue(maxsize=100)

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, _peer: object) -> None:
        self.answers.put_nowait(Message.decode(data))

    def error_received(self, error: Exception) -> None:
        self.answers.put_nowait(error)

    def send(self, message: Message, path: str, token: bytes = b"t") -> None:
        self.mid += 1
        message.mtype, message.mid, message.token = CON, self.mid, token
        message.opt.uri_path = tuple(path.strip("/").split("/"))
        self.transport.sendto(message.encode())

    async def answer(self, within: float = 30) -> Message | Exception:
        async with asyncio.timeout(within):
            return await self.answers.get()


@asynccontextmanager
async def asking(url: str):
    port = int(url.rpartition(":")[2])
    transport, asker = await asyncio.get_running_loop().create_datagram_endpoint(
        Asker, remote_addr=("127.0.0.1", port)
    )
    try:
        yield asker
    finally:
        transport.close()


def put(payload: bytes, content_format: int = 0) -> Message:
    return Message(code=PUT, payload=payload, content_format=content_format)


async def test_a_value_is_plain_text_and_the_directory_names_what_can_be_observed():
    async with emulated() as (emulator, url), asking(url) as asker:
        await emulator.publish("button", {"press_count": 42})
        asker.send(Message(code=GET), "/3347/0/5501")
        answer = await asker.answer()
        assert (answer.code, answer.payload) == (Code.CONTENT, b"42")
        assert answer.opt.content_format == 0
        asker.send(Message(code=GET), "/.well-known/core")
        directory = (await asker.answer()).payload.decode()
        assert '</3347/0/5500>;ct="0";obs' in directory
        assert "</3347/0/5501>" in directory


async def test_notifications_are_confirmable_numbered_and_end_with_a_reset():
    async with emulated() as (emulator, url), asking(url) as asker:
        asker.send(Message(code=GET, observe=0), "/3347/0/5500")
        first = await asker.answer()
        assert (first.payload, first.opt.max_age) == (b"0", 5)
        await emulator.publish("button", {"pressed": True})
        notification = await asker.answer()
        assert (notification.payload, notification.mtype) == (b"1", CON)
        assert notification.opt.observe > first.opt.observe
        reset = Message(code=0)
        reset.mtype, reset.mid = RST, notification.mid
        asker.transport.sendto(reset.encode())
        asker.send(Message(code=GET), "/3347/0/5500", token=b"u")
        assert (await asker.answer()).token == b"u"
        await emulator.publish("button", {"pressed": False})
        asker.send(Message(code=GET), "/3347/0/5500", token=b"v")
        assert (await asker.answer()).token == b"v", "nothing was notified in between"


@pytest.mark.parametrize(
    ("path", "message", "code"),
    [
        ("/3338/0/5500", put(b"1"), Code.CHANGED),
        ("/3338/0/5500", put(b"true"), Code.BAD_REQUEST),
        ("/3338/0/5500", put(b"true", 50), Code.CHANGED),
        ("/3338/0/5500", put(b"\xf5", 11060), Code.UNSUPPORTED_CONTENT_FORMAT),
        ("/3347/0/5500", put(b"1"), Code.METHOD_NOT_ALLOWED),
        ("/9999/0/0", put(b"1"), Code.NOT_FOUND),
    ],
)
async def test_a_write_is_taken_or_answered_with_the_right_code(path, message, code):
    async with emulated() as (_, url), asking(url) as asker:
        asker.send(message, path)
        assert (await asker.answer()).code == code


async def test_a_device_that_will_not_says_forbidden_and_why():
    async with emulated(on_write=refuse) as (_, url), asking(url) as asker:
        asker.send(put(b"1"), "/3338/0/5500")
        answer = await asker.answer()
        assert (answer.code, answer.payload) == (Code.FORBIDDEN, b"the cover is open")


async def test_a_cut_swallows_and_a_stop_closes_the_port():
    async with emulated() as (emulator, url), asking(url) as asker:
        await emulator.cut()
        asker.send(Message(code=GET), "/3347/0/5500")
        with pytest.raises(TimeoutError):
            await asker.answer(within=0.2)
        await emulator.restore()
        asker.send(Message(code=GET), "/3347/0/5500")
        assert (await asker.answer()).payload == b"0"
        await emulator.stop()
        asker.send(Message(code=GET), "/3347/0/5500")
        assert isinstance(await asker.answer(), ConnectionRefusedError)


async def test_a_port_that_is_taken_is_not_shared():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"coap://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OSError, match="in use"):
            await CoapEmulator(Link(url=url, devices=both()), obey).start()


async def test_two_points_at_one_path_are_a_mistake_in_the_link():
    twice = (
        a_device("one", library()["ipso-push-button"]),
        a_device("two", library()["ipso-push-button"]),
    )
    with pytest.raises(ValueError, match="/3347/0/5500"):
        await CoapEmulator(Link(url=ANY_PORT, devices=twice), obey).start()


async def started_client(*arguments: str) -> asyncio.subprocess.Process:
    program = shutil.which("coap-client-notls")
    assert program, "coap-client-notls is missing: install libcoap3-bin"
    return await asyncio.create_subprocess_exec(
        program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )


async def coap_client(*arguments: str) -> str:
    async with asyncio.timeout(30):
        client = await started_client(*arguments)
        output, _ = await client.communicate()
    return output.decode()


async def next_shown(client: asyncio.subprocess.Process) -> str:
    """Return the next character that a client prints, blanks and line ends apart."""
    assert client.stdout is not None
    while True:
        shown = (await client.stdout.readexactly(1)).decode()
        if not shown.isspace():
            return shown


@pytest.mark.interop
async def test_libcoap_reads_the_directory_and_a_value_and_writes():
    async with emulated() as (emulator, url):
        await emulator.publish("button", {"press_count": 7})
        assert "</3347/0/5500>" in await coap_client("-m", "get", f"{url}/.well-known/core")
        assert (await coap_client("-m", "get", f"{url}/3347/0/5501")).strip() == "7"
        await coap_client("-m", "put", "-t", "0", "-e", "1", f"{url}/3338/0/5500")
        assert (await coap_client("-m", "get", f"{url}/3338/0/5500")).strip() == "1"
        assert "4.05" in await coap_client("-m", "put", "-e", "1", f"{url}/3347/0/5500")


@pytest.mark.interop
async def test_libcoap_observes_a_press_and_its_release():
    async with emulated() as (emulator, url):
        client = await started_client("-s", "30", "-m", "get", f"{url}/3347/0/5500")
        try:
            async with asyncio.timeout(30):
                assert await next_shown(client) == "0"
                for pressed, shown in ((True, "1"), (False, "0"), (True, "1")):
                    await emulator.publish("button", {"pressed": pressed})
                    assert await next_shown(client) == shown
        finally:
            client.kill()
            await client.wait()
