"""Devices that go wrong by a seed: their points are bad, others are good, nothing is shifted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import structlog

from gateway.clock import WallClock
from protocols.faults import Fault, Faults
from protocols.interfaces import Link
from protocols.modbus.driver import ModbusDriver
from protocols.modbus.emulator import ModbusEmulator
from protocols.modbus.settings import ModbusSettings
from tests.contract.bench import obey
from tests.protocols.modbus_device import Watched, point, sensor
from twins.instant import milliseconds
from twins.observation import Quality
from twins.streams import Streams

QUICK = ModbusSettings(timeout="100ms")
LATE = milliseconds(140)
"""Later than the time-out, and not later than twice that."""

WIRES = ("modbus+tcp://127.0.0.1:0", "modbus+rtu+tcp://127.0.0.1:0", "modbus+rtu:///dev/pts")
UNITS = (1, 2)
NAMES = ("a", "b", "c")
SPAN = 100
"""The values of each point begin with its own hundreds, so that a shifted one shows."""


def meter(unit: int, patience: float):
    points = (point(f"ir:{50 * n}", name=name) for n, name in enumerate(NAMES))
    return sensor(*points, name=f"meter{unit}", unit=unit, lost_after=patience, poll=0.02)


def base(unit: int, name: str) -> int:
    return (3 * unit + NAMES.index(name)) * SPAN


class Bench:
    def __init__(self, emulator: ModbusEmulator, sink: Watched) -> None:
        self.emulator = emulator
        self.sink = sink

    async def publish(self, step: int) -> None:
        for unit in UNITS:
            values = {name: base(unit, name) + step for name in NAMES}
            await self.emulator.publish(f"meter{unit}", values)

    async def until_all_show(self, step: int) -> None:
        for unit in UNITS:
            for name in NAMES:
                await self.sink.until_good(f"meter{unit}", name, base(unit, name) + step)

    def good(self, unit: int) -> list[tuple[str, int]]:
        return [
            (seen.property, int(seen.value))
            for seen in self.sink.observed
            if seen.device == f"meter{unit}" and seen.quality is Quality.GOOD
        ]


@asynccontextmanager
async def bench(url: str, patience: float = 2) -> AsyncIterator[Bench]:
    devices = tuple(meter(unit, patience) for unit in UNITS)
    emulator = ModbusEmulator(Link(url=url, devices=devices, settings=QUICK), obey)
    link = Link(url=await emulator.start(), devices=devices, settings=QUICK)
    sink = Watched()
    driver = ModbusDriver(link, sink, WallClock(), Streams(1))
    both = Bench(emulator, sink)
    try:
        async with asyncio.TaskGroup() as tasks:
            await both.publish(0)
            task = tasks.create_task(driver.run())
            await both.until_all_show(0)
            yield both
            task.cancel()
    finally:
        await emulator.stop()


def faults(**odds: float) -> Faults:
    named = {Fault(name.replace("_", "-")): share for name, share in odds.items()}
    return Faults(stream=Streams(7).stream("faults"), odds=named, delay=LATE)


@pytest.mark.parametrize("url", WIRES)
async def test_whatever_goes_wrong_no_value_is_ever_another_s(url):
    """On a serial line a stale answer of the same unit and form is like any other, so none here."""
    odds = {"delay": 0.05, "drop": 0.05, "refuse": 0.05, "wrong_unit": 0.05, "garbage": 0.05}
    if url.startswith("modbus+tcp"):
        odds |= {"stale": 0.05, "half_open": 0.02}
    storm = faults(**odds)
    async with bench(url) as both:
        both.emulator.misbehave(storm)
        step = 0
        async with asyncio.timeout(60):
            while not all(storm.done.get(fault, 0) >= 1 for fault in storm.odds):
                step = (step + 1) % SPAN
                await both.publish(step)
                await asyncio.sleep(0.02)
        both.emulator.misbehave(None)
        await both.publish(SPAN - 1)
        await both.until_all_show(SPAN - 1)
        for unit in UNITS:
            for name, value in both.good(unit):
                assert base(unit, name) <= value < base(unit, name) + SPAN
            assert {name for name, _ in both.good(unit)} == set(NAMES)


def count_of(lines: list[dict[str, object]]) -> dict[str, int]:
    """Return how often each event was logged, apart from what was learnt."""
    events = [str(line["event"]) for line in lines]
    return {event: events.count(event) for event in events if event != "driver.hole"}


@pytest.mark.parametrize("url", WIRES)
@pytest.mark.parametrize("kind", ["drop", "wrong_unit", "garbage", "delay"])
async def test_one_device_gone_wrong_is_bad_alone_and_logged_when_it_goes_and_when_it_comes(
    url, kind
):
    told_as_such = kind in ("wrong_unit", "garbage") and url.startswith("modbus+tcp")
    with structlog.testing.capture_logs() as lines:
        async with bench(url, patience=30 if told_as_such else 2) as both:
            both.emulator.misbehave(faults(**{kind: 1.0}), "meter1")
            for name in NAMES:
                await both.sink.until_bad("meter1", name)
                assert both.sink.latest("meter1", name).cause
            await both.publish(5)
            for name in NAMES:
                await both.sink.until_good("meter2", name, base(2, name) + 5)
            both.emulator.misbehave(None)
            await both.until_all_show(5)
        bad = {seen.device for seen in both.sink.observed if seen.quality is Quality.BAD}
        assert bad == {"meter1"}
    if told_as_such:
        assert count_of(lines) == {"driver.malformed": 3, "driver.answered": 3}
    else:
        assert count_of(lines) == {"driver.lost": 1, "driver.restored": 1}


async def test_a_device_that_refuses_everything_says_so_once_for_each_block_and_once_when_it_ends():
    with structlog.testing.capture_logs() as lines:
        async with bench(WIRES[0], patience=30) as both:
            both.emulator.misbehave(faults(refuse=1.0), "meter1")
            for name in NAMES:
                await both.sink.until_bad("meter1", name)
            assert both.sink.latest("meter1", "a").cause == "the device failed at it (exception 4)"
            both.emulator.misbehave(None)
            await both.until_all_show(0)
    assert count_of(lines) == {"driver.refused": 3, "driver.answered": 3}


async def test_a_half_open_connection_is_given_up_and_made_anew():
    async with bench(WIRES[0]) as both:
        once = faults(half_open=1.0)
        both.emulator.misbehave(once)
        await asyncio.sleep(0.05)
        both.emulator.misbehave(None)
        await both.publish(9)
        await both.until_all_show(9)
        assert once.done == {Fault.HALF_OPEN: 1}


def test_the_same_seed_gives_the_same_faults():
    odds = dict.fromkeys(Fault, 0.1)

    def run(seed: int) -> list[Fault | None]:
        chance = Faults(stream=Streams(seed).stream("faults"), odds=odds)
        return [chance.next() for _ in range(200)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert set(run(1)) == {None, *Fault}


def test_odds_of_more_than_all_are_none():
    with pytest.raises(ValueError, match="no odds"):
        faults(drop=0.6, delay=0.6)
