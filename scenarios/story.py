"""What happened in a drill, as a list of facts that can be judged.

Simulator, emulated wire and real school tell their stories in the same words: `EVENT_KINDS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from twins.instant import Instant
from twins.observation import Value


class StoryEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact. `kind` is a key of `EVENT_KINDS`, which says what `subject` and details are."""

    at: Instant
    kind: str
    subject: str
    details: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """What a kind of event tells."""

    subject: str
    """What the event's subject is; a drill filters by it under this name."""
    details: tuple[str, ...] = ()
    """Names that the event's details may have."""


EVENT_KINDS: Mapping[str, EventKind] = {
    # what the drill did
    "inject": EventKind(subject="inject", details=("do", "who", "where", "device")),
    # what the platform believed and decided
    "alarm-raised": EventKind(subject="alarm", details=("kind", "device", "place", "severity")),
    "alarm-repeated": EventKind(subject="alarm", details=("kind", "device", "place", "count")),
    "alarm-acknowledged": EventKind(subject="alarm", details=("kind", "device", "by")),
    "incident-opened": EventKind(subject="incident", details=("kind", "place")),
    "incident-acknowledged": EventKind(subject="incident", details=("by",)),
    "incident-handled": EventKind(subject="incident", details=("by", "reason")),
    "notified": EventKind(subject="responder", details=("role", "incident")),
    "answered": EventKind(subject="responder", details=("answer", "role", "incident")),
    "command-issued": EventKind(subject="device", details=("action",)),
    "command-ended": EventKind(subject="device", details=("action", "result")),
    "device-lost": EventKind(subject="device", details=("cause",)),
    "device-restored": EventKind(subject="device"),
    # what was so in the world, whether the platform knew it or not
    "seen": EventKind(subject="person", details=("device", "where")),
    "pupils-safe": EventKind(subject="zone", details=("count",)),
    "responder-arrived": EventKind(subject="responder", details=("role", "capable")),
    "police-arrived": EventKind(subject="responder", details=("role",)),
}
"""Every kind of event, in the order in which a reader meets them."""
