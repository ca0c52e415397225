"""CoAP devices that go wrong by a seed: bad with the cause, neighbours good, no value believed."""

from contextlib import asynccontextmanager

import pytest
from aiocoap import Message
from aiocoap.numbers.codes import CONTENT
from aiocoap.numbers.types import ACK
from structlog.testing import capture_logs

from protocols.coap.emulator import CoapEmulator
from protocols.descriptions import read_model
from protocols.faults import Fault, Faults
from protocols.interfaces import ConnectedDevice, Link
from tests.contract.bench import obey
from tests.protocols.coap_device import PRESS_COUNT, PRESSED, button, driving, observable, scripted
from twins.instant import milliseconds, seconds
from twins.observation import Quality
from twins.streams import Streams

METER = """
model: meter
is: environment-sensor
protocol: coap
title: A meter
source: made for this test
properties:
  temperature: {at: /climate, field: t, format: json, observe: true, poll: 300ms}
  humidity: {at: /humidity, as: f64, observe: true, poll: 300ms}
"""


@pytest.fixture
def meter(tmp_path) -> ConnectedDevice:
    file = tmp_path / "meter.yaml"
    file.write_text(METER)
    return ConnectedDevice(id="meter", model=read_model(str(file)), lost_after=seconds(3))


def odds(**more: float) -> Faults:
    named = {Fault(name.replace("_", "-")): share for name, share in more.items()}
    return Faults(stream=Streams(3).stream("coap", "faults"), odds=named, delay=milliseconds(900))


@asynccontextmanager
async def emulated(*devices: ConnectedDevice):
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=devices), obey)
    try:
        yield emulator, int((await emulator.start()).rpartition(":")[2])
    finally:
        await emulator.stop()


def lines(logs, event: str) -> list[dict]:
    return [line for line in logs if line["event"] == event]


@pytest.mark.parametrize("fault", ["delay", "drop", "stale", "refuse", "garbage", "forget"])
async def test_whatever_goes_wrong_no_foreign_value_is_shown_and_the_last_one_arrives(meter, fault):
    async with emulated(meter) as (emulator, port), driving(port, meter) as (_, sink):
        await sink.until(lambda: sink.shows("meter", {"temperature": 0.0, "humidity": 0.0}))
        emulator.faults = odds(**{fault: 0.4})
        for step in range(1, 21):
            await emulator.publish("meter", {"temperature": float(step), "humidity": 50.0 + step})
            heard = sink.times_heard["meter"]
            await sink.until(lambda before=heard: sink.times_heard["meter"] > before)
        assert sum(emulator.faults.done.values()) > 0
        emulator.faults = None
        await sink.until(lambda: sink.shows("meter", {"temperature": 20.0, "humidity": 70.0}))
        for seen in sink.observed:
            base = 0 if seen.property == "temperature" else 50
            if seen.value is not None:
                assert seen.value == 0.0 or base < seen.value <= base + 20


async def test_an_older_notification_never_takes_a_value_back(meter):
    async with emulated(meter) as (emulator, port), driving(port, meter) as (_, sink):
        await sink.until(lambda: sink.shows("meter", {"temperature": 0.0, "humidity": 0.0}))
        emulator.faults = odds(stale=0.5)
        for step in range(1, 21):
            await emulator.publish("meter", {"temperature": float(step)})
            await sink.until(lambda now=step: sink.shows("meter", {"temperature": float(now)}))
        values = [one.value for one in sink.observed if one.property == "temperature"]
        assert values == sorted(values)
        assert emulator.faults.done[Fault.STALE] > 0


async def test_a_device_that_names_a_wrong_format_is_bad_with_one_line_at_either_end(meter):
    with capture_logs() as logs:
        async with emulated(meter) as (emulator, port), driving(port, meter) as (_, sink):
            await sink.until(lambda: sink.shows("meter", {"temperature": 0.0, "humidity": 0.0}))
            emulator.faults = odds(wrong_format=1.0)
            await emulator.publish("meter", {"temperature": 1.0})
            heard = sink.times_heard["meter"]
            await sink.until(lambda: sink.times_heard["meter"] > heard + 8)
            assert sink.latest("meter", "temperature").quality is Quality.BAD
            assert sink.latest("meter", "temperature").cause == (
                "the answer is cbor (60), described as json (50)"
            )
            emulator.faults = None
            await sink.until(lambda: sink.shows("meter", {"temperature": 1.0, "humidity": 0.0}))
    bad = lines(logs, "driver.points_bad")
    assert [line["points"] for line in bad if "temperature" in line["points"]] == [["temperature"]]
    well = lines(logs, "driver.points_restored")
    assert [line["points"] for line in well if "temperature" in line["points"]] == [["temperature"]]
    assert not lines(logs, "driver.lost"), "it answers all the while"


async def test_an_observation_that_goes_silent_is_found_and_the_next_presses_are_all_seen():
    async with emulated(button()) as (emulator, port), driving(port) as (_, sink):
        await sink.until(lambda: sink.shows("button", {"pressed": False, "press_count": 0}))
        emulator.faults = odds(forget=1.0)
        await emulator.publish("button", {"pressed": True, "press_count": 1})
        await sink.until(lambda: sink.shows("button", {"pressed": True}))
        emulator.faults = None
        heard = sink.times_heard["button"]
        await sink.until(lambda: sink.times_heard["button"] > heard + 3)
        for count in range(2, 7):
            await emulator.publish("button", {"pressed": False})
            await emulator.publish("button", {"pressed": True, "press_count": count})
        pressed = [True, *[False, True] * 5]
        await sink.until(
            lambda: [one.value for one in sink.observed if one.property == "pressed"][1:] == pressed
        )


async def test_one_resource_that_answers_garbage_leaves_its_neighbour_good_with_one_line_each():
    values = {PRESSED: b"0", PRESS_COUNT: b"5"}

    def behave(device, request):
        if request.opt.uri_path == PRESS_COUNT and len(device.requests) < 12:
            content = Message(code=CONTENT, payload=b"\xff\xfe")
            device.send(content, to=request, mtype=ACK, content_format=60)
        else:
            observable(values)(device, request)

    with capture_logs() as logs:
        async with scripted(behave) as (_, port), driving(port) as (_, sink):
            await sink.until(lambda: sink.latest("button", "press_count") is not None)
            assert sink.latest("button", "press_count").quality is Quality.BAD
            await sink.until(lambda: sink.shows("button", {"press_count": 5}))
            pressed = [one for one in sink.observed if one.property == "pressed"]
            assert [one.quality for one in pressed] == [Quality.GOOD]
    (start,) = lines(logs, "driver.points_bad")
    assert (start["points"], start["reason"]) == (["press_count"], "the payload is not CBOR")
    (end,) = lines(logs, "driver.points_restored")
    assert end["points"] == ["press_count"]
