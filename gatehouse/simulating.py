"""`gatehouse simulate`: days of a school or a region, often enough to say how sure a figure is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

from gatehouse.links import compile_models
from protocols.model import DeviceModel
from scenarios.loader import load_school, shipped_schools
from scenarios.local_time import REFERENCE_MONDAY, parse_time
from scenarios.package import SchoolPackage
from scenarios.region import Region, load_region, school_of, shipped_regions
from simulator.day.attack import Threat
from simulator.experiments.executors import (
    DaskExecutor,
    Executor,
    HereExecutor,
    ProcessExecutor,
)
from simulator.experiments.plan import Plan, Row, Subject, Task, play, school_days
from simulator.experiments.summary import Found, as_json, summarise
from simulator.parameters import PARAMETERS
from twins.documents import ConfigError, Problem, did_you_mean

Progress = Callable[[int, int], None]
"""Told (parts done, parts in all)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateSettings:
    """What the user asked for."""

    asked: str
    days: int = 1
    first: date = REFERENCE_MONDAY
    replications: int = 1
    seed: int = 1
    attack: str = ""
    """Local time at which somebody attacks at the gate, as `07:45`; empty for none."""
    schools: tuple[str, ...] = ()
    """Ids of the schools of a region that are played; empty for all."""
    engine: str = "process"
    processes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """An experiment that was played."""

    plan: Plan
    synthetic: bool
    rows: tuple[Row, ...]
    found: tuple[Found, ...]

    @property
    def assumed(self) -> tuple[str, ...]:
        """Return the guesses that the result stands on."""
        return tuple(sorted({name for row in self.rows for name in row.assumed}))

    def to_json(self) -> str:
        """Return the result as JSON; the same plan gives the same bytes anywhere."""
        plan = self.plan
        attack = None if plan.threat is None else plan.threat.at / 1e9
        body = {
            "subject": plan.asked,
            "synthetic": self.synthetic,
            "schools": len(plan.schools),
            "days": [day.isoformat() for day in plan.days],
            "replications": plan.replications,
            "seed": plan.seed,
            "attack_s_after_midnight": attack,
            "measures": {one.measure: as_json(one) for one in self.found},
            "by_school": self._by_school(),
            "assumed": {name: _told(name) for name in self.assumed},
        }
        return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def _by_school(self) -> Mapping[str, Mapping[str, float | None]]:
        """Return each school's medians, where there are several schools."""
        if len(self.plan.schools) == 1:
            return {}
        rows: dict[str, list[Row]] = {school: [] for school in self.plan.schools}
        for row in self.rows:
            rows[row.task.school].append(row)
        return {
            school: {
                one.measure: one.quantiles[0.5].value if one.quantiles else None
                for one in summarise(of_school)
            }
            for school, of_school in rows.items()
        }


def simulate(settings: SimulateSettings, progress: Progress) -> Simulation:
    """Play what was asked for; raises ConfigError."""
    plan, synthetic = plan_of(settings)
    tasks = list(plan.tasks())
    rows: dict[int, Row] = {}
    for number, row in executor_of(settings).run(partial(_play, plan), tasks):
        rows[number] = row
        progress(len(rows), len(tasks))
    ordered = tuple(rows[number] for number in range(len(tasks)))
    return Simulation(plan=plan, synthetic=synthetic, rows=ordered, found=summarise(ordered))


def plan_of(settings: SimulateSettings) -> tuple[Plan, bool]:
    """Return the experiment, and whether its schools are made up; raises ConfigError."""
    schools = _schools(settings)
    subject = load_subject(settings.asked, schools[0])
    days = school_days(subject.package, settings.first, settings.days)
    if len(days) < settings.days:
        message = f"has only {len(days)} school days within a year from {settings.first}"
        raise ConfigError([Problem(file=settings.asked, message=message)])
    plan = Plan(
        asked=settings.asked,
        schools=schools,
        days=days,
        replications=settings.replications,
        seed=settings.seed,
        threat=Threat(at=parse_time(settings.attack)) if settings.attack else None,
    )
    return plan, subject.package.synthetic


def executor_of(settings: SimulateSettings) -> Executor:
    """Return who plays: this process, several, or a cluster; raises ConfigError."""
    kind, _, address = settings.engine.partition(":")
    if kind == "dask" and address:
        return DaskExecutor(address)
    if settings.engine != "process":
        message = f"is no engine{did_you_mean(kind, ['process', 'dask'])}"
        message += "; write process or dask:tcp://HOST:PORT"
        raise ConfigError([Problem(file=settings.engine, message=message)])
    return HereExecutor() if settings.processes == 1 else ProcessExecutor(settings.processes)


def load_subject(asked: str, school: str) -> Subject:
    """Return one school of what was asked for, ready to be simulated; raises ConfigError."""
    if _is_school(asked):
        package = load_school(asked)
        return Subject(package=package, models=compile_models(package))
    region = _region(asked)
    row = next(one for one in region.schools if one.school == school)
    return Subject(package=school_of(region, row), models=_models_at(region, school))


def _play(plan: Plan, task: Task) -> Row:
    return play(plan, task, load_subject)


def _is_school(asked: str) -> bool:
    return (Path(asked) / "school.yaml").exists() or asked in shipped_schools()


def _schools(settings: SimulateSettings) -> tuple[str, ...]:
    asked = settings.asked
    known: tuple[str, ...] = ()
    if _is_school(asked):
        known = (load_school(asked).school.id,)
    elif (Path(asked) / "region.yaml").exists() or asked in shipped_regions():
        known = tuple(one.school for one in _region(asked).schools)
    if known:
        unknown = [
            Problem(file=asked, message=f"has no school {name!r}{did_you_mean(name, known)}")
            for name in settings.schools
            if name not in known
        ]
        if unknown:
            raise ConfigError(unknown)
        return tuple(name for name in known if name in (settings.schools or known))
    hint = did_you_mean(asked, [*shipped_schools(), *shipped_regions()])
    raise ConfigError([Problem(file=asked, message=f"is no school and no region{hint}")])


@cache
def _region(asked: str) -> Region:
    return load_region(asked)


@cache
def _template(name: str) -> tuple[SchoolPackage, Mapping[str, DeviceModel]]:
    package = load_school(name)
    return package, compile_models(package)


def _models_at(region: Region, school: str) -> dict[str, DeviceModel]:
    """Return the template's models under the ids of another school: they are compiled once."""
    package, models = _template(region.written.template)
    own = package.school.id
    return {f"{school}/{name.removeprefix(f'{own}/')}": model for name, model in models.items()}


def _told(name: str) -> dict[str, str]:
    parameter = PARAMETERS[name]
    return {
        "meaning": parameter.meaning, "law": str(parameter.law), "unit": parameter.unit,
        "source": parameter.source,
    }  # fmt: skip
