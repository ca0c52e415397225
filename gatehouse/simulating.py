"""`gatehouse simulate`: days of a school or a region, often enough to say how sure a figure is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

from gatehouse.links import compile_models
from protocols.model import DeviceModel
from scenarios.loader import load_school, shipped_schools
from scenarios.local_time import REFERENCE_MONDAY, parse_time
from scenarios.package import SchoolPackage
from scenarios.region import Region, load_region, shipped_regions
from scenarios.regional_school import school_of
from simulator.analysis.easi import LostCall
from simulator.day.check import Check, check
from simulator.day.threats import THREATS, Threat
from simulator.experiments.executors import (
    DaskExecutor,
    Executor,
    HereExecutor,
    ProcessExecutor,
)
from simulator.experiments.plan import Plan, Row, Subject, Task, play, school_days
from simulator.experiments.summary import Found, as_json, summarise
from simulator.experiments.until import play_all, play_until, read_goal
from simulator.parameter_file import read_parameters, with_values
from simulator.parameters import PARAMETERS, Parameter
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
    threat: str = ""
    """What happens, and when by the school's clock, as `walk-in@07:45`; empty for nothing."""
    lost_call: LostCall = LostCall.LATER_SENSORS
    together: bool = False
    """Whether the schools live each day before one engine, and are attacked at once."""
    schools: tuple[str, ...] = ()
    """Ids of the schools of a region that are played; empty for all."""
    parameters: str = ""
    """File of parameters that were measured; empty for the simulator's own."""
    changes: tuple[str, ...] = ()
    """Parameters set to one value, as `patrols.made=0`."""
    until: str = ""
    """How surely the mean of a measure is wanted, as `attack-gap=10s` or `attack-gap=5%`."""
    engine: str = "process"
    processes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """An experiment that was played."""

    plan: Plan
    synthetic: bool
    rows: tuple[Row, ...]
    found: tuple[Found, ...]
    check: Check | None = None
    """The same threat by the formulas; None without one, or where nobody was called."""

    @property
    def assumed(self) -> tuple[str, ...]:
        """Return the guesses that the result stands on."""
        return tuple(sorted({name for row in self.rows for name in row.assumed}))

    @property
    def given(self) -> tuple[str, ...]:
        """Return the parameters that were measured or set for this experiment."""
        given = self.plan.parameters
        return tuple(sorted(name for name in given if given[name] != PARAMETERS[name]))

    def to_json(self) -> str:
        """Return the result as JSON; the same plan gives the same bytes anywhere."""
        plan = self.plan
        body = {
            "subject": plan.asked,
            "synthetic": self.synthetic,
            "schools": len(plan.schools),
            "days": [day.isoformat() for day in plan.days],
            "replications": plan.replications,
            "seed": plan.seed,
            "together": plan.together,
            "threat": None if plan.threat is None else _threat_told(plan.threat),
            "check": None if self.check is None else asdict(self.check),
            "measures": {one.measure: as_json(one) for one in self.found},
            "by_school": self._by_school(),
            "assumed": {name: told_of(plan.parameters[name]) for name in self.assumed},
            "given": {name: told_of(plan.parameters[name]) for name in self.given},
        }
        return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def _by_school(self) -> Mapping[str, Mapping[str, float | None]]:
        """Return each school's medians, where there are several schools."""
        if len(self.plan.schools) == 1:
            return {}
        rows: dict[str, list[Row]] = {school: [] for school in self.plan.schools}
        for row in self.rows:
            rows[row.school].append(row)
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
    executor = executor_of(settings)
    if settings.until:
        goal = read_goal(settings.until)
        plan, ordered = play_until(goal, plan, executor, partial(_play, plan), progress)
    else:
        ordered = play_all(executor, partial(_play, plan), list(plan.tasks()), progress)
    return Simulation(
        plan=plan, synthetic=synthetic, rows=ordered, found=summarise(ordered),
        check=_check(plan, ordered),
    )  # fmt: skip


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
        threat=read_threat(settings.threat, settings.lost_call),
        together=settings.together,
        parameters=parameters_of(settings),
    )
    return plan, subject.package.synthetic


def parameters_of(settings: SimulateSettings) -> Mapping[str, Parameter]:
    """Return the numbers to play with: ours, those of a file, those that were set."""
    given = read_parameters(settings.parameters) if settings.parameters else PARAMETERS
    return with_values(given, settings.changes)


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
    return Subject(
        package=school_of(region, row), models=_models_at(region, school),
        cars=region.stations[row.station].cars,
    )  # fmt: skip


def read_threat(text: str, lost_call: LostCall = LostCall.LATER_SENSORS) -> Threat | None:
    """Read `walk-in@07:45`, or nothing; raises ConfigError."""
    if not text:
        return None
    kind, mark, at = text.partition("@")
    if not mark or kind not in THREATS:
        message = f"is no threat{did_you_mean(kind, list(THREATS))}; write one of "
        message += f"{', '.join(THREATS)}, with its time: walk-in@07:45"
        raise ConfigError([Problem(file=text, message=message)])
    try:
        return Threat(kind=kind, at=parse_time(at), lost_call=lost_call)
    except ValueError as error:
        raise ConfigError([Problem(file=text, message=str(error))]) from None


def lost_call_of(*, for_good: bool) -> LostCall:
    """Return what becomes of a call that is lost."""
    return LostCall.FOR_GOOD if for_good else LostCall.LATER_SENSORS


def _check(plan: Plan, rows: tuple[Row, ...]) -> Check | None:
    if plan.threat is None:
        return None
    school = load_subject(plan.asked, plan.schools[0]).package.school
    capabilities = frozenset(one.capability for one in school.devices)
    return check(plan.threat, capabilities, [row.measures for row in rows], plan.parameters)


def _threat_told(threat: Threat) -> dict[str, object]:
    return {
        "kind": threat.kind, "title": THREATS[threat.kind].title,
        "s_after_midnight": threat.at / 1e9, "lost_call": threat.lost_call.value,
    }  # fmt: skip


def _play(plan: Plan, task: Task) -> tuple[Row, ...]:
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


def told_of(parameter: Parameter) -> dict[str, str]:
    """Return a parameter for a JSON document."""
    return {
        "meaning": parameter.meaning, "law": str(parameter.law), "unit": parameter.unit,
        "source": parameter.source,
    }  # fmt: skip
