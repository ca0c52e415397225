"""What the engine remembers of posts and patrols; part of a snapshot."""

from dataclasses import dataclass, field

from twins.guard_state import GuardState
from twins.instant import Instant


@dataclass(slots=True)
class DutyMemory:
    """Everything about duty that the next decision needs."""

    guards: dict[str, tuple[GuardState, ...]] = field(default_factory=dict)
    """Post → the states that were last told."""
    checked: dict[str, Instant] = field(default_factory=dict)
    """Fixed post → from when its silence counts."""
    patrolled: dict[str, Instant] = field(default_factory=dict)
    """Patrol → when it was last made."""
    awaited: dict[str, tuple[Instant, Instant]] = field(default_factory=dict)
    """`timer|subject` → the window of a patrol or the peak of a post that is watched now."""
