"""The registers of a school: what people keep and no device can measure. Data, nothing else.

People are opaque ids; no register holds a name, a face or a number of a document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Duration, Instant
from twins.management.finding import Weakness


class Training(StrEnum):
    """What guards are trained in (R81)."""

    INSPECTION = "inspection"
    """安检业务."""
    ALARM = "alarm"
    """一键报警的使用."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """One training passed by one person."""

    person: str
    training: Training
    passed: Instant
    expires: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A security tool: a shield, a fork, a spray (R82)."""

    id: str
    title: Titles
    place: str
    expires: Instant | None = None
    """None for a tool that does not age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Work that a device needs again and again, as a new battery or a cleaned lens (R62)."""

    id: str
    title: Titles
    device: str
    every_days: int
    """1 or more."""
    done: Instant | None = None
    """When it was done last; None: not yet, so it is due now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionNote:
    """One thing that an inspector wants mended, and by when."""

    id: str
    text: Titles
    deadline: Instant
    weakness: Weakness = Weakness.USE
    mended: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A supervisor's visit (R86)."""

    id: str
    by: str
    at: Instant
    notes: tuple[InspectionNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePoint:
    """A measured point that proves a rule: a property of a device type."""

    capability: str
    property: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One requirement of a rule book."""

    id: str
    title: Titles
    evidence: tuple[EvidencePoint, ...] = ()
    clause: str = ""
    """Number in the document; empty until the document itself is at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """A management system or a named document as the school keeps it (R66, R89)."""

    id: str
    title: Titles
    version: str = ""
    owner: str = ""
    review: Instant | None = None
    """When it must be looked through again."""
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport:
    """A drill as reported: how well it went, what took part, and the head's signature (R79)."""

    drill: str
    at: Instant
    score: float
    """0 to 1."""
    devices: frozenset[str] = frozenset()
    """Devices that were really used; see `acceptance.devices_used`."""
    signed_by: str = ""
    signed: Instant | None = None


class Asked(StrEnum):
    """三个满意: whose satisfaction is asked for (R69)."""

    SCHOOL = "school"
    PARENTS = "parents"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How many of those asked were satisfied."""

    satisfied: int
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """How many people there are, for the staffing norms (R80)."""

    pupils: int = 0
    boarding: bool = False
    gates: int = 1
    """Gates that are opened."""
    guards: tuple[str, ...] = ()
    """Full-time guards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """Everything that a school's people keep in writing."""

    headcount: Headcount = Headcount()
    staffing_norm: str = "gb-t-29315-2022"
    """A name of `staffing.staffing_norms`."""
    training: tuple[TrainingRecord, ...] = ()
    tools: tuple[Tool, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    rule_books: tuple[RuleBook, ...] = ()
    drills: tuple[DrillReport, ...] = ()
    surveys: Mapping[Asked, Survey] = field(default_factory=dict)
    waiting_p90: Duration | None = None
    """What nine visitors in ten wait at most, measured or simulated."""
