"""The commands for a simulated day that was kept: measure it again, compare it, show it."""

from pathlib import Path
from typing import Annotated

import typer

from gatehouse.terminal import Language, end, out, show, table, told, written
from gatehouse.wording import wording

trace_app = typer.Typer(help="A simulated day that was kept (simulate --trace).",
                        no_args_is_help=True)  # fmt: skip

TraceFile = Annotated[Path, typer.Argument(help="A trace, as simulate --trace writes it.")]


@trace_app.command()
def replay(file: TraceFile, language: Language) -> None:
    """Work the measures out again from what happened; they must come out to the last bit."""
    from gatehouse.simulation_report import number_text
    from gatehouse.tracing import replayed
    from simulator.day.measures import MEASURES

    say = wording(language)
    found = told(lambda: replayed(file))
    rows = [
        (MEASURES[name].title[language], number_text(value), MEASURES[name].unit)
        for name, value in found.trace.measures.items()
        if value is not None and name in MEASURES
    ]
    show(table((say("Measure"), say("Value"), say("Unit")), rows))
    if found.differing:
        out.print(say("comes out otherwise: {names}", names=", ".join(found.differing)))
        end(passed=False)
    out.print(say("{n} measures, all the same to the last bit", n=len(found.trace.measures)))


@trace_app.command()
def diff(one: TraceFile, other: TraceFile, language: Language) -> None:
    """Tell where two days begin to differ."""
    from gatehouse.tracing import difference

    say = wording(language)
    found = told(lambda: difference(one, other))
    if found is None:
        out.print(say("the traces are the same"))
        return
    where, ours, theirs = found
    out.print(say("first difference at {where}", where=where), markup=False)
    out.print(f"- {ours}\n+ {theirs}", markup=False)
    end(passed=False)


@trace_app.command()
def animate(
    file: TraceFile,
    page: Annotated[Path, typer.Argument(help="The page to write: one HTML file.")],
    language: Language,
) -> None:
    """Show the day on the school's plan, as one page that needs nothing else."""
    from gatehouse.animating import page_of
    from gatehouse.tracing import read

    say = wording(language)
    written(page, "")
    _, trace = told(lambda: read(file))
    written(page, page_of(trace, say, language))
