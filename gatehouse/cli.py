"""The command line. Heavy parts are imported where they are used, so that help comes at once.

Exit codes: 0 done, 1 done and the answer is no (a drill failed, a replay differs), 2 wrong input.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from gatehouse.wording import LANGUAGES, Say, usual_language, wording
from twins.documents import ConfigError

app = typer.Typer(
    help="The gatehouse of a school: live twins, alarms that arrive, drills as tests.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
drill_app = typer.Typer(help="Run drills.", no_args_is_help=True)
app.add_typer(drill_app, name="drill")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Answer = TypeVar("Answer")


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(LANGUAGES)}")
    return text


Language = Annotated[
    str,
    typer.Option(
        "--lang", help="en or zh", default_factory=usual_language, callback=_language,
        show_default="from the environment",
    ),
]  # fmt: skip
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
        _written(json_file, "")  # to know now, not after the demo
    settings = DemoSettings(for_s=for_s, log=log, port=port, seed=seed, language=language)
    result = _run(run_demo(settings, say, out.print), say)
    if json_file:
        _written(json_file, result.to_json())
    _end(result.passed)


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
    _run(run_gateway(settings, wording(language), out.print), wording(language))


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
    _run(
        run_emulation(school, language, out.print, fixed_ports=ports == "fixed"),
        wording(language),
    )


@app.command()
def check(
    subjects: Annotated[list[str], typer.Argument(help="Schools, drills, model files.")],
    language: Language,
) -> None:
    """Check schools, drills and device models; name everything wrong at once."""
    from gatehouse.checking import check_all

    for line in _told(lambda: check_all(subjects, wording(language))):
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
    report = _run(run_drill(drill, level, seed), say)
    if json_file:
        _written(json_file, report.to_json())
    for line in report.lines(language, say):
        out.print(line, markup=False)
    _end(report.passed)


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
    result = _run(replayed(log, school or ()), say)
    if result.difference is not None:
        for line in described(result.difference):
            out.print(line, markup=False)
        _end(passed=False)
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


def _run(work: Coroutine[Any, Any, Answer], say: Say) -> Answer:
    """Run a command to its end; Ctrl-C and SIGTERM are ways to end, not errors."""
    try:
        return _told(lambda: asyncio.run(_until_terminated(work)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        out.print(say("Stopped."))
        raise typer.Exit(0) from None


async def _until_terminated(work: Coroutine[Any, Any, Answer]) -> Answer:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def _told(work: Callable[[], Answer]) -> Answer:
    """Do something; wrong input is told line by line and ends with exit code 2."""
    try:
        return work()
    except ConfigError as error:
        for problem in error.problems:
            err.print(str(problem), markup=False)
        raise typer.Exit(2) from None


def _written(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        err.print(f"{file}: cannot be written: {error.strerror}", markup=False)
        raise typer.Exit(2) from None


def _end(passed: bool) -> None:  # noqa: FBT001  an answer is yes or no
    raise typer.Exit(0 if passed else 1)
