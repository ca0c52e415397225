"""What else ends when a command ends. A new sequel is a function and a line here."""

from collections.abc import Callable
from typing import TypeAlias

from twins.broadcasting import book_broadcast_end
from twins.call_booking import book_call_command
from twins.command import CommandResult
from twins.context import Context

Sequel: TypeAlias = Callable[[Context, str, CommandResult, str], None]
"""Takes the command's id, how it ended and why."""

SEQUELS: tuple[Sequel, ...] = (book_broadcast_end, book_call_command)


def tell_sequels(context: Context, command: str, result: CommandResult, reason: str) -> None:
    """Let everybody who waited for a command know how it ended."""
    for sequel in SEQUELS:
        sequel(context, command, result, reason)
