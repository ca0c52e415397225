"""What every protocol owes the floors above it; run over the registry on real sockets."""

import asyncio

import pytest

from protocols.interfaces import RefusedError
from protocols.registry import PROTOCOLS
from tests.contract.bench import LOST_AFTER, STAMPING, STARTS, any_port, model_file, running
from twins.command import CommandResult
from twins.instant import Duration, milliseconds, seconds
from twins.observation import Kind, Quality

TELLING_MARGIN: Duration = milliseconds(1500)
"""Allowed beyond `lost_after`, between two instants that the driver's clock recorded: the device was
last heard before the cut, so all of it is for a machine that does other things as well. To the
nanosecond the deadline is held in `test_deadlines`."""

pytestmark = pytest.mark.parametrize("protocol", PROTOCOLS)


async def refuse(_device, _values):
    raise RefusedError("the cover is open")


async def ignore(_device, _values):
    return {}


def test_every_protocol_of_the_registry_has_a_bench_case(protocol):
    assert any_port(protocol)
    for device in STARTS:
        assert model_file(protocol, device)


async def test_what_a_device_publishes_is_observed(protocol):
    async with running(protocol) as bench:
        before = bench.clock.now()
        await bench.emulator.publish("button", {"pressed": True})
        await bench.sink.until(lambda: bench.sink.good("button", True))
        seen = bench.sink.latest("button")
        assert seen.property == "pressed"
        assert seen.value is True
        assert seen.cause == ""
        assert seen.kind is Kind.MEASURED
        assert before <= seen.receive_time <= bench.clock.now()
        assert bench.sink.good("presence", False), "its neighbour has not changed"


async def test_the_device_s_own_time_is_carried_where_the_protocol_has_one(protocol):
    async with running(protocol) as bench:
        before = bench.clock.now()
        await bench.emulator.publish("button", {"pressed": True})
        await bench.sink.until(lambda: bench.sink.good("button", True))
        seen = bench.sink.latest("button")
        if protocol in STAMPING:
            assert before - milliseconds(1) <= seen.source_time < seen.receive_time
        else:
            assert seen.source_time == seen.receive_time


async def test_a_number_is_observed_and_nothing_beside_it(protocol):
    async with running(protocol) as bench:
        known = len(bench.sink.observed)
        for temperature in (21.5, -3.5):
            await bench.emulator.publish("climate", {"temperature": temperature})
            values = {"temperature": temperature, "humidity": 0.0}
            await bench.sink.until(lambda values=values: bench.sink.shows("climate", values))
        await bench.emulator.publish("climate", {"humidity": 48.5})
        await bench.sink.until(lambda: bench.sink.shows("climate", {"humidity": 48.5}))
        news = [(one.device, one.property, one.value) for one in bench.sink.observed[known:]]
        assert news == [
            ("climate", "temperature", 21.5),
            ("climate", "temperature", -3.5),
            ("climate", "humidity", 48.5),
        ]


async def test_one_door_of_a_bank_is_observed_and_its_neighbours_are_not(protocol):
    async with running(protocol) as bench:
        known = len(bench.sink.observed)
        await bench.emulator.publish("lockers", {"door02.closed": True})
        await bench.sink.until(lambda: bench.sink.shows("lockers", {"door02.closed": True}))
        heard = bench.sink.times_heard["lockers"]
        await bench.sink.until(lambda: bench.sink.times_heard["lockers"] >= heard + 3)
        news = [(one.device, one.property, one.value) for one in bench.sink.observed[known:]]
        assert news == [("lockers", "door02.closed", True)]


async def test_a_repeated_value_is_heard_but_not_observed_again(protocol):
    async with running(protocol) as bench:
        await bench.emulator.publish("button", {"pressed": True})
        await bench.sink.until(lambda: bench.sink.good("button", True))
        observed = list(bench.sink.observed)
        heard = bench.sink.times_heard["button"]
        await bench.emulator.publish("button", {"pressed": True})
        await bench.sink.until(lambda: bench.sink.times_heard["button"] >= heard + 3)
        assert bench.sink.observed == observed


async def test_a_press_and_its_release_are_both_observed(protocol):
    async with running(protocol) as bench:
        for pressed in (True, False, True, False):
            await bench.emulator.publish("button", {"pressed": pressed})
            await bench.sink.until(lambda pressed=pressed: bench.sink.good("button", pressed))
        values = [seen.value for seen in bench.sink.observed if seen.device == "button"]
        assert values == [False, True, False, True, False]


