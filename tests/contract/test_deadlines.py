"""How soon loss and return are told, to the nanosecond: over the loopback, in virtual time."""

import asyncio

from protocols.interfaces import Link
from protocols.loopback.driver import LoopbackDriver
from protocols.loopback.wire import Faults, wire
from tests.contract.bench import LOST_AFTER, Bench, Recorder, any_port, devices, running
from tests.virtual_time import LoopClock, in_virtual_time
from twins.command import CommandResult
from twins.instant import milliseconds, seconds
from twins.streams import Streams

HEARTBEAT = milliseconds(500)


def make_lossy(bench: Bench, seed: int) -> None:
    """Make the wire of the tests as bad as a wire may be."""
    faults = Faults(delay=milliseconds(5), jitter=milliseconds(40), loss=0.2, duplication=0.1)
    wire(bench.url).disturb(faults, Streams(seed).stream("wire"))


def test_a_silent_device_is_lost_exactly_when_its_time_is_up():
    async def story():
        async with running("loopback", clock=LoopClock()) as bench:
            await asyncio.sleep(10)
            cut = bench.clock.now()
            await bench.emulator.cut()
            await bench.all_bad()
            for device, limit in LOST_AFTER.items():
                told = bench.sink.latest(device).receive_time
                assert limit - HEARTBEAT <= told - cut <= limit
            assert bench.sink.latest("button").cause == "silent for 2 s"

    in_virtual_time(story())


def test_a_device_that_was_never_heard_is_lost_as_well():
    async def story():
        sink, clock = Recorder(), LoopClock()
        link = Link(url=any_port("loopback"), devices=devices("loopback"))
        async with asyncio.TaskGroup() as tasks:
            driver = tasks.create_task(LoopbackDriver(link, sink, clock, Streams(1)).run())
            await sink.until(lambda: sink.bad("button"))
            assert clock.now() == LOST_AFTER["button"]
            driver.cancel()

    in_virtual_time(story())


def test_a_returning_device_is_good_at_once():
    async def story():
        async with running("loopback", clock=LoopClock()) as bench:
            await bench.emulator.cut()
            await bench.all_bad()
            await bench.publish_everywhere(True)
            await asyncio.sleep(100)
            restored = bench.clock.now()
            await bench.emulator.restore()
            await bench.all_good(value=True)
            assert bench.clock.now() == restored

    in_virtual_time(story())


def test_no_press_is_lost_or_told_twice_on_a_wire_that_loses_doubles_and_reorders():
    async def story(seed: int) -> list[tuple[object, int]]:
        async with running("loopback", clock=LoopClock()) as bench:
            make_lossy(bench, seed)
            for _ in range(100):
                await bench.emulator.publish("button", {"pressed": True})
                await asyncio.sleep(0.1)
                await bench.emulator.publish("button", {"pressed": False})
                await asyncio.sleep(0.1)
            await asyncio.sleep(5)
            return [
                (seen.value, seen.receive_time)
                for seen in bench.sink.observed
                if seen.device == "button"
            ]

    for seed in range(5):
        seen = in_virtual_time(story(seed))
        assert [value for value, _ in seen] == [False, *([True, False] * 100)]
        assert seen == in_virtual_time(story(seed)), "the same seed gives the same run"


def test_on_a_lossy_wire_no_command_is_done_twice_and_none_is_confirmed_undone():
    async def story(seed: int):
        async with running("loopback", clock=LoopClock()) as bench:
            make_lossy(bench, seed)
            outcomes = []
            for number in range(50):
                sounding = number % 2 == 0
                action = "sound" if sounding else "silence"
                done = len(bench.writes)
                outcome = await bench.driver.execute(bench.command(action, sounding=sounding))
                outcomes.append(outcome.result)
                assert len(bench.writes) - done <= 1
                if outcome.result is CommandResult.CONFIRMED:
                    held = bench.writes[-1][1]["sounding"] if bench.writes else False
                    assert held is sounding, "what is confirmed is what the device holds"
            return outcomes

    outcomes = [one for seed in range(5) for one in in_virtual_time(story(seed))]
    assert outcomes.count(CommandResult.CONFIRMED) > 100
    assert CommandResult.REFUSED not in outcomes


def test_a_command_ends_within_a_second_of_its_time_when_the_wire_is_dead():
    async def story():
        async with running("loopback", clock=LoopClock()) as bench:
            wire(bench.url).partitioned = True
            command = bench.command("sound", sounding=True)
            outcome = await bench.driver.execute(command)
            assert outcome.result is CommandResult.UNKNOWN
            assert bench.clock.now() <= command.not_after + seconds(1)
            assert bench.writes == []

    in_virtual_time(story())
