"""Which input matters: Morris' screening and Sobol's indices, by SALib (extra `analysis`).

Sources: Morris, Technometrics 33 (1991); Campolongo, Cariboni and Saltelli, Environmental Modelling
and Software 22 (2007) for mu*; Saltelli and others, Computer Physics Communications 181 (2010).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

Model = Callable[[Mapping[str, float]], float]
"""A figure of the simulation from the values of its factors, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """An input that is not known exactly: equally likely between two bounds."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How much of the figure's variance a factor explains, with 95 % half-widths."""

    factor: str
    first: float
    """Alone (S1)."""
    first_half_width: float
    total: float
    """Together with all others (ST)."""
    total_half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a step of a factor does to the figure, on average over the other factors."""

    factor: str
    strength: float
    """Mean of the absolute effects (mu*)."""
    mean: float
    deviation: float
    """Large beside the strength where the effect is bent or depends on other factors."""


def available() -> bool:
    """Return whether SALib is installed."""
    return find_spec("SALib") is not None


def sobol(factors: Sequence[Factor], model: Model, *, samples: int, seed: int) -> list[Shares]:
    """Return the shares of variance; runs the model `samples` × (number of factors + 2) times.

    `samples` is a power of 2, else Sobol's sequence loses its balance. Sampler and estimator belong
    together; another sampler gives wrong indices without a word.
    """
    if samples < 1 or samples & (samples - 1):
        raise ValueError(f"{samples} samples: take a power of 2, as {1 << samples.bit_length()}")
    problem = _problem(factors)
    sample = _salib("sample.sobol").sample
    values = sample(problem, samples, calc_second_order=False, seed=seed)
    analyze = _salib("analyze.sobol").analyze
    found = analyze(problem, _run(factors, model, values), calc_second_order=False, seed=seed)
    return [
        Shares(
            factor=factor.name,
            first=float(found["S1"][place]),
            first_half_width=float(found["S1_conf"][place]),
            total=float(found["ST"][place]),
            total_half_width=float(found["ST_conf"][place]),
        )
        for place, factor in enumerate(factors)
    ]


def morris(factors: Sequence[Factor], model: Model, *, paths: int, seed: int) -> list[Effect]:
    """Return each factor's effects; runs the model `paths` × (number of factors + 1) times.

    Cheap: ten to fifty paths show which factors can be left alone.
    """
    problem = _problem(factors)
    values = _salib("sample.morris").sample(problem, paths, seed=seed)
    found = _salib("analyze.morris").analyze(
        problem, values, _run(factors, model, values), seed=seed
    )
    return [
        Effect(
            factor=factor.name,
            strength=float(found["mu_star"][place]),
            mean=float(found["mu"][place]),
            deviation=float(found["sigma"][place]),
        )
        for place, factor in enumerate(factors)
    ]


def _salib(module: str) -> Any:  # noqa: ANN401  SALib has no types
    if not available():
        raise ModuleNotFoundError("sensitivity needs SALib: pip install 'gatehouse[analysis]'")
    return import_module(f"SALib.{module}")


def _problem(factors: Sequence[Factor]) -> dict[str, object]:
    return {
        "num_vars": len(factors),
        "names": [factor.name for factor in factors],
        "bounds": [[factor.low, factor.high] for factor in factors],
    }


def _run(factors: Sequence[Factor], model: Model, values: Any) -> Any:  # noqa: ANN401  arrays
    names = [factor.name for factor in factors]
    figures = [model(dict(zip(names, row, strict=True))) for row in values.tolist()]
    return import_module("numpy").array(figures)
