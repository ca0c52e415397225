"""What recognition front ends saw: persons on a list (R11, R34-R37) and events (R88).

Rules for this file: a person is an opaque, synthetic id; no face, name or picture is here. A score
alone does nothing but warn. Every record ends by its retention clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Duration, Instant

_OPAQUE = re.compile(r"(?=.*[a-z])(?=.*\d)(?!.*\d{9})[a-z0-9-]{1,40}")


def is_opaque(text: object) -> bool:
    """Return whether an id can be no name, telephone or identity number.

    >>> is_opaque("person-17"), is_opaque("Zhang San"), is_opaque("36010219900101123x")
    (True, False, False)
    """
    return isinstance(text, str) and _OPAQUE.fullmatch(text) is not None


class Outcome(StrEnum):
    """What became of a hit or event; nothing that was seen is dropped."""

    PUSHED = "pushed"
    """Somebody was told."""
    REPEATED = "repeated"
    """The same again within a short time; told already, counted."""
    BELOW = "below the threshold"
    """Kept as an observation."""
    UNCERTAIN = "uncertain"
    """Kept, with the doubts."""


class Doubt(StrEnum):
    """Why a hit or event is uncertain."""

    NO_ID = "no opaque id"
    NO_SCORE = "no trusted score"
    NO_CLASS = "no known class"
    QUALITY = "picture quality too low"
    LIVENESS = "liveness not proven"


DOUBTS: Mapping[Doubt, Titles] = {
    Doubt.NO_ID: {"en": "No opaque id", "zh": "无匿名编号"},
    Doubt.NO_SCORE: {"en": "No trusted score", "zh": "无可信分值"},
    Doubt.NO_CLASS: {"en": "No known class", "zh": "类别未知"},
    Doubt.QUALITY: {"en": "Picture quality too low", "zh": "图像质量过低"},
    Doubt.LIVENESS: {"en": "Liveness not proven", "zh": "活体检测未通过"},
}
"""Doubt → how people read it."""


class HitVerdict(StrEnum):
    """What a person decided on a hit."""

    SAME = "the same person"
    MISTAKEN = "somebody else"
    UNDECIDABLE = "cannot be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHit:
    """The record of one hit. It leaves the memory when its retention ends."""

    id: str
    school: str
    device: str
    place: str
    subject: str
    """Opaque id; empty where the front end gave none."""
    list_id: str
    score: float | None
    outcome: Outcome
    doubts: tuple[Doubt, ...] = ()
    missed: int = 0
    """Hits that the device counted before this one and of which nothing else is known."""
    sensed: Instant
    seen: Instant
    expires: Instant
    verdict: HitVerdict | None = None
    decided_by: str = ""
    decided: Instant | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """The record of one recognised event."""

    id: str
    school: str
    device: str
    place: str
    event: str
    """Its class; empty where the front end gave none."""
    score: float | None
    false_rate: float | None
    """Share of false events that the front end declares, 0 to 1; None where it declares none."""
    outcome: Outcome
    doubts: tuple[Doubt, ...] = ()
    missed: int = 0
    sensed: Instant
    seen: Instant
    expires: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideHit:
    """Input: a person has looked at a hit and says what it is."""

    hit: str
    verdict: HitVerdict
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Input: a person asks to see the record of a hit. Ask before it is shown."""

    hit: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen:
    """Output: the record of a hit."""

    hit: PersonHit


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSeen:
    """Output: the record of an event."""

    event: EventRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class HitDecided:
    """Output: what a person decided on a hit."""

    hit: str
    verdict: HitVerdict
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTimeKnown:
    """Output: a person who was warned of further out has come to the gate (R35)."""

    school: str
    first: str
    """The hit that warned first."""
    at_gate: str
    lead: Duration
    """From the first hit to the one at the gate, by the front ends' own clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpAudited:
    """Output: the audit record of one look-up, granted or refused (R34). It names no person."""

    hit: str
    school: str
    list_id: str
    by: str
    why: str
    at: Instant
    granted: bool
    reason: str = ""
    """Why it was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExpired:
    """Output: a record has left the memory; whoever else keeps one erases it now."""

    record: str
    school: str
    device: str
    decided: bool
    """Whether a person had decided on it."""
    full: bool = False
    """It made room for a newer one before its time was up."""
