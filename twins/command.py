"""What we ask of a device, and the four ways in which that can end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from twins.instant import Instant
from twins.observation import Value

PLAN = "plan"
"""Who asks for the commands of a plan. Nobody else may ask under this name."""


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


NOT_DONE = (CommandResult.REFUSED, CommandResult.NOT_EXECUTED)
"""Ends after which the device surely stands as before."""


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
    incident: str = ""
    """The incident that it is asked for, if any."""
    post: str = ""
    """The post or seat from which it is asked, where that matters (R09)."""
    override_as: str = ""
    """The role under which it is asked in spite of an open attack; whoever hands the request to the
    core has checked that it is theirs."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAudited:
    """Output: the audit record of one command, given or refused.

    `before` and `after` are what the device reported of the properties that the command is about.
    """

    command: str
    device: str
    action: str
    requested_by: str
    reason: str
    requested: Instant
    ended: Instant
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    result: CommandResult
    why: str = ""
    override_as: str = ""
    """The role under which it was asked in spite of an attack, whether or not there was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the audit record keeps from the request."""

    action: str
    requested_by: str
    reason: str
    requested: Instant
    before: dict[str, Value]
    override_as: str = ""


@dataclass(slots=True)
class OrderMemory:
    """What commands leave behind; part of a snapshot."""

    asked: dict[str, Asked] = field(default_factory=dict)
    """Command → its request, until it ends."""
    desired: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Device → property → what the last confirmed command made of it."""
    doubtful: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Device → property → what a command wanted whose end is unknown."""
