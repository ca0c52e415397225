"""The command that turns measurements into the simulator's parameters."""

from pathlib import Path
from typing import Annotated

import typer

from gatehouse.terminal import Language, out, run, show, table, written
from gatehouse.wording import wording

calibrate_app = typer.Typer()


@calibrate_app.command()
def calibrate(
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV sheets (parameter,value) and gateway logs (.sqlite)."),
    ],
    language: Language,
    *,
    parameters: Annotated[Path, typer.Option("--out", help="The parameter file to write.")],
    seed: Annotated[int, typer.Option(help="Root of the bootstrap.")] = 1,
) -> None:
    """Fit what was measured; write which numbers are measured and which are still assumed."""
    from gatehouse.calibrating import calibrated
    from gatehouse.simulation_report import number_text
    from simulator.calibration import AT_LEAST
    from simulator.parameters import PARAMETERS

    say = wording(language)
    found = run(calibrated(files, seed), say)
    written(parameters, found.to_yaml())
    rows = [
        (
            PARAMETERS[one.parameter].meaning, str(one.law),
            ", ".join(
                f"{name} {number_text(low)} – {number_text(high)}"
                for name, (low, high) in one.bands.items()
            ),
            PARAMETERS[one.parameter].unit, str(one.observations),
        )
        for one in found.fitted
    ]  # fmt: skip
    show(table((say("Input"), say("Law"), say("95 % band"), say("Unit"), "n"), rows))
    for one in found.too_few:
        told = say(
            "{name}: {n} observations are too few, {least} at least; the guess stays",
            name=one.parameter, n=len(one.values), least=AT_LEAST,
        )  # fmt: skip
        out.print(told, markup=False)
