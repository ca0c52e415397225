"""The CoAP driver against devices that behave well, badly, and not at all."""

from contextlib import asynccontextmanager

import pytest
from aiocoap import Message
from aiocoap.numbers.codes import CONTENT, GET, NOT_FOUND, PUT
from aiocoap.numbers.types import ACK, NON, RST

from gateway.clock import WallClock
from protocols.coap.emulator import CoapEmulator
from protocols.coap.formats import NUMBERS
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice, Link
from tests.contract.bench import MODELS, obey
from tests.protocols.coap_device import (
    PRESS_COUNT,
    PRESSED,
    button,
    driving,
    observable,
    scripted,
)
from twins.command import Command, CommandResult
from twins.instant import seconds
from twins.observation import Quality

QUIET = {PRESSED: b"0", PRESS_COUNT: b"0"}
SOUNDING = ("3338", "0", "5500")


def siren() -> ConnectedDevice:
    model = read_model(str(MODELS / "coap-siren.yaml"))
    return ConnectedDevice(id="siren", model=model, lost_after=seconds(10))


def values_of(sink, name):
    return [seen.value for seen in sink.observed if seen.property == name]


@asynccontextmanager
async def emulated():
    """Run the emulator of a button; yield it with its port."""
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=(button(),)), obey)
    try:
        yield emulator, int((await emulator.start()).rpartition(":")[2])
    finally:
        await emulator.stop()


def sound(within: float = 1.5) -> Command:
    return Command(
        id="c1",
        device="siren",
        action="sound",
        expects={"sounding": True},
        not_after=WallClock().now() + seconds(within),
        requested_by="test",
        reason="test",
    )


def value_of(sink, name):
    seen = [one for one in sink.observed if one.property == name]
    return (seen[-1].value, seen[-1].quality) if seen else None


async def test_presses_shorter_than_any_poll_are_all_seen_and_the_counter_follows():
    async with emulated() as (emulator, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "press_count") == (0, Quality.GOOD))
        for count in range(1, 21):
            await emulator.publish("button", {"pressed": True, "press_count": count})
            await emulator.publish("button", {"pressed": False})
        await sink.until(lambda: len(values_of(sink, "pressed")) == 41)
        assert values_of(sink, "pressed") == [False, *[True, False] * 20]
        await sink.until(lambda: value_of(sink, "press_count") == (20, Quality.GOOD))


async def test_an_observation_that_died_unnoticed_is_made_anew():
    async with emulated() as (emulator, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "pressed") == (False, Quality.GOOD))
        await emulator.cut()
        await emulator.restore()  # it has forgotten us, and no read failed meanwhile
        await emulator.publish("button", {"pressed": True})
        await sink.until(lambda: value_of(sink, "pressed") == (True, Quality.GOOD))
        heard = sink.times_heard["button"]
        await sink.until(lambda: sink.times_heard["button"] >= heard + 2)
        await emulator.publish("button", {"pressed": False})
        await emulator.publish("button", {"pressed": True})
        await sink.until(lambda: sum(seen.value is True for seen in sink.observed) == 2)
        assert all(seen.quality is Quality.GOOD for seen in sink.observed)


async def test_a_closed_port_is_told_by_its_name():
    async with emulated() as (emulator, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "pressed") == (False, Quality.GOOD))
        await emulator.stop()
        await sink.until(lambda: sink.bad("button"))
        assert sink.latest("button").cause == "Connection refused"
        await emulator.restore()
        await sink.until(lambda: value_of(sink, "pressed") == (False, Quality.GOOD))


async def test_a_notification_that_was_overtaken_is_not_used():
    async with scripted(observable(QUIET)) as (device, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "press_count") == (0, Quality.GOOD))
        (registration,) = device.asked(PRESSED, observe=0)
        device.behave = observable({PRESSED: b"1", PRESS_COUNT: b"1"}, number=12)
        device.notify(registration, b"1", 12)
        device.notify(registration, b"0", 11, mtype=NON)
        device.notify(registration, b"1", 12, mtype=NON)
        await sink.until(lambda: value_of(sink, "press_count") == (1, Quality.GOOD))
        assert values_of(sink, "pressed") == [False, True]


async def test_a_registration_is_refreshed_before_max_age_under_the_same_token():
    def behave(device, request):
        observing = {"observe": 1, "max_age": 1} if request.opt.observe == 0 else {}
        device.answer(request, QUIET[request.opt.uri_path], **observing)

    async with scripted(behave) as (device, port), driving(port):
        await device.until(lambda: len(device.asked(PRESSED, observe=0)) >= 3)
        registrations = device.asked(PRESSED, observe=0)
        assert len({one.token for one in registrations}) == 1
        assert len({one.mid for one in registrations}) == len(registrations)


