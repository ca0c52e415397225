"""`registers.yaml`: what a school's people keep in writing and no device can measure."""

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator, model_validator

from scenarios.notation import (
    OURS,
    AnyDevice,
    Frame,
    GuardName,
    Local,
    Name,
    Person,
    PositiveSpan,
    ResponderName,
    Score,
    Written,
    ZoneName,
    parts_of,
)
from twins.capability import BilingualTitles, capabilities
from twins.documents import did_you_mean
from twins.management import registers
from twins.management.finding import Weakness
from twins.management.rule_books import FOUR_SYSTEMS, SEVEN_DOCUMENTS
from twins.management.staffing import staffing_norms

NAMED = {book.id: book for book in (*FOUR_SYSTEMS, *SEVEN_DOCUMENTS)}
"""Rule books that the platform knows; a school need not write their titles and rules again."""


def _norm(written: object) -> str:
    if written not in staffing_norms():
        known = list(staffing_norms())
        hint = did_you_mean(str(written), known) or f"; write {', '.join(known)}"
        raise ValueError(f"there is no staffing norm {written!r}{hint}")
    return str(written)


def _point(written: object) -> registers.EvidencePoint:
    """Read `guard-post-presence.present`: a property of a device type."""
    capability, _, name = str(written).partition(".")
    if capability not in capabilities():
        hint = did_you_mean(capability, list(capabilities()))
        raise ValueError(f"there is no capability {capability!r}{hint}")
    known = list(capabilities()[capability].properties)
    if name not in known:
        raise ValueError(f"{capability} has no property {name!r}{did_you_mean(name, known)}")
    return registers.EvidencePoint(capability=capability, property=name)


class HeadcountDocument(Written):
    """Gates and guards; pupils and boarding stand in `school.yaml`."""

    makes = registers.Headcount

    gates: int = Field(default=OURS, ge=1)
    guards: list[Person] = OURS


class TrainingDocument(Written):
    """One training passed by one guard."""

    makes = registers.TrainingRecord

    person: GuardName
    training: registers.Training
    passed: Local
    expires: Local


class ToolDocument(Written):
    """A security tool."""

    makes = registers.Tool

    title: BilingualTitles
    place: ZoneName
    expires: Local | None = OURS


class MaintenanceDocument(Written):
    """Work that a device needs again and again."""

    makes = registers.Maintenance

    title: BilingualTitles
    device: AnyDevice
    every_days: int = Field(ge=1)
    done: Local | None = OURS


class NoteDocument(Written):
    """One thing that an inspector wants mended, and by when."""

    makes = registers.InspectionNote
    named_by_school = False

    text: BilingualTitles
    deadline: Local
    weakness: Weakness = OURS
    mended: Local | None = OURS


class InspectionVisitDocument(Written):
    """A supervisor's visit."""

    makes = registers.Inspection

    by: Person
    at: Local
    notes: dict[Name, NoteDocument] = OURS


class RuleDocument(Written):
    """One requirement of a rule book."""

    makes = registers.Rule
    named_by_school = False

    title: BilingualTitles
    evidence: list[Annotated[registers.EvidencePoint, BeforeValidator(_point)]] = OURS
    clause: str = OURS


class RuleBookDocument(Written):
    """A management system or a named document as the school keeps it."""

    makes = registers.RuleBook
    named_by_school = False

    title: BilingualTitles = OURS
    version: str = OURS
    owner: Person = OURS
    review: Local | None = OURS
    rules: dict[Name, RuleDocument] = OURS

    def made(self, frame: Frame, name: str = "") -> registers.RuleBook:
        """Return the book, with our title and rules where it is one of the named ones."""
        known = NAMED.get(name)
        ours = {} if known is None else {"title": known.title, "rules": known.rules}
        return registers.RuleBook(**{**ours, **parts_of(self, frame), "id": name})


class DrillReportDocument(Written):
    """A drill as reported."""

    makes = registers.DrillReport

    drill: Name
    at: Local
    score: Score
    devices: frozenset[AnyDevice] = OURS
    signed_by: ResponderName = OURS
    signed: Local | None = OURS

    @model_validator(mode="after")
    def _a_signature_has_a_name_and_a_date(self) -> "DrillReportDocument":
        if bool(self.signed_by) is not (self.signed is not None):
            raise ValueError("write both signed_by and signed, or neither")
        return self


class SurveyDocument(Written):
    """How many of those asked were satisfied."""

    makes = registers.Survey

    satisfied: int = Field(ge=0)
    asked: int = Field(ge=0)

    @model_validator(mode="after")
    def _no_more_than_were_asked(self) -> "SurveyDocument":
        if self.satisfied > self.asked:
            raise ValueError(f"{self.satisfied} of {self.asked} cannot be satisfied")
        return self


class RegistersDocument(Written):
    """`registers.yaml`."""

    makes = registers.Registers

    headcount: HeadcountDocument = OURS
    staffing_norm: Annotated[str, BeforeValidator(_norm)] = OURS
    training: list[TrainingDocument] = OURS
    tools: dict[Name, ToolDocument] = OURS
    maintenance: dict[Name, MaintenanceDocument] = OURS
    inspections: dict[Name, InspectionVisitDocument] = OURS
    rule_books: dict[Name, RuleBookDocument] = OURS
    drills: list[DrillReportDocument] = OURS
    surveys: dict[registers.Asked, SurveyDocument] = OURS
    waiting_p90: PositiveSpan | None = OURS

    @field_validator("rule_books")
    @classmethod
    def _unknown_books_have_titles(
        cls, books: dict[str, RuleBookDocument]
    ) -> dict[str, RuleBookDocument]:
        untitled = [
            name
            for name, book in books.items()
            if "title" not in book.model_fields_set and name not in NAMED
        ]
        if untitled:
            hint = did_you_mean(untitled[0], list(NAMED))
            raise ValueError(f"{', '.join(untitled)} needs a title{hint}")
        return books
