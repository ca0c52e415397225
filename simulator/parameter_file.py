"""Parameters as a file: what was measured takes the place of what was assumed.

    parameters:
      guard.sees: {law: log-normal, median: 2.4, sigma: 0.31, source: "drills.csv, n = 14"}

A source that does not begin with `assumed` says that the number was measured.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from itertools import pairwise
from typing import Any

from simulator.laws import Exponential, Fixed, Law, LogNormal, ShiftedGamma, Triangular, Uniform
from simulator.parameters import PARAMETERS, Parameter
from twins.documents import ConfigError, Document, Problem, did_you_mean, parse_yaml

LAWS: Mapping[str, type[Any]] = {
    "exponential": Exponential,
    "fixed": Fixed,
    "log-normal": LogNormal,
    "shifted-gamma": ShiftedGamma,
    "triangular": Triangular,
    "uniform": Uniform,
}
"""Name in a file → law; its fields stand beside it."""

IN_ORDER = {"triangular": ("low", "mode", "high"), "uniform": ("low", "high")}
"""Fields that may not fall."""

NO_SPREAD = {"exponential": "mean", "log-normal": "sigma", "shifted-gamma": "scale"}
"""A field that must be more than 0."""


def read_parameters(file: str) -> Mapping[str, Parameter]:
    """Return all parameters with those of a file in place; raises ConfigError, all at once."""
    document = parse_yaml(file)
    body = document.data.get("parameters") if isinstance(document.data, dict) else None
    if not isinstance(body, dict):
        raise ConfigError([document.problem((), "has no `parameters:`")])
    problems: list[Problem] = []
    found = dict(PARAMETERS)
    for name, written in body.items():
        wrong = list(_wrong(document, str(name), written))
        problems += wrong
        if not wrong:
            found[name] = replace(
                PARAMETERS[name], law=_law(written), source=str(written.get("source", file))
            )
    if problems:
        raise ConfigError(problems)
    return found


def with_values(
    parameters: Mapping[str, Parameter], settings: tuple[str, ...]
) -> Mapping[str, Parameter]:
    """Return parameters with some of them fixed, each as `name=value`; raises ConfigError."""
    found, problems = dict(parameters), []
    for setting in settings:
        name, mark, text = setting.partition("=")
        try:
            law = Fixed(float(text))
        except ValueError:
            mark = ""
            law = Fixed(0.0)
        if not mark:
            problems.append(Problem(file=setting, message="is no setting; write name=number"))
        elif name not in PARAMETERS:
            hint = did_you_mean(name, list(PARAMETERS))
            problems.append(Problem(file=setting, message=f"there is no parameter {name!r}{hint}"))
        elif (problem := _out_of_range(name, law)) is not None:
            problems.append(Problem(file=setting, message=problem))
        else:
            found[name] = replace(PARAMETERS[name], law=law, source=f"set to {text}")
    if problems:
        raise ConfigError(problems)
    return found


def written_law(law: Law) -> dict[str, object]:
    """Return a law as it is written in a file."""
    name = next(one for one, kind in LAWS.items() if type(law) is kind)
    return {"law": name, **asdict(law)}  # type: ignore[call-overload]  # every law is a dataclass


def _wrong(document: Document, name: str, written: object) -> Iterator[Problem]:
    place = ("parameters", name)
    if name not in PARAMETERS:
        hint = did_you_mean(name, list(PARAMETERS))
        yield document.problem(place, f"there is no parameter {name!r}{hint}")
        return
    if not isinstance(written, dict) or written.get("law") not in LAWS:
        given = str(written.get("law")) if isinstance(written, dict) else ""
        hint = did_you_mean(given, list(LAWS))
        message = f"needs a `law:`, one of {', '.join(LAWS)}{hint}"
        yield document.problem(place, message)
        return
    kind = str(written["law"])
    names = [one.name for one in fields(LAWS[kind])]
    wrong = [one for one in names if not _is_number(written.get(one))]
    if wrong:
        yield document.problem(place, f"{kind} needs a number for {', '.join(wrong)}")
        return
    extra = sorted(set(written) - {"law", "source", "band", "n", *names})
    if extra:
        yield document.problem((*place, extra[0]), f"{kind} has no {', '.join(extra)}")
        return
    shape = _misshapen(kind, written)
    problem = shape or _out_of_range(name, _law(written))
    if problem:
        yield document.problem(place, problem)


def _misshapen(kind: str, written: Mapping[str, Any]) -> str:
    steps = [float(written[one]) for one in IN_ORDER.get(kind, ())]
    if any(low > high for low, high in pairwise(steps)) or (steps and steps[0] == steps[-1]):
        return f"{', '.join(IN_ORDER[kind])} must rise"
    least = NO_SPREAD.get(kind)
    if least is not None and float(written[least]) <= 0.0:
        return f"{least} must be more than 0"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124  nan


def _law(written: Mapping[str, Any]) -> Law:
    kind = LAWS[str(written["law"])]
    law: Law = kind(**{one.name: float(written[one.name]) for one in fields(kind)})
    return law


def _out_of_range(name: str, law: Law) -> str | None:
    """Return what is wrong with a law for a quantity of this unit, or None."""
    unit = PARAMETERS[name].unit
    if unit == "probability" and not (isinstance(law, Fixed) and 0.0 <= law.value <= 1.0):
        return f"{name} is a probability: a fixed number from 0 to 1"
    if law.mean < 0.0 and name != "environment.step":
        return f"{name} cannot be negative"
    return None
