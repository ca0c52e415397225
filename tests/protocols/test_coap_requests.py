"""What the CoAP driver asks and how: blocks, orders with arguments, entity tags, dead observations."""

import json
from contextlib import asynccontextmanager

from aiocoap import Message
from aiocoap.numbers.codes import (
    BAD_OPTION,
    CHANGED,
    CONTENT,
    CONTINUE,
    GET,
    POST,
    REQUEST_ENTITY_TOO_LARGE,
    SERVICE_UNAVAILABLE,
    VALID,
)
from aiocoap.numbers.types import ACK, NON

from gateway.clock import WallClock
from protocols.coap.emulator import CoapEmulator
from protocols.descriptions import read_model
from protocols.interfaces import ConnectedDevice, Link
from tests.contract.bench import obey
from tests.protocols.coap_device import PRESS_COUNT, PRESSED, driving, observable, scripted
from twins.command import Command, CommandResult
from twins.instant import seconds
from twins.observation import Quality

SPEAKER = """
model: speaker
is: loudspeaker
protocol: coap
title: A loudspeaker
source: made for this test
properties:
  playing: {at: /state, field: playing, format: json, observe: true, poll: 500ms}
  text: {at: /state, field: text, format: json, poll: 500ms}
writes:
  announce: {at: POST /actions/say?loud=1, as: string}
  hush: {at: POST /actions/stop, as: string}
actions:
  say: {announce: "{text}"}
  stop: {hush: ""}
"""


def speaker(tmp_path) -> ConnectedDevice:
    file = tmp_path / "speaker.yaml"
    file.write_text(SPEAKER)
    return ConnectedDevice(id="speaker", model=read_model(str(file)), lost_after=seconds(2))


async def speak(_device, values):
    """Do what is ordered, as the loudspeaker does."""
    if "announce" in values:
        return {"playing": True, "text": values["announce"]}
    return {"playing": False}


@asynccontextmanager
async def emulated(*devices, on_write=obey):
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=devices), on_write)
    try:
        yield emulator, int((await emulator.start()).rpartition(":")[2])
    finally:
        await emulator.stop()


def order(action: str, expects, **arguments) -> Command:
    return Command(
        id=f"c-{action}", device="speaker", action=action, arguments=arguments, expects=expects,
        not_after=WallClock().now() + seconds(3), requested_by="test", reason="test",
    )  # fmt: skip


def good(sink, **values) -> bool:
    return sink.shows("speaker", values)


async def test_an_order_is_posted_with_its_argument_and_proven(tmp_path):
    device = speaker(tmp_path)
    async with (
        emulated(device, on_write=speak) as (_, port),
        driving(port, device) as (driver, sink),
    ):
        await sink.until(lambda: good(sink, playing=False))
        ended = await driver.execute(order("say", {"playing": True}, text="请立即撤离"))
        assert ended.result is CommandResult.CONFIRMED
        await sink.until(lambda: good(sink, playing=True, text="请立即撤离"))
        ended = await driver.execute(order("stop", {"playing": False}))
        assert ended.result is CommandResult.CONFIRMED


async def test_an_order_goes_out_as_described(tmp_path):
    def behave(device, request):
        if request.code is POST:
            device.send(Message(code=CHANGED), to=request, mtype=ACK)
        else:
            state = json.dumps({"playing": len(device.requests) > 4, "text": ""}).encode()
            device.send(
                Message(code=CONTENT, payload=state), to=request, mtype=ACK, content_format=50
            )

    async with (
        scripted(behave) as (host, port),
        driving(port, speaker(tmp_path)) as (driver, sink),
    ):
        await sink.until(lambda: sink.latest("speaker", "text") is not None)
        await driver.execute(order("say", {"playing": True}, text="hello"))
        await driver.execute(order("stop", {"playing": True}))
        said, stopped = [one for one in host.requests if one.code is POST]
        assert said.opt.uri_path == ("actions", "say")
        assert said.opt.uri_query == ("loud=1",)
        assert (said.payload, said.opt.content_format) == (b"hello", 0)
        assert (stopped.payload, stopped.opt.content_format) == (b"", None)


