"""What we ask of a device, and the four ways in which that can end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from twins.instant import Instant
from twins.observation import Value


class CommandResult(StrEnum):
    """How a command ended; there is no fifth way."""

    CONFIRMED = "confirmed"
    """Read back from the device as done."""
    REFUSED = "refused"
    """Somebody who may refuse did: the device, the description or a rule. It was not done."""
    NOT_EXECUTED = "not executed"
    """No byte left us."""
    UNKNOWN = "unknown"
    """It may have been done: bytes left and no proof came back. It is never repeated by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCommand:
    """Input: a person or program asks for a command. `id` is the idempotency key."""

    id: str
    device: str
    action: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    requested_by: str
    reason: str
    not_after: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Output: do this, once, before `not_after`, and say how it ended.

    `action` is one of the capability's actions. `expects` is the state that proves it, as
    property → value; a driver confirms only after reading it back.
    """

    id: str
    device: str
    action: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    expects: Mapping[str, Value] = field(default_factory=dict)
    not_after: Instant
    requested_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEnded:
    """A command's outcome: input from the driver, and output once the engine has booked it."""

    command: str
    device: str
    result: CommandResult
    reason: str = ""
