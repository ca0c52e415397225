"""The command line. Heavy parts are imported where they are used, so that help comes at once.

Exit codes: 0 done, 1 done and the answer is no (a drill failed, a replay differs), 2 wrong input.
"""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.calibrate_command import calibrate_app
from gatehouse.device_commands import device_app
from gatehouse.planning_commands import planning_app
from gatehouse.terminal import Language, end, out, run, told, written
from gatehouse.trace_commands import trace_app
from gatehouse.wire_commands import wire_app
from gatehouse.wording import wording

app = typer.Typer(
    help="The gatehouse of a school: live twins, alarms that arrive, drills as tests.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
drill_app = typer.Typer(help="Run drills, and make them from cases.", no_args_is_help=True)
app.add_typer(drill_app, name="drill")
app.add_typer(device_app)
app.add_typer(calibrate_app)
app.add_typer(planning_app)
app.add_typer(trace_app, name="trace")
app.add_typer(wire_app)

JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the result to this file.")]
School = Annotated[str, typer.Argument(help="Folder of a school package, or a shipped school.")]
Seed = Annotated[int, typer.Option(help="Root of all chance.")]


@app.command()
def demo(
    language: Language,
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=1, max=604_800, help="Stop after this many seconds."),
    ] = None,
    json_file: JsonFile = None,
    log: Annotated[Path | None, typer.Option(help="Keep the gateway's log in this file.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0: any.")] = 0,
    seed: Seed = 7,
) -> None:
    """Show a school alive: emulated devices, gateway, live page, and drill D01 on the wire."""
    from gatehouse.demo import DemoSettings, run_demo

    say = wording(language)
    if json_file:
        written(json_file, "")  # to know now, not after the demo
    settings = DemoSettings(for_s=for_s, log=log, port=port, seed=seed, language=language)
    result = run(run_demo(settings, say, out.print), say)
    if json_file:
        written(json_file, result.to_json())
    end(result.passed)


@app.command()
def serve(
    schools: Annotated[list[str], typer.Argument(help="Folders or names of school packages.")],
    language: Language,
    log: Annotated[Path, typer.Option(help="The durable log.")] = Path("gatehouse.sqlite"),
    host: Annotated[str, typer.Option(help="Loopback only, until accounts exist.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8080,
) -> None:
    """Run the gateway of one or several schools on their real devices."""
    from gatehouse.serving import ServeSettings, run_gateway

    settings = ServeSettings(schools=tuple(schools), log=log, host=host, port=port)
    run(run_gateway(settings, wording(language), out.print), wording(language))


@app.command()
def emulate(
    school: School,
    language: Language,
    ports: Annotated[str, typer.Option(help="fixed: known ports; free: any.")] = "fixed",
) -> None:
    """Answer as every device of a school, on loopback, over the real protocols."""
    from gatehouse.emulating import run_emulation

    if ports not in ("fixed", "free"):
        raise typer.BadParameter(f"{ports!r} is neither fixed nor free", param_hint="--ports")
    run(
        run_emulation(school, language, out.print, fixed_ports=ports == "fixed"),
        wording(language),
    )


@app.command()
def check(
    subjects: Annotated[list[str], typer.Argument(help="Schools, drills, model files.")],
    language: Language,
    log: Annotated[
        Path | None, typer.Option(help="A gateway's log of the school: what devices proved.")
    ] = None,
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Ask every device of a school now; nothing is written.")
    ] = False,
) -> None:
    """Check schools, drills and device models: everything wrong at once, then what is found."""
    from gatehouse.assessing import Reader
    from gatehouse.checking import check_all
    from gateway.clock import WallClock

    reader = Reader(
        language=language, say=wording(language), now=WallClock().now(), log=log, live=live
    )
    for line in told(lambda: check_all(subjects, reader)):
        out.print(line, markup=False)


@drill_app.command("run")
def drill_run(
    drill: Annotated[str, typer.Argument(help="Name of a shipped drill, or a drill file.")],
    language: Language,
    level: Annotated[str, typer.Option("--on", help="sim: simulated time; wire: sockets.")] = "sim",
    seed: Seed = 1,
    json_file: JsonFile = None,
) -> None:
    """Run a drill and judge what happened against what was expected."""
    from gatehouse.drills.running import LEVELS, run_drill

    if level not in LEVELS:
        raise typer.BadParameter(f"{level!r} is none of {', '.join(LEVELS)}", param_hint="--on")
    say = wording(language)
    report = run(run_drill(drill, level, seed), say)
    if json_file:
        written(json_file, report.to_json())
    for line in report.lines(language, say):
        out.print(line, markup=False)
    end(report.passed)


@drill_app.command("export")
def drill_export(
    log: Annotated[Path, typer.Argument(help="A gateway's log.")],
    incident: Annotated[str, typer.Argument(help="The case, as demo-primary/incident/1.")],
    language: Language,
    school: Annotated[
        str | None, typer.Option(help="Where the school of the case is, if not shipped.")
    ] = None,
) -> None:
    """Write a case of a log as a drill file: what caused it, and what was answered by when."""
    from gatehouse.drills.exporting import exported

    typer.echo(run(exported(log, incident, school), wording(language)), nl=False)


@app.command()
def replay(
    log: Annotated[Path, typer.Argument(help="A gateway's log.")],
    language: Language,
    school: Annotated[
        list[str] | None, typer.Option(help="Where a school of the log is, if not shipped.")
    ] = None,
) -> None:
    """Feed a log to the engine again; stop at the first output that differs."""
    from gatehouse.replaying import described
    from gatehouse.replaying import replay as replayed

    say = wording(language)
    result = run(replayed(log, school or ()), say)
    if result.difference is not None:
        for line in described(result.difference):
            out.print(line, markup=False)
        end(passed=False)
    said = say("{batches} batches replayed, all {outputs} outputs the same",
               batches=result.batches, outputs=result.outputs)  # fmt: skip
    out.print(said, markup=False)


def main() -> None:
    """Run the command line."""
    # Who runs a gateway wants to see every loss and every recovery; for the rest they are noise.
    _log_to_stderr(logging.INFO if sys.argv[1:2] == ["serve"] else logging.WARNING)
    try:
        app()
    except KeyboardInterrupt:  # before there was anything to stop
        sys.exit(130)


def _log_to_stderr(level: int) -> None:
    """Log what is of this level or above it, away from the answer."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Plain: a traceback with the values of variables would print what must not be seen.
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for library in ("asyncua", "pymodbus", "pymodbus.logging", "coap", "coap-server"):
        # They print a line for every lost connection; we log the loss once ourselves.
        logging.getLogger(library).setLevel(logging.CRITICAL)
