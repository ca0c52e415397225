"""What every command of the command line shares: where it prints, and how it ends."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gatehouse.wording import LANGUAGES, Say, usual_language
from twins.documents import ConfigError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Answer = TypeVar("Answer")

_UNBOUNDED = 10_000
"""Columns; more than any line has."""


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


def table(head: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> Table:
    """Return a table without lines: columns as wide as they need, the last one folded."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, title in enumerate(head):
        last = place == len(head) - 1
        drawn.add_column(title, no_wrap=not last, overflow="fold")
    for row in rows:
        drawn.add_row(*[cell if isinstance(cell, Text) else Text(cell) for cell in row])
    return drawn


def heading(text: str) -> None:
    """Print the title of what follows, a line apart from what was before."""
    out.print()
    out.print(text, style="bold cyan", markup=False)


def show(drawn: Table) -> None:
    """Print a table; into a file or a pipe at its full width."""
    if out.is_terminal:
        out.print(drawn, soft_wrap=False)
        return
    for line in out.render_lines(drawn, out.options.update(width=_UNBOUNDED), pad=False):
        typer.echo("".join(segment.text for segment in line).rstrip())


def run(work: Coroutine[Any, Any, Answer], say: Say) -> Answer:
    """Run a command to its end; Ctrl-C and SIGTERM are ways to end, not errors."""
    try:
        return told(lambda: asyncio.run(_until_terminated(work)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        out.print(say("Stopped."))
        raise typer.Exit(0) from None


async def _until_terminated(work: Coroutine[Any, Any, Answer]) -> Answer:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def told(work: Callable[[], Answer]) -> Answer:
    """Do something; wrong input is told line by line and ends with exit code 2."""
    try:
        return work()
    except ConfigError as error:
        for problem in error.problems:
            err.print(str(problem), markup=False)
        raise typer.Exit(2) from None


def written(file: Path, text: str) -> None:
    """Write a file; where that fails, say so and end with exit code 2."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        err.print(f"{file}: cannot be written: {error.strerror}", markup=False)
        raise typer.Exit(2) from None


def end(passed: bool) -> None:  # noqa: FBT001  an answer is yes or no
    """End with 0 where the answer is yes, with 1 where it is no."""
    raise typer.Exit(0 if passed else 1)
