"""The whole thread on real sockets: emulated devices, the gateway, a drill, a log, a replay."""

import asyncio

import pytest

from benchmarks.drill_levels import BOUND_S
from benchmarks.presses import press_all
from gatehouse.demo import device_counts
from gatehouse.drills.running import cast, run_drill
from gatehouse.drills.wire import WireStage
from gateway.restore import first_difference
from gateway.store import MemoryStore
from scenarios.judge import judge
from scenarios.story import StoryEvent
from twins.observation import Quality

DECISIONS = ("alarm-raised", "incident-opened", "command-issued")


def plot(story: list[StoryEvent]) -> list[tuple[str, ...]]:
    """The platform's decisions in their order."""
    return [
        (event.kind, event.subject, str(event.details.get("kind") or event.details.get("action")))
        for event in sorted(story, key=lambda event: event.at)
        if event.kind in DECISIONS
    ]


def ends(story: list[StoryEvent]) -> dict[str, str]:
    return {
        f"{event.subject} {event.details['action']}": str(event.details["result"])
        for event in story
        if event.kind == "command-ended"
    }


async def test_the_wire_tells_the_same_story_as_the_simulation_and_its_log_replays():
    casting = cast("d01", 7)
    simulated = await run_drill("d01", "sim", 7)
    store = MemoryStore()
    async with WireStage(casting, store, lambda _: None) as stage:
        async with asyncio.timeout(120), asyncio.TaskGroup() as group:
            running = group.create_task(stage.run())
            await stage.play()
            running.cancel()
        assert device_counts(stage) == {
            "modbus": {"total": 7, "good": 7},
            "coap": {"total": 2, "good": 2},
            "opcua": {"total": 4, "good": 4},
        }
    told = list(simulated.record.story)
    assert plot(stage.story) == plot(told)
    assert ends(stage.story) == ends(told)
    for real, expected in zip(judge(casting.drill, stage.story), simulated.verdicts, strict=True):
        assert real.passed, real
        if real.measured_s is not None:
            assert expected.measured_s is not None
            assert abs(real.measured_s - expected.measured_s) <= BOUND_S, (real, expected)
    assert await first_difference(store, [casting.package.school]) is None


async def test_an_unreachable_device_is_bad_with_its_cause_while_the_rest_of_the_school_runs():
    stage = WireStage(cast("d01", 7), MemoryStore(), lambda _: None)
    climate, button = "demo-primary/booth-environment", "demo-primary/gate-button"
    async with stage, asyncio.timeout(60), asyncio.TaskGroup() as group:
        await stage.emulation.emulator_of(climate).cut()
        running = group.create_task(stage.run())
        with stage.gateway.bus.subscribe() as viewer:
            twins = stage.gateway.view.twins
            while not twins[climate].lost or button not in stage.gateway.last_heard:
                await viewer.next()
        temperature = twins[climate].properties["temperature"]
        assert temperature.quality is Quality.BAD
        assert "connect" in temperature.cause
        assert twins[button].properties["pressed"].quality is Quality.GOOD
        running.cancel()


@pytest.mark.parametrize("reset", [True, False], ids=["reset before the next", "never reset"])
async def test_no_press_of_100_ms_is_lost_on_any_protocol(reset):
    async with asyncio.timeout(120):
        outcomes = await press_all(12, reset=reset)
    for outcome in outcomes:
        assert outcome.counted == outcome.presses, outcome
        assert outcome.alarms == (12 if reset else 1), outcome
        assert outcome.device_counter in (None, 12), outcome
