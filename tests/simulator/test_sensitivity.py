import math

import pytest

from simulator.analysis.sensitivity import Factor, available, morris, sobol

needs_salib = pytest.mark.skipif(
    not available(), reason="SALib is not installed; it comes with the extra `analysis`"
)

ISHIGAMI = [Factor(name=name, low=-math.pi, high=math.pi) for name in ("x1", "x2", "x3")]


def ishigami(at) -> float:
    return math.sin(at["x1"]) * (1 + 0.1 * at["x3"] ** 4) + 7 * math.sin(at["x2"]) ** 2


@needs_salib
def test_the_indices_of_the_ishigami_function_are_found() -> None:
    found = {one.factor: one for one in sobol(ISHIGAMI, ishigami, samples=4096, seed=1)}
    first = [found[name].first for name in ("x1", "x2", "x3")]
    total = [found[name].total for name in ("x1", "x2", "x3")]
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


@needs_salib
def test_screening_finds_slopes_and_leaves_alone_what_has_no_effect() -> None:
    factors = [Factor(name=name, low=0.0, high=1.0) for name in ("strong", "weak", "none")]
    found = {
        one.factor: one
        for one in morris(factors, lambda at: 5 * at["strong"] - at["weak"], paths=20, seed=1)
    }
    assert found["strong"].mean == pytest.approx(5)
    assert found["weak"].mean == pytest.approx(-1)
    assert found["weak"].strength == pytest.approx(1)
    assert found["none"].strength == 0
    assert found["strong"].deviation == pytest.approx(0, abs=1e-9)


@needs_salib
def test_the_same_seed_gives_the_same_indices() -> None:
    one, other = (sobol(ISHIGAMI, ishigami, samples=64, seed=3) for _ in range(2))
    assert one == other


def test_a_sample_that_is_no_power_of_two_is_refused() -> None:
    with pytest.raises(ValueError, match="power of 2, as 128"):
        sobol(ISHIGAMI, ishigami, samples=100, seed=1)


@pytest.mark.skipif(available(), reason="SALib is installed here")
def test_without_salib_it_is_said_how_to_get_it() -> None:
    with pytest.raises(ModuleNotFoundError, match="gatehouse\\[analysis\\]"):
        sobol(ISHIGAMI, ishigami, samples=64, seed=1)
