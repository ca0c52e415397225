"""How posts, duty, responders, escalation and dispatch are written in `school.yaml`."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from scenarios.notation import (
    OURS,
    AuthorityName,
    Local,
    Name,
    Names,
    Person,
    PositiveSpan,
    PostName,
    ResponderName,
    Span,
    Text,
    Windows,
    Written,
)
from twins import dispatch_rules, school
from twins import duty as core
from twins.capability import BilingualTitles
from twins.documents import did_you_mean
from twins.jurisdiction import Authority, Jurisdiction, Level

Tool = Literal["shield", "fork", "baton", "spray"]


def _any_of(written: object) -> core.AnyOf:
    """Read `police or auxiliary`: one person of any of these roles."""
    known = [role.value for role in core.DutyRole]
    words = str(written).split(" or ")
    for word in words:
        if word not in known:
            hint = did_you_mean(word, known) or f"; write {', '.join(known)}"
            raise ValueError(f"there is no duty role {word!r}{hint}")
    return tuple(core.DutyRole(word) for word in words)


class PostDocument(Written):
    """A duty post."""

    makes = school.Post

    title: BilingualTitles
    presence: Annotated[str, Names("device", ("guard-post-presence",))]
    duty: Windows = Field(min_length=1)
    breaks: Windows = OURS
    peaks: Windows = OURS
    absence: PositiveSpan = OURS
    absence_in_peak: PositiveSpan = OURS
    grace: Span = OURS
    check_in: PositiveSpan | None = OURS
    needs: list[Annotated[tuple[core.DutyRole, ...], BeforeValidator(_any_of)]] = OURS


class AssignmentDocument(Written):
    """Somebody holds a post at these times."""

    makes = core.DutyAssignment

    post: PostName
    person: Person
    role: core.DutyRole
    windows: Windows = Field(min_length=1)


class PatrolDocument(Written):
    """A patrol that is made once in each of its windows."""

    makes = core.Patrol

    title: BilingualTitles
    kind: core.PatrolKind
    windows: Windows = Field(min_length=1)
    places: list[Annotated[str, Names("camera or zone")]] = OURS


class DutyDocument(Written):
    """Who holds the posts, and the patrols."""

    makes = core.DutyPlan

    assignments: list[AssignmentDocument] = OURS
    patrols: dict[Name, PatrolDocument] = OURS
    lead: Span = OURS


class ResponderDocument(Written):
    """Somebody who is told of an incident."""

    makes = school.Responder

    id: Person = OURS
    role: school.Role
    title: BilingualTitles
    hours: Windows = OURS
    kit: list[Tool] = OURS
    kit_expires: dict[Tool, Local] = OURS
    travel: Literal["on foot", "e-bike", "car"] = OURS
    distance_m: float = Field(default=OURS, ge=0)
    travel_time: Span | None = OURS
    volunteer_class: dispatch_rules.VolunteerClass | None = Field(default=OURS, alias="class")
    enrolled: Local | None = OURS
    expires: Local | None = OURS
    home: Name = OURS
    authority: AuthorityName = OURS

    @model_validator(mode="after")
    def _dated_tools_are_carried(self) -> "ResponderDocument":
        strange = sorted(set(self.kit_expires or ()) - set(self.kit or ()))
        if strange:
            raise ValueError(f"kit_expires names {', '.join(strange)}, which kit does not")
        return self


class EscalationStepDocument(Written):
    """Who else is told when nobody has acknowledged for so long."""

    makes = school.EscalationStep

    after: PositiveSpan
    roles: list[school.Role] = OURS
    responders: list[ResponderName] = OURS

    @model_validator(mode="after")
    def _somebody_is_told(self) -> "EscalationStepDocument":
        if not self.roles and not self.responders:
            raise ValueError("the step tells nobody; write roles or responders")
        return self


class DispatchDocument(Written):
    """The figures of dispatch."""

    makes = dispatch_rules.DispatchRules

    wave: int = Field(default=OURS, ge=1)
    wait: PositiveSpan = OURS
    units: int = Field(default=OURS, ge=0)
    delivery_limit: PositiveSpan = OURS
    turnout: Span = OURS
    arrival_grace: Span = OURS
    radius_m: float | None = Field(default=OURS, gt=0)
    classes: list[dispatch_rules.VolunteerClass] = OURS
    witnesses: bool = OURS


class JurisdictionDocument(Written):
    """Which station is responsible, and since when."""

    makes = Jurisdiction

    station: Text
    since: Local = OURS


class AuthorityDocument(Written):
    """A police authority, and which one stands over it."""

    makes = Authority
    named_by_school = False

    title: BilingualTitles
    level: Level
    above: AuthorityName = OURS


class StepDocument(Written):
    """One command of a plan."""

    makes = school.PlanStep

    id: Name
    title: BilingualTitles
    action: str
    devices: list[Annotated[str, Names("device")]] = Field(min_length=1)
    arguments: dict[str, bool | int | float | str] = OURS


class ChecklistStepDocument(Written):
    """One thing that a person does in an incident."""

    makes = school.ChecklistStep

    id: Name
    title: BilingualTitles
    role: school.Role
    within: PositiveSpan


class PlanDocument(Written):
    """What is done once an incident of a kind is open."""

    makes = school.Plan

    kind: str
    level: school.HelpLevel = OURS
    steps: list[StepDocument] = OURS
    checklist: list[ChecklistStepDocument] = OURS