async def test_a_device_that_does_not_know_the_accept_option_is_asked_without_it(tmp_path):
    def behave(device, request):
        if request.opt.accept is not None:
            device.send(Message(code=BAD_OPTION), to=request, mtype=ACK)
        else:
            content = Message(code=CONTENT, payload=b'{"playing": true, "text": "x"}')
            device.send(content, to=request, mtype=ACK, content_format=50)

    file = tmp_path / "plain.yaml"
    file.write_text(SPEAKER.replace("title:", "quirks: [no-accept]\ntitle:"))
    plain = ConnectedDevice(id="speaker", model=read_model(str(file)), lost_after=seconds(2))
    async with scripted(behave) as (_, port):
        async with driving(port, speaker(tmp_path)) as (_, sink):
            await sink.until(lambda: sink.bad("speaker"))
            assert sink.latest("speaker").cause == "4.02 Bad Option"
        async with driving(port, plain) as (_, sink):
            await sink.until(lambda: good(sink, playing=True, text="x"))


async def test_a_command_without_its_argument_never_leaves(tmp_path):
    device = speaker(tmp_path)
    async with emulated(device) as (_, port), driving(port, device) as (driver, sink):
        await sink.until(lambda: good(sink, playing=False))
        ended = await driver.execute(order("say", {"playing": True}))
        assert ended.result is CommandResult.REFUSED
        assert "text" in ended.reason


async def test_a_value_that_the_format_cannot_hold_is_refused_before_anything_leaves(tmp_path):
    file = tmp_path / "speaker.yaml"
    file.write_text(SPEAKER.replace("as: string}\n  hush", "as: u8, format: octets}\n  hush"))
    device = ConnectedDevice(id="speaker", model=read_model(str(file)), lost_after=seconds(2))
    async with emulated(device) as (_, port), driving(port, device) as (driver, sink):
        await sink.until(lambda: good(sink, playing=False))
        ended = await driver.execute(order("say", {"playing": True}, text=300))
        assert (ended.result, ended.reason) == (CommandResult.REFUSED, "announce: 300 is no u8")


LONG = "门" * 1500
"""4500 bytes: five blocks."""


async def test_a_long_value_is_read_observed_and_written_in_blocks(tmp_path):
    device = speaker(tmp_path)
    async with (
        emulated(device, on_write=speak) as (emulator, port),
        driving(port, device) as (driver, sink),
    ):
        await sink.until(lambda: good(sink, playing=False))
        await emulator.publish("speaker", {"text": LONG, "playing": True})
        await sink.until(lambda: good(sink, text=LONG, playing=True))
        await emulator.publish("speaker", {"playing": False})
        await sink.until(lambda: good(sink, playing=False))
        ended = await driver.execute(order("say", {"playing": True}, text=LONG + "!"))
        assert ended.result is CommandResult.CONFIRMED
        await sink.until(lambda: good(sink, text=LONG + "!"))


def block_of(request) -> int:
    return request.opt.block2.block_number if request.opt.block2 else 0


def in_blocks(body: bytes, etag: bytes = b"1"):
    """Return the behaviour of a device that answers in blocks of 16 bytes."""

    def behave(device, request):
        number = block_of(request)
        part = body[number * 16 : number * 16 + 16]
        more = (number + 1) * 16 < len(body)
        content = Message(code=CONTENT, payload=part)
        device.send(
            content, to=request, mtype=ACK, content_format=50, etag=etag, block2=(number, more, 0)
        )

    return behave


async def test_a_value_that_changes_between_its_blocks_is_read_anew(tmp_path):
    old = json.dumps({"playing": False, "text": "a" * 40}).encode()
    new = json.dumps({"playing": True, "text": "b" * 40}).encode()

    def behave(device, request):
        changed = len(device.requests) > 2
        in_blocks(new if changed else old, b"2" if changed else b"1")(device, request)

    async with scripted(behave) as (_, port), driving(port, speaker(tmp_path)) as (_, sink):
        await sink.until(lambda: good(sink, playing=True, text="b" * 40))
        assert all(seen.quality is Quality.GOOD for seen in sink.observed)


async def test_a_value_whose_blocks_do_not_fit_is_bad_and_its_device_is_not_lost(tmp_path):
    def behave(device, request):
        number = block_of(request)
        content = Message(code=CONTENT, payload=b"x" * 16)
        wrong = number + 1 if number else 0
        device.send(content, to=request, mtype=ACK, content_format=50, block2=(wrong, True, 0))

    async with scripted(behave) as (_, port), driving(port, speaker(tmp_path)) as (_, sink):
        await sink.until(lambda: sink.bad("speaker"))
        assert sink.latest("speaker").cause == "a block came that was not asked"