async def test_a_confirmable_notification_is_acknowledged_and_a_stopped_driver_says_goodbye():
    async with scripted(observable(QUIET)) as (device, port):
        async with driving(port) as (_, sink):
            await sink.until(lambda: value_of(sink, "press_count") == (0, Quality.GOOD))
            (registration,) = device.asked(PRESSED, observe=0)
            device.notify(registration, b"1", 12)
            await device.until(lambda: any(one.mtype is ACK for one in device.requests))
        (goodbye,) = device.asked(PRESSED, observe=1)
        assert goodbye.token == registration.token


async def test_a_missing_resource_is_bad_alone():
    def behave(device, request):
        if request.opt.uri_path == PRESS_COUNT:
            device.send(Message(code=NOT_FOUND), to=request, mtype=ACK)
        else:
            observable(QUIET)(device, request)

    async with scripted(behave) as (_, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "press_count") == (None, Quality.BAD))
        assert sink.latest("button").cause == "4.04 Not Found"
        await sink.until(lambda: sink.times_heard["button"] >= 4)
        assert value_of(sink, "pressed") == (False, Quality.GOOD)


async def test_a_content_format_or_payload_that_cannot_be_read_is_bad_with_its_cause():
    def behave(device, request):
        if request.opt.uri_path == PRESSED:
            device.answer(request, b"true", observe=3)
        else:
            content = Message(code=CONTENT, payload=b"\x18\x2a", content_format=11060)
            device.send(content, to=request, mtype=ACK)

    async with scripted(behave) as (_, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "press_count") is not None)
        causes = {seen.property: seen.cause for seen in sink.observed}
        assert causes["pressed"] == "'true' is no LwM2M boolean; 0 and 1 are"
        assert causes["press_count"] == "content format 11060 is not one we read"


async def test_a_device_that_cannot_be_observed_is_polled():
    values = dict(QUIET)

    def behave(device, request):
        device.answer(request, values[request.opt.uri_path])

    async with scripted(behave) as (device, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "pressed") == (False, Quality.GOOD))
        values[PRESSED] = b"1"
        await sink.until(lambda: value_of(sink, "pressed") == (True, Quality.GOOD))
        assert len(device.asked(PRESSED)) >= 1, "read without asking to observe again"


async def test_a_write_without_an_answer_left_exactly_once():
    def behave(device, request):
        if request.code is GET:
            observable({SOUNDING: b"0"})(device, request)

    async with scripted(behave) as (device, port), driving(port, siren()) as (driver, sink):
        await sink.until(lambda: sink.good("siren", False))
        outcome = await driver.execute(sound())
        assert outcome.result is CommandResult.UNKNOWN
        assert outcome.reason == "no answer, but sounding is False"
        heard = sink.times_heard["siren"]
        await sink.until(lambda: sink.times_heard["siren"] >= heard + 2)
        assert len([one for one in device.requests if one.code is PUT]) == 1


async def test_a_lost_answer_to_a_write_is_resolved_by_reading_back():
    values = {SOUNDING: b"0"}

    def behave(device, request):
        if request.code is PUT:
            values[SOUNDING] = request.payload
        else:
            observable(values)(device, request)

    async with scripted(behave) as (device, port), driving(port, siren()) as (driver, sink):
        await sink.until(lambda: sink.good("siren", False))
        outcome = await driver.execute(sound())
        assert outcome.result is CommandResult.CONFIRMED
        assert len([one for one in device.requests if one.code is PUT]) == 1


async def test_reset_and_junk_do_no_harm():
    def behave(device, request):
        device.transport.sendto(b"\xff\xff\xff", device.peer)
        device.transport.sendto(b"\x40", device.peer)
        if len(device.requests) < 4:
            reset = Message(code=0)
            reset.mtype, reset.mid = RST, request.mid
            device.transport.sendto(reset.encode(), device.peer)
        else:
            observable(QUIET)(device, request)

    async with scripted(behave) as (_, port), driving(port) as (_, sink):
        await sink.until(lambda: value_of(sink, "pressed") == (False, Quality.GOOD))
        assert sink.observed[0].quality is Quality.BAD
        assert sink.observed[0].cause == "the device reset the request"


def presence(name: str, instance: int) -> ConnectedDevice:
    model = read_model(library()["ipso-presence"], {"instance": instance})
    return ConnectedDevice(id=name, model=model, lost_after=seconds(2))


