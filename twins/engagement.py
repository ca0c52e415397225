"""Who is engaged where: one place that writes an assignment, so that the index is never wrong."""

from dataclasses import replace

from twins.context import Context
from twins.incident import Assignment, Incident
from twins.instant import Instant
from twins.mobilisation import Release, UnitReleased


def keep(context: Context, incident: Incident, assignment: Assignment) -> Incident:
    """Write an assignment into its incident, and the incident into the memory."""
    assignments = {**incident.assignments, assignment.responder: assignment}
    kept = replace(incident, assignments=assignments)
    context.state.incidents[incident.id] = kept
    book(context, incident.id, assignment)
    return kept


def book(context: Context, incident: str, assignment: Assignment) -> None:
    """Note whether somebody is now engaged in an incident."""
    cases = context.state.engaged.get(assignment.responder, [])
    if assignment.engaged and incident not in cases:
        context.state.engaged[assignment.responder] = [*cases, incident]
    elif not assignment.engaged and incident in cases:
        forget(context, incident, assignment.responder)


def forget(context: Context, incident: str, responder: str) -> None:
    """Note that somebody is not engaged in an incident."""
    cases = [one for one in context.state.engaged.pop(responder, []) if one != incident]
    if cases:
        context.state.engaged[responder] = cases


def busy_with(context: Context, responder: str, school: str) -> str:
    """Return the incident of another school that somebody is engaged in, or nothing."""
    for case in context.state.engaged.get(responder, ()):
        if context.state.incidents[case].school != school:
            return case
    return ""


def release(
    context: Context, incident: Incident, assignment: Assignment, reason: Release, now: Instant
) -> Incident:
    """Set somebody free from an incident that stays open, and say so."""
    context.out.append(
        UnitReleased(
            incident=incident.id,
            responder=assignment.responder,
            role=assignment.role,
            reason=reason,
        )
    )
    return keep(context, incident, replace(assignment, released=now))