async def test_a_device_that_takes_shorter_blocks_gets_them(tmp_path):
    taken = bytearray()

    def behave(device, request):
        if request.code is GET:
            state = json.dumps({"playing": bool(taken), "text": ""}).encode()
            content = Message(code=CONTENT, payload=state)
            device.send(content, to=request, mtype=ACK, content_format=50)
            return
        block = request.opt.block1
        if block is None or block.size_exponent > 2:
            refusal = Message(code=REQUEST_ENTITY_TOO_LARGE)
            device.send(refusal, to=request, mtype=ACK, block1=(0, False, 2))
            return
        assert block.start == len(taken)
        taken.extend(request.payload)
        code = CONTINUE if block.more else CHANGED
        device.send(Message(code=code), to=request, mtype=ACK, block1=tuple(block))

    async with scripted(behave) as (_, port), driving(port, speaker(tmp_path)) as (driver, sink):
        await sink.until(lambda: good(sink, playing=False))
        ended = await driver.execute(order("say", {"playing": True}, text="b" * 200))
        assert ended.result is CommandResult.CONFIRMED
        assert bytes(taken) == b"b" * 200


async def test_a_tag_spares_the_body_and_an_old_value_stays_good(tmp_path):
    state = json.dumps({"playing": True, "text": "x"}).encode()

    def behave(device, request):
        if b"7" in request.opt.etags:
            device.send(Message(code=VALID), to=request, mtype=ACK, etag=b"7")
        else:
            content = Message(code=CONTENT, payload=state)
            device.send(content, to=request, mtype=ACK, content_format=50, etag=b"7")

    async with scripted(behave) as (host, port), driving(port, speaker(tmp_path)) as (_, sink):
        await host.until(lambda: sum(b"7" in one.opt.etags for one in host.requests) >= 2)
        assert good(sink, playing=True, text="x")
        assert len(sink.observed) == 2


async def test_a_busy_device_is_bad_with_its_reason_and_asked_no_more_often_than_it_wishes():
    def behave(device, request):
        busy = Message(code=SERVICE_UNAVAILABLE, payload=b"star\x1b[2Jting\n")
        device.send(busy, to=request, mtype=ACK, max_age=60)

    async with scripted(behave) as (host, port), driving(port) as (_, sink):
        await sink.until(lambda: sink.times_heard.get("button", 0) >= 4)
        assert sink.latest("button").cause == "5.03 Service Unavailable: star [2Jting "
        assert len(host.requests) <= 6


async def test_an_observation_that_dies_while_nothing_changes_is_made_anew_in_time():
    quiet = {PRESSED: b"0", PRESS_COUNT: b"0"}
    async with scripted(observable(quiet)) as (host, port), driving(port):
        await host.until(lambda: len(host.asked(PRESSED, observe=0)) >= 3)
        reads = [one.opt.observe for one in host.requests if one.opt.uri_path == PRESSED]
        between = "".join("r" if observe == 0 else "." for observe in reads)
        assert "..." not in between, "control reads are 0.8 s apart, and it may be silent for 2 s"


async def test_a_notification_after_more_than_half_of_the_numbers_is_old_and_a_wrap_is_new():
    quiet = {PRESSED: b"0", PRESS_COUNT: b"0"}
    host_of_high_numbers = scripted(observable(quiet, number=2**24 - 2))
    async with host_of_high_numbers as (host, port), driving(port) as (_, sink):
        await sink.until(lambda: sink.latest("button", "press_count") is not None)
        (registration,) = host.asked(PRESSED, observe=0)
        host.behave = lambda device, request: None
        host.notify(registration, b"1", 1, mtype=NON)
        await sink.until(lambda: sink.shows("button", {"pressed": True}))
        host.notify(registration, b"0", 2**24 - 1, mtype=NON)
        host.notify(registration, b"0", 2, mtype=NON)
        await sink.until(lambda: sink.shows("button", {"pressed": False}))
        values = [seen.value for seen in sink.observed if seen.property == "pressed"]
        assert values[:3] == [False, True, False]
