"""The commands for who plans: simulated days, and what they say of a school or a city."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gatehouse import planning_options as options
from gatehouse.terminal import Language, err, out, show, table, told, written
from gatehouse.wording import Say, wording

if TYPE_CHECKING:
    from gatehouse.comparing import Comparison
    from gatehouse.simulating import Simulation

planning_app = typer.Typer()


@planning_app.command()
def simulate(
    subject: options.Subject,
    language: Language,
    *,
    school: options.Schools = None,
    days: options.Days = 1,
    first: options.First = "2026-09-07",
    replications: options.Replications = 1,
    seed: options.Seed = 1,
    threat: options.Threat = "",
    calls_lost_for_good: options.LostForGood = False,
    together: options.Together = False,
    parameters: options.Parameters = None,
    changes: options.Changes = None,
    until: options.Until = "",
    engine: options.Engine = "process",
    processes: options.Processes = 1,
    json_file: options.JsonFile = None,
    html_file: options.HtmlFile = None,
    trace: options.TraceFile = None,
) -> None:
    """Play whole school days many times; tell what was measured, how surely, on which guesses."""
    from gatehouse.simulating import SimulateSettings, lost_call_of
    from gatehouse.simulating import simulate as simulated

    say = wording(language)
    settings = SimulateSettings(
        asked=subject, schools=tuple(school or ()), days=days, first=_day(first),
        replications=replications, seed=seed, threat=threat,
        lost_call=lost_call_of(for_good=calls_lost_for_good),
        together=together, parameters=str(parameters or ""), changes=tuple(changes or ()),
        until=until, engine=engine, processes=processes,
    )  # fmt: skip
    _prepare(json_file, html_file, trace)
    with _progress_bar(say) as progress:
        simulation = told(lambda: simulated(settings, progress))
    if json_file:
        written(json_file, simulation.to_json())
    if html_file:
        written(html_file, _report(simulation, say, language))
    if trace:
        from gatehouse.tracing import traced

        written(trace, "".join(f"{line}\n" for line in traced(settings)))
    _print(simulation, say, language)


def _report(simulation: "Simulation", say: Say, language: str) -> str:
    from gatehouse.simulation_report import report_html

    return report_html(simulation, say, language)


def _prepare(*files: Path | None) -> None:
    """Write nothing into files, to know now, not after hours, whether they can be written."""
    for file in files:
        if file:
            written(file, "")


@planning_app.command()
def compare(
    first: options.Design,
    second: options.Design,
    language: Language,
    *,
    days: options.Days = 1,
    day: options.First = "2026-09-07",
    replications: options.Replications = 100,
    seed: options.Seed = 1,
    threat: options.Threat = "",
    parameters: options.Parameters = None,
    processes: options.Processes = 1,
    json_file: options.JsonFile = None,
) -> None:
    """Play two designs under the same chance; tell what differs, and how surely."""
    from gatehouse.comparing import compare as compared
    from gatehouse.simulating import SimulateSettings

    say = wording(language)
    settings = SimulateSettings(
        asked=first, days=days, first=_day(day), replications=replications, seed=seed,
        threat=threat, parameters=str(parameters or ""), processes=processes,
    )  # fmt: skip
    _prepare(json_file)
    with _progress_bar(say) as progress:
        found = told(lambda: compared(first, second, settings, progress))
    if json_file:
        written(json_file, found.to_json())
    _print_comparison(found, say, language)


def _print_comparison(found: "Comparison", say: Say, language: str) -> None:
    from gatehouse.simulation_report import interval_text, number_text
    from simulator.day.measures import MEASURES

    rows = []
    for one in found.differences:
        measure = MEASURES[one.measure]
        unit = "" if measure.unit == "1" else measure.unit
        cells = (
            measure.title[language], number_text(one.first.value), number_text(one.second.value),
            interval_text(one.difference), "*" if one.sure else "", unit,
            str(one.difference.observations),
        )  # fmt: skip
        rows.append(cells)
    head = (say("Measure"), "A", "B", say("A - B (95 % interval)"), "", say("Unit"), "n")
    out.print(f"A: {found.names[0]}\nB: {found.names[1]}", markup=False)
    show(table(head, rows))
    out.print(
        say("Means over days that had the measure in both; * where the interval leaves out 0.")
    )


@contextmanager
def _progress_bar(say: Say) -> Iterator[Callable[[int, int], None]]:
    """Show how far it is and how long it still takes, where somebody looks."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(say("school days"), total=None)
        yield lambda done, all_of_them: bar.update(task, completed=done, total=all_of_them)


def _print(simulation: "Simulation", say: Say, language: str) -> None:
    from gatehouse.simulation_report import check_text, interval_text, number_text
    from simulator.day.measures import MEASURES

    rows = []
    for one in simulation.found:
        if not one.values:
            continue
        measure = MEASURES[one.measure]
        middle = one.probability or one.quantiles[0.5]
        late = "" if one.probability else number_text(one.quantiles[0.95].value)
        unit = "" if measure.unit == "1" else measure.unit
        cells = (measure.title[language], interval_text(middle), late, unit, str(len(one.values)))
        rows.append(cells)
    head = (say("Measure"), say("Median (95 % interval)"), say("95 % within"), say("Unit"), "n")
    if simulation.synthetic:
        out.print(say("Synthetic: these schools do not exist."), markup=False)
    show(table(head, rows))
    if simulation.check is not None:
        out.print(check_text(simulation.check, say), markup=False)
    out.print(say("{n} inputs are guesses; the report lists them.", n=len(simulation.assumed)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2026-09-07") from None
