"""What a dispatch policy is given and what it returns.

A policy is asked again whenever something changed or the instant it named has come, and sees
everything it needs each time; it keeps nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from twins.dispatch_rules import DispatchRules
from twins.instant import Duration, Instant


class ResponderState(StrEnum):
    """Where somebody stands in this incident."""

    FREE = "free"
    BUSY = "busy"
    """Engaged in another incident."""
    TOLD = "told"
    """Called, no answer yet. Silence is not refusal."""
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    GONE = "gone"
    """Declined, or released from this incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """What a policy knows of the incident."""

    id: str
    wanted: int
    """How many capable ones are to be on their way."""
    rules: DispatchRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderView:
    """What a policy knows of somebody who may be called, or was."""

    id: str
    distance_m: float
    travel: Duration
    """Estimated time on the way."""
    capable: bool
    state: ResponderState
    told: Instant | None = None
    reached: bool = False
    """Whether the notice arrived."""
    late_from: Instant | None = None
    """From when on an accepted one no longer counts as coming."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """What a policy decides: who is called now, and when it wants to be asked again."""

    call: tuple[str, ...]
    again: Instant | None = None


Policy: TypeAlias = Callable[[IncidentView, Sequence[ResponderView], Instant], Assignments]
"""Calls only responders whose state is free."""
