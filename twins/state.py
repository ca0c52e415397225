"""Everything the engine remembers: a snapshot is this, and nothing else is needed to go on."""

from dataclasses import dataclass, field

import msgspec

from twins.alarm import Alarm
from twins.command import Command
from twins.incident import Incident
from twins.instant import Instant
from twins.observation import Observation


@dataclass(slots=True)
class ButtonMemory:
    """What the one-key rule must remember so that one press is one press."""

    count: int | None = None
    """The device's own counter when last seen."""
    ahead: int = 0
    """Contact rises counted before the counter showed them."""
    ahead_since: Instant = 0
    behind: int = 0
    """Counter steps counted before the contact showed them."""
    behind_since: Instant = 0


@dataclass(slots=True)
class TwinState:
    """The reported state of one device."""

    properties: dict[str, Observation] = field(default_factory=dict)
    lost: bool = False
    revision: int = 0
    """Counts changes; a reader who has it knows whether anything is new."""


@dataclass(slots=True)
class EngineState:
    """The whole memory of an engine, ready for JSON."""

    twins: dict[str, TwinState] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    """Standing alarms by id; a reset alarm leaves."""
    standing: dict[str, str] = field(default_factory=dict)
    """`kind|device` → the standing alarm's id."""
    incidents: dict[str, Incident] = field(default_factory=dict)
    """Open incidents by id; a handled one leaves."""
    commands: dict[str, Command] = field(default_factory=dict)
    """Commands whose end is not known yet."""
    ended_commands: dict[str, str] = field(default_factory=dict)
    """Idempotency keys of ended commands → result, newest last; bounded."""
    timers: dict[str, Instant] = field(default_factory=dict)
    """`name|subject` → when it is due."""
    away: dict[str, Instant] = field(default_factory=dict)
    """Post → since when nobody is there."""
    buttons: dict[str, ButtonMemory] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)
    """Last number given per school and sort of thing."""
    latest: Instant = 0
    """The latest `now` the engine was given; an earlier one is taken as this."""


def encode_state(state: EngineState) -> bytes:
    """Return a snapshot as JSON."""
    return msgspec.json.encode(state)


def decode_state(snapshot: bytes) -> EngineState:
    """Return the state of a snapshot; raises msgspec.ValidationError if it is none."""
    return msgspec.json.decode(snapshot, type=EngineState)
