import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.analysis.arrival_laws import (
    Metric,
    VolunteerField,
    after,
    at_least,
    at_least_of,
    expected_there,
    first_quantile,
    later_than_log_normal,
    mean_first,
    mean_last_of,
    mean_nearest,
    nobody_ever,
    nobody_yet,
    response_gap,
    shifted_gamma,
)
from simulator.analysis.special import integral

FIELD = VolunteerField(per_km2=8, accepts=0.4, speed=2.0, detour=1.3, reacted=after(45.0))
ALERTED = replace(FIELD, per_km2=10, accepts=0.362, radius_m=1000.0,
                  reacted=shifted_gamma(15, 2, 15))  # fmt: skip


@pytest.mark.parametrize("t", [30.0, 60.0, 120.0, 300.0])
def test_the_integral_meets_the_closed_form_of_a_fixed_delay(t: float) -> None:
    reach = max(0.0, t - 45.0) * 2.0 / 1.3
    expected = 8e-6 * 0.4 * math.pi * reach**2
    assert expected_there(t, [FIELD]) == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(t=st.floats(0, 900), factor=st.floats(1, 4))
def test_twice_the_volunteers_who_come_half_as_often_change_nothing(
    t: float, factor: float
) -> None:
    other = replace(FIELD, per_km2=FIELD.per_km2 * factor, accepts=FIELD.accepts / factor)
    assert nobody_yet(t, [other]) == pytest.approx(nobody_yet(t, [FIELD]), rel=1e-6, abs=1e-12)


@settings(deadline=None)
@given(t=st.floats(0, 900), scale=st.floats(0.5, 3))
def test_a_map_at_another_scale_with_speeds_to_match_changes_no_time(
    t: float, scale: float
) -> None:
    other = replace(ALERTED, per_km2=ALERTED.per_km2 / scale**2, speed=ALERTED.speed * scale,
                    radius_m=ALERTED.radius_m * scale)  # fmt: skip
    assert nobody_yet(t, [other]) == pytest.approx(nobody_yet(t, [ALERTED]), rel=1e-6, abs=1e-9)


def test_the_mean_is_the_integral_of_the_tail_and_the_quantile_its_inverse() -> None:
    mean, _ = mean_first(FIELD, 45.0)
    tail = integral(lambda t: nobody_yet(t, [FIELD]), 0.0, 1500.0, precision=1e-4)
    assert mean == pytest.approx(tail, rel=1e-6)
    for share in (0.1, 0.5, 0.9):
        t = first_quantile(share, FIELD, 45.0)
        assert 1 - nobody_yet(t, [FIELD]) == pytest.approx(share, abs=1e-6)


def test_two_classes_add_up() -> None:
    bikes = replace(ALERTED, speed=4.75, per_km2=3)
    assert nobody_yet(150, [ALERTED, bikes]) == pytest.approx(
        nobody_yet(150, [ALERTED]) * nobody_yet(150, [bikes])
    )
    assert nobody_ever([ALERTED, bikes]) == pytest.approx(math.exp(-13e-6 * 0.362 * math.pi * 1e6))


def test_the_second_comes_no_earlier_than_the_first() -> None:
    assert at_least(1, 200, [ALERTED]) == pytest.approx(1 - nobody_yet(200, [ALERTED]))
    assert [at_least(0, 200, [ALERTED])] == [1]
    assert at_least(2, 200, [ALERTED]) < at_least(1, 200, [ALERTED])


def test_the_nearest_is_half_a_unit_away_and_the_right_angle_way_is_longer() -> None:
    assert mean_nearest(1, 1.0) == pytest.approx(500)
    assert mean_nearest(1, 1.0, Metric.RIGHT_ANGLE) == pytest.approx(1000 * math.sqrt(math.pi / 8))
    assert mean_nearest(1, 4.0) == pytest.approx(250)


def test_nobody_who_accepts_leaves_the_gap_to_the_police() -> None:
    police = later_than_log_normal(270, 0.6)
    gap = response_gap([replace(ALERTED, accepts=0.0)], police, 6000.0)
    assert gap.gained_s == pytest.approx(0, abs=1e-3)
    assert gap.volunteer_first == 0
    at_once = response_gap([ALERTED], lambda t: float(t < 1e-6), 6000.0)
    assert at_once.first_s == pytest.approx(0, abs=1e-3)
    assert at_once.gained_s == pytest.approx(0, abs=1e-3)


def test_more_volunteers_leave_less_gap() -> None:
    police = later_than_log_normal(270, 0.6)
    gaps = [
        response_gap([replace(ALERTED, per_km2=density)], police, 6000.0).first_s
        for density in (2, 8, 32)
    ]
    assert gaps == sorted(gaps, reverse=True)


def test_a_common_cause_makes_all_and_none_likelier_and_leaves_each() -> None:
    somebody = [at_least_of(1, [0.362] * 8, shared) for shared in (0.0, 0.2, 0.5, 0.9)]
    assert somebody == sorted(somebody, reverse=True)
    assert somebody[0] == pytest.approx(1 - 0.638**8)
    everybody = [at_least_of(8, [0.362] * 8, shared) for shared in (0.0, 0.2, 0.5, 0.9)]
    assert everybody == sorted(everybody)
    for shared in (0.3, 0.8):
        assert at_least_of(1, [0.362], shared) == pytest.approx(0.362, abs=1e-9)
        mean = math.fsum(at_least_of(rank, [0.1, 0.5, 0.9], shared) for rank in (1, 2, 3))
        assert mean == pytest.approx(1.5, abs=1e-9)


@given(shares=st.lists(st.floats(0, 1), min_size=1, max_size=6), rank=st.integers(0, 6))
def test_the_rank_th_of_different_people_is_the_sum_over_who_is_there(
    shares: list[float], rank: int
) -> None:
    exact = math.fsum(
        math.prod(p if there else 1 - p for p, there in zip(shares, outcome, strict=True))
        for outcome in product((False, True), repeat=len(shares))
        if sum(outcome) >= rank
    )
    assert at_least_of(rank, shares) == pytest.approx(exact, abs=1e-12)


def test_the_last_of_a_hundred_phones_takes_five_times_the_mean() -> None:
    assert mean_last_of(100, 2.0) == pytest.approx(10.374755)
