"""Early warnings: who was told of something that is no incident yet, and when it reached them.

A warning opens no incident, starts no plan and gives no command: people judge it. Its notices name
the place and the record, never the person.
"""

from dataclasses import dataclass

from twins.instant import Instant
from twins.school import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningDelivery:
    """One recipient of a warning."""

    responder: str
    role: Role
    told: Instant
    delivered: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyWarning:
    """One warning. It has the id of the record that it is about, if there is one."""

    id: str
    kind: str
    """The alarm kind that stands for it."""
    school: str
    device: str
    place: str
    sensed: Instant
    warned: Instant
    deliveries: dict[str, WarningDelivery]
    unmanned: tuple[Role, ...] = ()
    """Roles that should be told, and of which nobody is there."""
    acknowledged: Instant | None = None
    """When somebody first acknowledged its alarm, or decided on its record."""
    acknowledged_by: str = ""
    handled: Instant | None = None
    """When somebody decided on its record, or its alarm ended."""
    handled_by: str = ""
    """Empty where the alarm ended with its cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningOpened:
    """Output: a warning, and everybody who is told in the same instant."""

    warning: EarlyWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningChanged:
    """Output: a warning was acknowledged or handled; it has its timestamps so far."""

    warning: EarlyWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningNotice:
    """Output: tell this recipient now. At most one per recipient and warning."""

    warning: str
    responder: str
    role: Role
    kind: str
    school: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningDelivered:
    """Input: a notice has reached its recipient's console or phone."""

    warning: str
    responder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningReached:
    """Output: the delivery of a notice is booked."""

    warning: str
    delivery: WarningDelivery