async def test_of_two_devices_on_one_host_the_hanging_one_holds_up_nothing():
    def behave(device, request):
        if request.opt.uri_path[1] == "0":
            device.answer(request, b"1", observe=len(device.requests))

    pair = presence("first", 0), presence("second", 1)
    async with scripted(behave) as (_, port), driving(port, *pair) as (_, sink):
        await sink.until(lambda: sink.good("first", True) and sink.bad("second"))
        heard = sink.times_heard["first"]
        await sink.until(lambda: sink.times_heard["first"] >= heard + 3)
        assert {seen.device for seen in sink.observed if seen.quality is Quality.BAD} == {"second"}


CLIMATE = """
model: climate
is: environment-sensor
protocol: coap
title: Climate in one object
source: made for this test
properties:
  temperature: {{at: /climate, field: t, format: {form}, observe: true, poll: 500ms}}
  humidity: {{at: /climate, field: h, format: {form}, poll: 500ms}}
"""


def climate(tmp_path, form: str) -> ConnectedDevice:
    file = tmp_path / "climate.yaml"
    file.write_text(CLIMATE.format(form=form))
    return ConnectedDevice(id="climate", model=read_model(str(file)), lost_after=seconds(2))


@pytest.mark.parametrize("form", ["json", "cbor", "senml+json", "senml+cbor", "lwm2m+json"])
async def test_one_observation_feeds_all_points_of_a_resource(tmp_path, form):
    device = climate(tmp_path, form)
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=(device,)), obey)
    port = int((await emulator.start()).rpartition(":")[2])
    try:
        async with driving(port, device) as (_, sink):
            await sink.until(lambda: sink.shows("climate", {"temperature": 0.0, "humidity": 0.0}))
            await emulator.publish("climate", {"temperature": 21.5, "humidity": 48.0})
            await sink.until(lambda: sink.shows("climate", {"temperature": 21.5, "humidity": 48.0}))
    finally:
        await emulator.stop()


async def test_a_resource_is_asked_once_for_all_its_points_in_the_format_described(tmp_path):
    def behave(device, request):
        content = Message(code=CONTENT, payload=b'{"t": 20, "h": 50}')
        device.send(content, to=request, mtype=ACK, content_format=50, observe=3)

    device = climate(tmp_path, "json")
    async with scripted(behave) as (host, port), driving(port, device) as (_, sink):
        await sink.until(lambda: sink.shows("climate", {"temperature": 20.0, "humidity": 50.0}))
        assert len(host.requests) == 1
        assert host.requests[0].opt.accept == 50
        host.behave = lambda device, request: None
        content = Message(code=CONTENT, payload=b'{"t": 21, "h": "dry"}')
        host.send(content, to=host.requests[0], mtype=NON, content_format=50, observe=4)
        await sink.until(lambda: value_of(sink, "temperature") == (21.0, Quality.GOOD))
        assert value_of(sink, "humidity") == (None, Quality.BAD)


FORMATS = sorted(set(NUMBERS) - {"link-format"})


@pytest.mark.parametrize("form", FORMATS)
async def test_driver_and_emulator_agree_in_every_format(tmp_path, form):
    file = tmp_path / "both.yaml"
    file.write_text(
        f"""
model: both
is: environment-sensor
protocol: coap
title: Two sensors, by the IPSO registry
source: OMA LwM2M registry, objects 3303 and 3304
properties:
  temperature: {{at: ipso:3303/0/5700, format: {form}, as: f64, observe: true, poll: 500ms}}
  humidity: {{at: ipso:3304/0/5700, format: {form}, as: f64, poll: 500ms}}
"""
    )
    device = ConnectedDevice(id="both", model=read_model(str(file)), lost_after=seconds(2))
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=(device,)), obey)
    port = int((await emulator.start()).rpartition(":")[2])
    try:
        async with driving(port, device) as (_, sink):
            for temperature in (-3.5, 21.25):
                await emulator.publish("both", {"temperature": temperature, "humidity": 48.5})
                expected = {"temperature": temperature, "humidity": 48.5}
                await sink.until(lambda values=expected: sink.shows("both", values))
    finally:
        await emulator.stop()


async def test_a_link_in_the_directory_can_be_a_point(tmp_path):
    file = tmp_path / "listed.yaml"
    file.write_text(
        """
model: listed
is: camera
protocol: coap
title: A camera that is online while its host lists it
source: made for this test
properties:
  online: {at: /.well-known/core, format: link-format, field: /recording, poll: 500ms}
  recording: {at: /recording, observe: true}
"""
    )
    device = ConnectedDevice(id="camera", model=read_model(str(file)), lost_after=seconds(2))
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=(device,)), obey)
    port = int((await emulator.start()).rpartition(":")[2])
    try:
        async with driving(port, device) as (_, sink):
            await sink.until(lambda: sink.shows("camera", {"online": True, "recording": False}))
    finally:
        await emulator.stop()
