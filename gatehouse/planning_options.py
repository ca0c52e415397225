"""Options that the commands for planners share."""

from pathlib import Path
from typing import Annotated

import typer

Subject = Annotated[str, typer.Argument(help="A school or a region: its folder or name.")]
Schools = Annotated[
    list[str] | None,
    typer.Option("--school", help="Play this school of a region; may stand often."),
]
Days = Annotated[int, typer.Option(min=1, max=366, help="School days to play.")]
First = Annotated[str, typer.Option("--from", help="The first date, as 2026-09-07.")]
Replications = Annotated[int, typer.Option(min=1, max=1_000_000)]
Seed = Annotated[int, typer.Option(help="Root of all chance.")]
Threat = Annotated[
    str, typer.Option(help="What happens, and when: walk-in@07:45, ramming@16:20, …")
]
LostForGood = Annotated[
    bool,
    typer.Option(
        "--lost-for-good/--later-sensors",
        help="After a call that is lost nobody calls any more, or later sensors still may.",
    ),
]
Together = Annotated[
    bool, typer.Option("--together", help="The schools live at once before one engine.")
]
Engine = Annotated[str, typer.Option(help="process, or dask:tcp://HOST:PORT.")]
Processes = Annotated[int, typer.Option(min=1, max=1024)]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the result to this file.")]
HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write the report to this file.")]
Parameters = Annotated[
    Path | None, typer.Option("--parameters", help="File of parameters that were measured.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="Set a parameter: patrols.made=0; may stand often."),
]
Until = Annotated[
    str,
    typer.Option(help="Play until a mean is as sure as this: attack-gap=10s, or attack-gap=5%."),
]
Design = Annotated[
    str, typer.Argument(help="SUBJECT or SUBJECT,name=value: demo-primary,patrols.made=0")
]
TraceFile = Annotated[
    Path | None, typer.Option("--trace", help="Keep the first day in this file, line by line.")
]
