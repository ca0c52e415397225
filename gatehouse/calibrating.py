"""`gatehouse calibrate`: drill logs, stopwatch sheets and gateway logs as measured parameters."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.sqlite_store import SqliteStore, schools_in
from scenarios.table import parse_table
from simulator.calibration import Fitted, Sample, fit
from simulator.parameter_file import written_law
from simulator.parameters import PARAMETERS
from twins.documents import ConfigError, Document, Problem, did_you_mean
from twins.incident import Answer, Assignment, Incident, IncidentHandled
from twins.instant import Instant, in_seconds
from twins.school import Role
from twins.streams import Streams

COLUMNS = ("parameter", "value")

SHARES = {"yes": 1.0, "no": 0.0, "1": 1.0, "0": 0.0}
"""How a share's observations are written."""

Observed = tuple[str, float]
"""(parameter, value)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What came of the measurements."""

    fitted: tuple[Fitted, ...]
    too_few: tuple[Sample, ...]

    def to_yaml(self) -> str:
        """Return the parameter file, which says what was measured and what is still assumed."""
        measured = {one.parameter for one in self.fitted}
        assumed = [name for name, one in PARAMETERS.items() if one.assumed and name not in measured]
        lines = [f"# {len(measured)} measured; {len(assumed)} still assumed:"]
        lines += [f"#   {name}" for name in assumed]
        return "\n".join([*lines, "parameters:", *(_line(one) for one in self.fitted), ""])


async def calibrated(files: Sequence[Path], seed: int) -> Calibration:
    """Fit what files hold; raises ConfigError, all problems at once."""
    found: dict[str, list[float]] = defaultdict(list)
    sources: dict[str, list[str]] = defaultdict(list)
    problems: list[Problem] = []
    for file in files:
        try:
            observed = await _from_log(file) if _is_log(file) else _from_sheet(file)
        except ConfigError as error:
            problems.extend(error.problems)
            continue
        for parameter, value in observed:
            found[parameter].append(value)
            if file.name not in sources[parameter]:
                sources[parameter].append(file.name)
    if problems:
        raise ConfigError(problems)
    samples = [
        Sample(parameter=name, values=tuple(found[name]), source=", ".join(sources[name]))
        for name in PARAMETERS
        if name in found
    ]
    fits = [(sample, fit(sample, Streams(seed))) for sample in samples]
    return Calibration(
        fitted=tuple(fitted for _, fitted in fits if fitted is not None),
        too_few=tuple(sample for sample, fitted in fits if fitted is None),
    )


def _is_log(file: Path) -> bool:
    return file.suffix in (".sqlite", ".db")


def _from_sheet(file: Path) -> list[Observed]:
    """Read a drill log or stopwatch sheet: one observation a line, in the parameter's unit."""
    document = parse_table(str(file), COLUMNS)
    problems: list[Problem] = []
    found: list[Observed] = []
    for number, row in enumerate(document.data):
        value = _value(document, number, row, problems)
        if value is not None:
            found.append((row["parameter"], value))
    if problems:
        raise ConfigError(problems)
    return found


def _value(
    document: Document, number: int, row: Mapping[str, str], problems: list[Problem]
) -> float | None:
    name, text = row["parameter"], row["value"]
    if name not in PARAMETERS:
        message = f"there is no parameter {name!r}{did_you_mean(name, list(PARAMETERS))}"
        problems.append(document.problem((number, "parameter"), message))
        return None
    unit = PARAMETERS[name].unit
    if unit == "probability":
        if text in SHARES:
            return SHARES[text]
        problems.append(document.problem((number, "value"), f"{text!r} is neither yes nor no"))
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if 0.0 < value < math.inf:
        return value
    message = f"{text!r} is no {name} in {unit}: more than 0"
    problems.append(document.problem((number, "value"), message))
    return None


async def _from_log(file: Path) -> list[Observed]:
    """Read the closed cases of a gateway's log."""
    store = SqliteStore(file, read_only=True)
    await store.open(schools_in(file))
    found: list[Observed] = []
    try:
        async for batch in store.batches():
            for output in batch.outputs:
                if isinstance(output, IncidentHandled):
                    found.extend(_of_case(output.case))
    finally:
        await store.close()
    return [
        (name, value)
        for name, value in found
        if value > 0.0 or PARAMETERS[name].unit == "probability"
    ]


def _of_case(case: Incident) -> Iterator[Observed]:
    for one in case.assignments.values():
        match one.role:
            case Role.STATION:
                yield from _between("station.acknowledges", one.delivered, one.answered)
                yield from _between("police.secures", one.arrived, case.handled)
            case Role.GUARD:
                yield from _between("guard.acknowledges", one.delivered, one.answered)
            case Role.VOLUNTEER if one.delivered is not None:
                yield from _of_volunteer(one)
            case _:
                pass


def _of_volunteer(one: Assignment) -> Iterator[Observed]:
    yield from _between("volunteer.delivery", one.notified, one.delivered)
    came = one.answer in (Answer.ACCEPTED, Answer.ARRIVED) or one.arrived is not None
    yield "volunteer.accepts", float(came)
    yield "volunteer.silent", float(one.answer is None and one.arrived is None)
    if one.answer in (Answer.ACCEPTED, Answer.DECLINED):
        yield from _between("volunteer.reaction", one.delivered, one.answered)


def _between(name: str, begin: Instant | None, end: Instant | None) -> Iterator[Observed]:
    if begin is not None and end is not None:
        yield name, in_seconds(end - begin)


def _line(one: Fitted) -> str:
    law = ", ".join(f"{name}: {value}" for name, value in written_law(one.law).items())
    bands = ", ".join(f"{name}: [{low:.4g}, {high:.4g}]" for name, (low, high) in one.bands.items())
    source = f"measured, {one.source}, n = {one.observations}".replace('"', "'")
    return (
        f"  {one.parameter}: {{{law}, n: {one.observations}, band: {{{bands}}}, "
        f'source: "{source}"}}'
    )
