"""Somebody who may come, as a policy sees them: free, busy, called, coming, there or gone."""

from dataclasses import dataclass

from twins.context import Context
from twins.eligibility import capable, travel_time
from twins.engagement import busy_with
from twins.incident import Answer, Assignment, Incident, RecipientAnswered
from twins.instant import Instant
from twins.mobilisation import NotCalled
from twins.policies.interface import ResponderState, ResponderView
from twins.school import HelpLevel, Responder, Role, School

COMING = frozenset({Role.UNIT, Role.VOLUNTEER, Role.NEIGHBOUR})
"""Those whose calling a policy decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody whose calling a policy decides, with what hinders them just now."""

    responder: Responder
    view: ResponderView
    hindrance: NotCalled | None
    """Busy, or needed at their own school; the rules themselves allow the call."""
    busy_with: str
    """The incident that hinders them."""


def candidate(
    context: Context, school: School, incident: Incident, one: Responder, now: Instant
) -> Candidate:
    """Return where somebody stands in an incident now."""
    assignment = incident.assignments.get(one.id)
    hindrance, case = (None, "") if assignment else _hindrance(context, school, one)
    state = ResponderState.BUSY if hindrance else ResponderState.FREE
    if assignment is not None:
        state = _state(assignment)
    view = ResponderView(
        id=one.id,
        distance_m=one.distance_m,
        travel=travel_time(one),
        capable=capable(one, now),
        state=state,
        told=assignment.notified if assignment else None,
        reached=assignment is not None and assignment.delivered is not None,
        late_from=_late_from(school, assignment),
    )
    return Candidate(responder=one, view=view, hindrance=hindrance, busy_with=case)


def _hindrance(context: Context, school: School, one: Responder) -> tuple[NotCalled | None, str]:
    case = busy_with(context, one.id, school.id)
    if case:
        return NotCalled.BUSY, case
    if one.home:
        for incident in context.cases.at(one.home):
            if incident.level is HelpLevel.POLICE:
                return NotCalled.OWN_SCHOOL, incident.id
    return None, ""


def _state(assignment: Assignment) -> ResponderState:
    if assignment.released is not None:
        return ResponderState.GONE
    if assignment.arrived is not None:
        return ResponderState.ARRIVED
    if assignment.answer is Answer.DECLINED:
        return ResponderState.GONE
    return ResponderState.ACCEPTED if assignment.accepted else ResponderState.TOLD


def expected_arrival(school: School, answered: RecipientAnswered, now: Instant) -> Instant:
    """Return when somebody who accepts should be there: as they say, else as estimated."""
    if answered.eta is not None:
        return now + max(answered.eta, 0)
    known = [one for one in school.responders if one.id == answered.responder]
    return now + school.dispatch.turnout + sum(travel_time(one) for one in known[:1])


def _late_from(school: School, assignment: Assignment | None) -> Instant | None:
    if assignment is None or assignment.expected is None:
        return None
    return assignment.expected + school.dispatch.arrival_grace