async def test_a_cut_turns_every_point_bad_in_time_and_with_a_cause(protocol):
    async with running(protocol) as bench:
        cut = bench.clock.now()
        await bench.emulator.cut()
        await bench.all_bad()
        told = [one for one in bench.sink.observed if one.quality is Quality.BAD]
        assert sorted((one.device, one.property) for one in told) == sorted(
            (device, name) for device, values in STARTS.items() for name in values
        ), "each is said once"
        for seen in told:
            assert seen.value is None
            assert seen.cause
            assert seen.receive_time - cut <= LOST_AFTER[seen.device] + TELLING_MARGIN


async def test_after_every_cut_the_current_values_come_back_good(protocol):
    async with running(protocol) as bench:
        for value in (True, False):
            await bench.emulator.cut()
            await bench.all_bad()
            await bench.publish_everywhere(value)
            await bench.emulator.restore()
            await bench.all_good(value=value)
        await bench.emulator.publish("button", {"pressed": True})
        await bench.sink.until(lambda: bench.sink.good("button", True))


async def test_a_command_is_carried_out_once_and_confirmed_by_reading_back(protocol):
    async with running(protocol) as bench:
        command = bench.command("sound", sounding=True)
        outcome = await bench.driver.execute(command)
        assert (outcome.result, outcome.reason) == (CommandResult.CONFIRMED, "")
        assert (outcome.command, outcome.device) == (command.id, "siren")
        assert bench.writes == [("siren", {"sounding": True})]
        await bench.sink.until(lambda: bench.sink.good("siren", True))


async def test_a_refused_command_changes_nothing(protocol):
    async with running(protocol, on_write=refuse) as bench:
        outcome = await bench.driver.execute(bench.command("sound", sounding=True))
        assert outcome.result is CommandResult.REFUSED
        assert outcome.reason
        assert len(bench.writes) == 1
        assert bench.sink.good("siren", False)


async def test_a_device_that_accepts_and_does_nothing_is_never_confirmed(protocol):
    async with running(protocol, on_write=ignore) as bench:
        command = bench.command("sound", within=seconds(1), sounding=True)
        outcome = await bench.driver.execute(command)
        assert outcome.result is CommandResult.UNKNOWN
        assert outcome.reason
        assert len(bench.writes) == 1


async def test_a_command_into_a_cut_is_never_confirmed_and_never_done_twice(protocol):
    async with running(protocol) as bench:
        await bench.emulator.cut()
        outcome = await bench.driver.execute(
            bench.command("sound", within=seconds(1), sounding=True)
        )
        assert outcome.result in (CommandResult.NOT_EXECUTED, CommandResult.UNKNOWN)
        assert outcome.reason
        await bench.all_bad()
        lost = await bench.driver.execute(bench.command("sound", sounding=True))
        assert lost.result in (CommandResult.NOT_EXECUTED, CommandResult.UNKNOWN)
        await bench.emulator.restore()
        await bench.all_good()
        heard = bench.sink.times_heard["siren"]
        await bench.sink.until(lambda: bench.sink.times_heard["siren"] >= heard + 3)
        assert bench.writes == [], "nothing is sent again when the device is back"


async def test_a_command_past_its_time_sends_nothing(protocol):
    async with running(protocol) as bench:
        late = bench.command("sound", within=-1, sounding=True)
        outcome = await bench.driver.execute(late)
        assert outcome.result is CommandResult.NOT_EXECUTED
        assert outcome.reason
        assert bench.writes == []


async def test_what_a_device_has_no_way_to_do_is_refused(protocol):
    async with running(protocol) as bench:
        unknown = await bench.driver.execute(bench.command("explode", sounding=True))
        assert unknown.result is CommandResult.REFUSED
        assert "explode" in unknown.reason
        assert bench.writes == []


async def test_two_commands_at_once_are_both_told_how_they_ended(protocol):
    async with running(protocol) as bench:
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(bench.driver.execute(bench.command("sound", sounding=True)))
            second = tasks.create_task(
                bench.driver.execute(bench.command("silence", sounding=False))
            )
        assert len(bench.writes) == 2
        assert first.result().result is CommandResult.CONFIRMED
        assert second.result().result is CommandResult.CONFIRMED


async def test_an_emulator_may_be_stopped_twice(protocol):
    async with running(protocol) as bench:
        await bench.emulator.stop()
        await bench.emulator.stop()
