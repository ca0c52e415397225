"""A case, what was found, and whether that is near enough."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import fmean, stdev
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from twins.documents import read_yaml

CASES = Path(__file__).with_name("cases.yaml")
FORMULA_TOLERANCE = 1e-6
ERRORS = 3.5
ERRORS_SURELY = 5.0
"""So many standard errors are no chance, even where the case would allow them."""
OBSERVATIONS = 20_000
"""Fewer make a simulated row no verdict, but where nothing is random."""


class Kind(StrEnum):
    """How a case is held."""

    EXACT = "exact"
    SIMULATED = "simulated"


class Case(BaseModel):
    """One case of the data file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    kind: Kind
    tolerance: float
    source: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, float]


class _Cases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    cases: dict[Annotated[str, Field(pattern=r"^S\d\d$")], Case]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One quantity as the simulator gives it."""

    quantity: str
    value: float
    error: float | None = None
    """Standard error, or None for a formula and for a play without chance."""
    observations: int | None = None
    """Of what a play is made; None for a formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the page."""

    found: Found
    expected: float
    allowed: float

    @property
    def passes(self) -> bool:
        """Return whether it is near enough, and not surely beside the truth."""
        away = abs(self.found.value - self.expected)
        surely = self.found.error is not None and away > ERRORS_SURELY * self.found.error
        return away <= self.allowed and not surely


def cases() -> dict[str, Case]:
    """Read the data file."""
    return read_yaml(str(CASES), _Cases).cases


def judge(case: Case, found: Sequence[Found]) -> list[Row]:
    """Return a row for everything found; raises KeyError for a quantity that nobody expects."""
    return [
        Row(found=one, expected=case.expected[one.quantity], allowed=_allowed(case, one))
        for one in found
    ]


def _allowed(case: Case, found: Found) -> float:
    scale = max(1.0, abs(case.expected[found.quantity]))
    if found.observations is None and case.kind is Kind.SIMULATED:
        return FORMULA_TOLERANCE * scale
    return max(case.tolerance * scale, ERRORS * (found.error or 0.0))


def computed(values: Mapping[str, float]) -> list[Found]:
    """Return values that came from a formula."""
    return [Found(quantity=name, value=value) for name, value in values.items()]


def mean_of(quantity: str, values: Sequence[float], observations: int | None = None) -> Found:
    """Return the mean of independent values; each may stand for several observations."""
    return Found(
        quantity=quantity,
        value=fmean(values),
        error=stdev(values) / math.sqrt(len(values)),
        observations=observations or len(values),
    )


def share_of(quantity: str, hits: int, trials: int) -> Found:
    """Return a probability from independent trials.

    Its standard error takes one hit and one miss more, so that never and always have one too.
    """
    likely = (hits + 1) / (trials + 2)
    return Found(
        quantity=quantity, value=hits / trials,
        error=math.sqrt(likely * (1 - likely) / trials), observations=trials,
    )  # fmt: skip
