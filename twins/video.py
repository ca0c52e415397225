"""The recordings that belong to an event, by reference: no picture passes through us (R10)."""

from dataclasses import dataclass

from twins.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EventVideo:
    """Output: these cameras saw the place of an event; look at this stretch."""

    event: str
    """The incident or the early warning."""
    place: str
    cameras: tuple[str, ...]
    """Best view first."""
    dark: tuple[str, ...]
    """Those of them that are not known to be online."""
    start: Instant
    until: Instant
