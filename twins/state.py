"""Everything the engine remembers: a snapshot is this, and nothing else is needed to go on."""

from dataclasses import dataclass, field

import msgspec

from twins.alarm import Alarm
from twins.alarm_service import QuietPoint
from twins.announcement import AnnouncedTest
from twins.command import Command, OrderMemory
from twins.duty_memory import DutyMemory
from twins.gate_memory import GateMemory
from twins.incident import Incident
from twins.instant import Instant
from twins.observation import Observation
from twins.watch_memory import WatchMemory


@dataclass(slots=True)
class ButtonMemory:
    """What the one-key rule must remember so that one press is one press."""

    count: int | None = None
    """The device's own counter when last seen with a good quality."""
    unsure: int | None = None
    """The counter as an uncertain reading showed it since."""
    ahead: int = 0
    """Contact rises counted before the counter showed them."""
    ahead_since: Instant = 0
    behind: int = 0
    """Counter steps counted before the contact showed them."""
    behind_since: Instant = 0
    recent: list[tuple[Instant, int]] = field(default_factory=list)
    """The last presses as seen: when, and how many at once."""
    held: bool = False
    """The contact has been closed for longer than a hand would."""
    resending: bool = False
    """It presses more often than a hand would."""
    risen: list[Instant] = field(default_factory=list)
    """Source times of the last presses that its contact showed; bounded."""
    opened: Instant = 0
    """Source time of the contact's last opening."""
    closed: bool = False
    """The contact was closed when last seen with some trust."""
    test_press: Instant | None = None
    """Source time of a press that was a test, until the contact opens or the test ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PressInDoubt:
    """A press with the stamp of an older one: brought again, or new by a clock that went back."""

    sensed: Instant
    seen: Instant


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
    refused_commands: dict[str, str] = field(default_factory=dict)
    """The same of requests that were never given; bounded."""
    timers: dict[str, Instant] = field(default_factory=dict)
    """`name|subject` → when it is due."""
    away: dict[str, Instant] = field(default_factory=dict)
    """Post → since when nobody is there."""
    buttons: dict[str, ButtonMemory] = field(default_factory=dict)
    doubted: dict[str, PressInDoubt] = field(default_factory=dict)
    """Button → its press in doubt."""
    quiet: dict[str, QuietPoint] = field(default_factory=dict)
    """`kind|device` → shelved or out of service."""
    tests: dict[str, AnnouncedTest] = field(default_factory=dict)
    """Announced tests that are not over, by id."""
    tests_over: dict[str, Instant] = field(default_factory=dict)
    """Button or school → when its last announced test ended."""
    tested: dict[str, Instant] = field(default_factory=dict)
    """Button → when it last worked in an announced test (R62)."""
    uses: dict[str, list[Instant]] = field(default_factory=dict)
    """Button → when it opened incidents lately."""
    functions: dict[str, bool] = field(default_factory=dict)
    """`school|function` → whether it was last said to work; absent until it first did."""
    gate: GateMemory = field(default_factory=GateMemory)
    """Visits, lockers, counts and openings."""
    duty: DutyMemory = field(default_factory=DutyMemory)
    """Posts and patrols."""
    orders: OrderMemory = field(default_factory=OrderMemory)
    """What commands leave behind."""
    watch: WatchMemory = field(default_factory=WatchMemory)
    """Front ends, calls, broadcasts, fire signals and network paths."""
    engaged: dict[str, list[str]] = field(default_factory=dict)
    """Responder → the open incidents that they are sent to, on the way to or at."""
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
