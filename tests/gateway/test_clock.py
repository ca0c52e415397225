"""The wall clock on a machine whose clock is set."""

import asyncio

from gateway.clock import WallClock
from twins.instant import seconds

NINE = seconds(9 * 3600)
HOUR = seconds(3600)


class Machine:
    """A machine whose clock can be set, and whose time goes on."""

    def __init__(self) -> None:
        self.wall = NINE
        self.up = seconds(50)

    def passes(self, duration: int) -> None:
        self.wall += duration
        self.up += duration

    def clock(self) -> WallClock:
        return WallClock(wall=lambda: self.wall, monotonic=lambda: self.up)


def test_time_goes_on_though_the_machine_s_clock_is_set_back():
    machine = Machine()
    clock = machine.clock()
    machine.passes(seconds(1))
    assert clock.now() == NINE + seconds(1)
    machine.wall -= HOUR
    assert clock.now() == NINE + seconds(1)
    machine.passes(seconds(5))
    assert clock.now() == NINE + seconds(6)


def test_a_machine_s_clock_that_is_set_ahead_is_followed():
    machine = Machine()
    clock = machine.clock()
    machine.wall += HOUR
    assert clock.now() == NINE + HOUR
    machine.wall -= HOUR
    machine.passes(seconds(2))
    assert clock.now() == NINE + HOUR + seconds(2)


def test_it_can_be_told_to_go_on_from_the_end_of_a_log():
    machine = Machine()
    clock = machine.clock()
    assert clock.not_before(NINE - HOUR) == 0
    assert clock.now() == NINE
    assert clock.not_before(NINE + HOUR) == HOUR
    machine.passes(seconds(1))
    assert clock.now() == NINE + HOUR + seconds(1)


async def test_a_deadline_comes_though_the_machine_s_clock_is_set_back_or_ahead(monkeypatch):
    monkeypatch.setattr("gateway.clock.NAP_S", 0.001)
    for step in (-HOUR, HOUR):
        machine = Machine()
        clock = machine.clock()
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            sleeper = group.create_task(clock.sleep_until(NINE + seconds(20)))
            await asyncio.sleep(0.01)
            assert not sleeper.done()
            machine.wall += step
            if step < 0:
                machine.passes(seconds(20))
