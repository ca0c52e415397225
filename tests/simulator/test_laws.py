import statistics

import pytest

from simulator.laws import (
    Exponential,
    Fixed,
    Law,
    LogNormal,
    Normal,
    ShiftedGamma,
    Triangular,
    Uniform,
)
from twins.streams import Stream

LAWS: tuple[tuple[Law, float], ...] = (
    (Fixed(3.0), 0.0),
    (Uniform(2.0, 5.0), 3.0 / 12**0.5),
    (Triangular(1.0, 2.0, 6.0), ((1 + 4 + 36 - 2 - 6 - 12) / 18) ** 0.5),
    (Exponential(4.0), 4.0),
    (ShiftedGamma(15.0, 2.0, 15.0), 450.0**0.5),
    (LogNormal(270.0, 0.6), 270.0 * (2.718281828459045**0.36 * (2.718281828459045**0.36 - 1)) ** 0.5),
    (Normal(90.0, 27.0), 27.0),
)  # fmt: skip
"""(law, its standard deviation)."""


@pytest.mark.parametrize(("law", "deviation"), LAWS)
def test_a_law_has_its_mean_and_its_spread(law: Law, deviation: float) -> None:
    sample = law.sampler(Stream(1))
    drawn = [sample() for _ in range(100_000)]
    assert statistics.fmean(drawn) == pytest.approx(law.mean, abs=5 * deviation / 100_000**0.5)
    assert statistics.pstdev(drawn) == pytest.approx(deviation, rel=0.05, abs=1e-12)


@pytest.mark.parametrize(("law", "deviation"), LAWS)
def test_drawing_one_by_one_and_by_a_sampler_gives_the_same_numbers(
    law: Law, deviation: float
) -> None:
    once, often = Stream(2), Stream(2)
    sample = law.sampler(often)
    assert [law.draw(once) for _ in range(50)] == [sample() for _ in range(50)]


def test_the_compiled_formulas_are_those_of_the_standard_library_to_the_last_bit() -> None:
    ours, theirs = Stream(3), Stream(3)
    triangular, uniform = Triangular(0.3, 0.8, 2.5).sampler(ours), Uniform(2.5, 3.5).sampler(ours)
    for _ in range(1000):
        assert triangular() == theirs.triangular(0.3, 2.5, 0.8)
        assert uniform() == theirs.uniform(2.5, 3.5)
