import math

import pytest

from simulator.analysis.special import gamma_share
from simulator.queues.hypercube import Atom, approximate_workloads, workloads
from simulator.queues.theory import (
    approximate_mean_wait,
    erlang_b,
    erlang_c,
    fluid_peak,
    mean_busy,
    mean_wait,
    numbers_present,
    pollaczek_khinchine,
    wait_exceeds,
)
from simulator.queues.units import Sent, Units

CITY = (
    Atom(rate=0.50, preference=(0, 1, 2), area=0),
    Atom(rate=0.25, preference=(0, 2, 1), area=0),
    Atom(rate=0.35, preference=(1, 0, 2), area=1),
    Atom(rate=0.40, preference=(2, 0, 1), area=2),
)
"""Larson and Odoni's city of three units."""


def test_erlang_b_turns_away_what_a_full_system_of_no_waiting_places_does() -> None:
    for servers, load in ((1, 0.5), (3, 2.4), (10, 12.0)):
        shares = numbers_present(servers, 0, load, 1.0)
        assert erlang_b(servers, load) == pytest.approx(shares[-1], rel=1e-12)


def test_erlang_c_is_reached_by_more_and_more_waiting_places() -> None:
    shares = numbers_present(4, 2000, 40 / 60, 15 / 60)
    assert math.fsum(shares[4:]) == pytest.approx(erlang_c(4, 40 / 15), rel=1e-9)


def test_the_mean_wait_is_the_integral_of_its_tail() -> None:
    tail = [wait_exceeds(second / 100, 3, 40 / 60, 15 / 60) for second in range(40_000)]
    assert sum(tail) / 100 == pytest.approx(mean_wait(3, 40 / 60, 15 / 60), rel=1e-3)


def test_the_general_formulas_meet_where_both_are_exact() -> None:
    assert pollaczek_khinchine(0.01, 60.0, 1.0) == pytest.approx(mean_wait(1, 0.01, 1 / 60))
    assert approximate_mean_wait(1, 0.01, 60.0, 2.25) == pytest.approx(
        pollaczek_khinchine(0.01, 60.0, 2.25)
    )


@pytest.mark.parametrize("load", [3.0, 3.5])
def test_a_line_that_would_grow_without_end_is_refused(load: float) -> None:
    with pytest.raises(ValueError, match="without end"):
        erlang_c(3, load)


def test_a_peak_that_the_lanes_can_take_leaves_no_line() -> None:
    peak = fluid_peak(arrival_rate=10, lasts=20, capacity=15)
    assert (peak.longest, peak.cleared, peak.mean_wait) == (0, 20, 0)


def test_the_number_present_lags_the_peak_of_arrivals_and_settles_at_the_load() -> None:
    survives = lambda t: 1 - gamma_share(2.0, t / 15)  # noqa: E731
    steps = ((0.0, 0.5), (600.0, 2.0), (1200.0, 0.5))
    assert mean_busy(600.0, steps, survives) == pytest.approx(0.5 * 30, rel=1e-6)
    assert mean_busy(610.0, steps, survives) < mean_busy(1200.0, steps, survives)
    assert mean_busy(1201.0, steps, survives) > 0.5 * 30


def test_the_published_city_of_larson_and_odoni_is_met() -> None:
    found = workloads(CITY, 3)
    assert found.busy == pytest.approx((0.5574, 0.4734, 0.4693), abs=5e-5)
    assert found.waits == pytest.approx(0.23684, abs=5e-6)
    assert found.crossing == pytest.approx(0.43529, abs=5e-5)
    assert approximate_workloads(CITY, 3) == pytest.approx((0.5627, 0.4716, 0.4657), abs=2e-4)


def test_units_share_the_whole_work_and_equal_units_share_it_equally() -> None:
    assert math.fsum(workloads(CITY, 3).busy) == pytest.approx(1.5, rel=1e-9)
    around = tuple(
        Atom(rate=0.4, preference=tuple((first + n) % 5 for n in range(5)), area=first)
        for first in range(5)
    )
    assert workloads(around, 5).busy == pytest.approx((0.4,) * 5, rel=1e-9)
    assert approximate_workloads(around, 5) == pytest.approx((0.4,) * 5, rel=1e-9)


def test_one_unit_is_the_single_server_queue() -> None:
    found = workloads((Atom(rate=0.6, preference=(0,), area=0),), 1)
    assert found.busy == pytest.approx((0.6,))
    assert found.waits == pytest.approx(erlang_c(1, 0.6))


def test_the_best_free_unit_goes_and_a_call_waits_for_whoever_is_free_first() -> None:
    units = Units(3)
    assert units.send(0, (0, 1, 2), 100) == Sent(0, 0)
    assert units.send(1, (0, 2, 1), 50) == Sent(2, 1)
    assert units.send(2, (2, 0, 1), 10) == Sent(1, 2)
    assert units.busy(2) == 3
    assert units.send(3, (0, 1, 2), 5) == Sent(1, 12)
    assert units.send(4, (0, 1, 2), 5) == Sent(1, 17)
    assert units.busy(60) == 1


def test_a_unit_that_is_done_at_the_very_instant_of_a_call_is_free() -> None:
    units = Units(2)
    units.send(0, (0, 1), 10)
    assert units.send(10, (0, 1), 5) == Sent(0, 10)
