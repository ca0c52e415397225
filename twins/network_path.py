"""The ways out of a school and which of them is used (D07)."""

from dataclasses import dataclass

from twins.instant import Duration, Instant


@dataclass(slots=True)
class PathMemory:
    """What is known of a network link; part of a snapshot. All instants are source times."""

    path: str = ""
    down_since: Instant | None = None
    """When the link was last lost; kept after it is back."""
    up_since: Instant | None = None
    """When it came back; None while it is down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSwitched:
    """Output: the traffic takes another way."""

    device: str
    previous: str
    path: str
    at: Instant
    took: Duration
    """From the loss of the link; 0 where it was switched without one."""
    in_time: bool
