"""What a rule may ask for; the engine carries it out."""

from dataclasses import dataclass
from typing import TypeAlias

from twins.alarm import Severity
from twins.instant import Instant
from twins.records import Output
from twins.school import HelpLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """Raise the alarm of this kind and device, or count its cause again.

    With `count` 0 the cause is the same as one already counted: the alarm only becomes active.
    """

    kind: str
    device: str
    severity: Severity
    latching: bool
    sensed: Instant
    count: int = 1
    level: HelpLevel | None = None
    """How much help it asks for; None is what the device is there for."""
    dispatched: bool = True
    """False where nobody is to be called again: the alarm only stands and counts."""
    reason: str = ""
    """Why it is less severe than before; without a reason an alarm keeps its severity."""
    received: Instant | None = None
    """When we had a cause that the twin does not show, because it came late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHelp:
    """Call for help for an alarm that stands already and has called nobody."""

    kind: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHeldPlans:
    """Carry out the plans of this device's school that waited for a person."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAlarm:
    """The cause of this alarm is gone."""

    kind: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Call the rule's `due` for this subject at `due`."""

    rule: str
    subject: str
    due: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer:
    """Do not call it."""

    rule: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Say this; it changes nothing that the engine keeps."""

    output: Output


Effect: TypeAlias = (
    RaiseAlarm | CallHelp | IssueHeldPlans | ClearAlarm | SetTimer | CancelTimer | Tell
)
