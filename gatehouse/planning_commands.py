"""The commands for who plans: simulated days, and what they say of a school or a city."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gatehouse.terminal import Language, err, out, show, table, told, written
from gatehouse.wording import Say, wording

if TYPE_CHECKING:
    from gatehouse.simulating import Simulation

planning_app = typer.Typer()


@planning_app.command()
def simulate(
    subject: Annotated[str, typer.Argument(help="A school or a region: its folder or name.")],
    language: Language,
    *,
    school: Annotated[
        list[str] | None, typer.Option(help="Play this school of a region; may stand often.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="School days to play.")] = 1,
    first: Annotated[
        str, typer.Option("--from", help="The first date, as 2026-09-07.")
    ] = "2026-09-07",
    replications: Annotated[int, typer.Option(min=1, max=1_000_000)] = 1,
    seed: Annotated[int, typer.Option(help="Root of all chance.")] = 1,
    threat: Annotated[
        str, typer.Option(help="What happens, and when: walk-in@07:45, ramming@16:20, …")
    ] = "",
    calls_lost_for_good: Annotated[
        bool,
        typer.Option(
            "--lost-for-good/--later-sensors",
            help="After a call that is lost nobody calls any more, or later sensors still may.",
        ),
    ] = False,
    together: Annotated[
        bool,
        typer.Option("--together", help="The schools live at once before one engine."),
    ] = False,
    engine: Annotated[str, typer.Option(help="process, or dask:tcp://HOST:PORT.")] = "process",
    processes: Annotated[int, typer.Option(min=1, max=1024)] = 1,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the result to this file.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write the report to this file.")
    ] = None,
) -> None:
    """Play whole school days many times; tell what was measured, how surely, on which guesses."""
    from gatehouse.simulating import SimulateSettings
    from gatehouse.simulating import simulate as simulated
    from simulator.analysis.easi import LostCall

    say = wording(language)
    settings = SimulateSettings(
        asked=subject, schools=tuple(school or ()), days=days, first=_day(first),
        replications=replications, seed=seed,
        threat=threat, lost_call=LostCall.FOR_GOOD if calls_lost_for_good else
        LostCall.LATER_SENSORS, together=together, engine=engine, processes=processes,
    )  # fmt: skip
    for file in (json_file, html_file):
        if file:
            written(file, "")  # to know now, not after hours
    with _progress_bar(say) as progress:
        simulation = told(lambda: simulated(settings, progress))
    if json_file:
        written(json_file, simulation.to_json())
    if html_file:
        from gatehouse.simulation_report import report_html

        written(html_file, report_html(simulation, say, language))
    _print(simulation, say, language)


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
