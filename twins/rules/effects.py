"""What a rule may ask for; the engine carries it out."""

from dataclasses import dataclass
from typing import TypeAlias

from twins.alarm import Severity
from twins.instant import Instant


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


Effect: TypeAlias = RaiseAlarm | ClearAlarm | SetTimer | CancelTimer
