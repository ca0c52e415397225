"""A story on the wall: skipped when nothing is under way, lived through when something is."""

import asyncio

from gatehouse.drills.pacing import Pacer
from gateway.clock import StoryClock
from simulator.timeline import Timeline
from twins.instant import seconds


async def at_once():
    return None


def stage(busy=lambda: False, deadline=lambda: None):
    timeline = Timeline(0)
    clock = StoryClock(0)
    clock.run()
    return (
        timeline,
        clock,
        Pacer(timeline, clock, busy=busy, handed_over=at_once, deadline=deadline),
    )


async def test_an_idle_stretch_is_skipped_to_the_next_event_and_no_further():
    timeline, _clock, pacer = stage()
    seen = []
    timeline.at(seconds(3600), lambda: seen.append(timeline.now))
    async with asyncio.timeout(10):
        await pacer.play_to(seconds(7200))
    assert seen == [seconds(3600)]
    assert pacer.skipped > seconds(7100)


async def test_a_skip_never_passes_the_platform_s_deadline():
    deadlines = [seconds(50)]
    visited = []
    timeline, clock, pacer = stage(deadline=lambda: deadlines[0] if deadlines else None)
    timeline.at(seconds(100), lambda: None)

    async def platform():
        await clock.sleep_until(seconds(50))
        visited.append(clock.now())
        deadlines.clear()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(platform())
        await pacer.play_to(seconds(100))
    assert seconds(50) <= visited[0] < seconds(51)


async def test_what_comes_from_the_wire_finds_the_world_at_the_present_instant():
    timeline, _clock, pacer = stage(busy=lambda: True)
    await asyncio.sleep(0.05)
    now = pacer.catch_up()
    assert timeline.now == now
    assert now > 0


async def test_a_held_story_stands_still_and_wakes_nobody():
    clock = StoryClock(seconds(10))
    await asyncio.sleep(0.02)
    assert clock.now() == seconds(10)
    clock.skip_to(seconds(20))
    assert clock.now() == seconds(20)
    clock.run()
    clock.hold()
    held = clock.now()
    await asyncio.sleep(0.02)
    assert clock.now() == held
