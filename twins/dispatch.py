"""一呼百应: who is told of an incident, at once, and what they answered.

Station, guard and every eligible volunteer are told in the same output batch; nobody waits for
anybody, each answers for himself, and nobody is told twice.
"""

from collections.abc import Sequence
from dataclasses import replace

from twins.alarm import Alarm, InputRefused
from twins.commanding import issue_plan
from twins.context import Context
from twins.incident import (
    Answer,
    Assignment,
    AssignmentChanged,
    HandleIncident,
    Incident,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentJoined,
    IncidentOpened,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
)
from twins.instant import Instant
from twins.roster import holds
from twins.school import Responder, Role, School


def eligible(responders: Sequence[Responder], zone: str, now: Instant) -> tuple[Responder, ...]:
    """Return who is to be told now: everybody whose hours allow it, in the school's order."""
    return tuple(one for one in responders if not one.hours or holds(one.hours, zone, now))


def open_or_join(context: Context, alarm: Alarm, now: Instant) -> None:
    """Put an alarm into the school's open incident of its kind, or open one and tell everybody."""
    for incident in context.state.incidents.values():
        if alarm.id in incident.alarms:
            return
        if incident.school == alarm.school and incident.kind == alarm.kind:
            joined = replace(incident, alarms=(*incident.alarms, alarm.id))
            context.state.incidents[incident.id] = joined
            context.out.append(IncidentJoined(incident=incident.id, alarm=alarm.id))
            return
    school = context.schools[alarm.school]
    incident = _incident(context, school, alarm, now)
    context.state.incidents[incident.id] = incident
    context.out.append(IncidentOpened(incident=incident))
    context.out.extend(
        Notification(
            incident=incident.id,
            responder=assignment.responder,
            role=assignment.role,
            kind=incident.kind,
            school=incident.school,
            place=incident.place,
        )
        for assignment in incident.assignments.values()
    )
    issue_plan(context, school, incident, now)


def _incident(context: Context, school: School, alarm: Alarm, now: Instant) -> Incident:
    told = eligible(school.responders, school.zone, now)
    return Incident(
        id=context.number(school.id, "incident"),
        school=school.id,
        kind=alarm.kind,
        place=alarm.place,
        alarms=(alarm.id,),
        sensed=alarm.sensed,
        opened=now,
        assignments={
            one.id: Assignment(responder=one.id, role=one.role, capable=one.capable, notified=now)
            for one in told
        },
    )


def book_delivery(context: Context, delivery: NotificationDelivered, now: Instant) -> None:
    """Book that a notice arrived; the first one is the instant of warning."""
    found = _assignment(context, delivery.incident, delivery.responder)
    if found is None:
        return
    incident, assignment = found
    if assignment.delivered is not None:
        return
    warned = now if incident.warned is None else incident.warned
    _keep(context, replace(incident, warned=warned), replace(assignment, delivered=now))


def book_answer(context: Context, answered: RecipientAnswered, now: Instant) -> None:
    """Book what a recipient said; the station's first word acknowledges the incident."""
    found = _assignment(context, answered.incident, answered.responder)
    if found is None:
        return
    incident, assignment = found
    if answered.answer is Answer.ARRIVED:
        if assignment.arrived is not None:
            return
        changed = replace(assignment, arrived=now)
    else:
        changed = replace(assignment, answer=answered.answer, answered=now)
    acknowledges = (
        assignment.role is Role.STATION
        and answered.answer is Answer.ACKNOWLEDGED
        and incident.acknowledged is None
    )
    if acknowledges:
        incident = replace(incident, acknowledged=now, acknowledged_by=answered.responder)
    _keep(context, incident, changed)
    if acknowledges:
        context.out.append(IncidentAcknowledged(incident=incident.id, by=answered.responder))


def handle_incident(context: Context, request: HandleIncident, _now: Instant) -> None:
    """Close an incident; its alarms stay latched until somebody resets them."""
    incident = context.state.incidents.get(request.incident)
    if incident is None:
        refused = InputRefused(subject=request.incident, reason="no such incident is open")
        context.out.append(refused)
        return
    if not (request.by.strip() and request.reason.strip()):
        reason = "closing an incident needs a name and a reason"
        context.out.append(InputRefused(subject=incident.id, reason=reason))
        return
    del context.state.incidents[incident.id]
    context.out.append(IncidentHandled(incident=incident.id, by=request.by, reason=request.reason))


def _assignment(
    context: Context, incident_id: str, responder: str
) -> tuple[Incident, Assignment] | None:
    incident = context.state.incidents.get(incident_id)
    if incident is None:
        refused = InputRefused(subject=incident_id, reason="no such incident is open")
        context.out.append(refused)
        return None
    assignment = incident.assignments.get(responder)
    if assignment is None:
        refused = InputRefused(subject=responder, reason=f"was not told of {incident_id}")
        context.out.append(refused)
        return None
    return incident, assignment


def _keep(context: Context, incident: Incident, assignment: Assignment) -> None:
    assignments = {**incident.assignments, assignment.responder: assignment}
    context.state.incidents[incident.id] = replace(incident, assignments=assignments)
    context.out.append(AssignmentChanged(incident=incident.id, assignment=assignment))
