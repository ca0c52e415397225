"""An incident from its opening to its end: what recipients answered, and closing it.

Station, guard and every eligible volunteer are told in the same output batch (一呼百应); nobody
waits for anybody, each answers for himself, and nobody is told twice. Who is called, and who after
that, is decided in `choice.py`.
"""

from dataclasses import replace

from twins import checklist, engagement, escalation, mobilising
from twins.alarm import Alarm, InputRefused
from twins.attack import plan_waits
from twins.choice import called, choose
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
    NotificationDelivered,
    PlaceAdded,
    RecipientAnswered,
    Verdict,
)
from twins.instant import Instant, seconds
from twins.jurisdiction import responsible
from twins.mobilisation import Release, UnitReleased
from twins.readiness import COMING, expected_arrival
from twins.school import HelpLevel, School
from twins.summons import acknowledges as may_acknowledge

ONE_EVENT = seconds(60)
"""Alarms of one kind anywhere in a school within this time are one case (assumed: a person needs
longer from one place to the next, two people press together within seconds)."""

UNANSWERED = seconds(600)
"""So long a case that nobody has acknowledged takes in what happens at its place (ours: everybody
who is called on escalation was told nine minutes ago; who is told now must not take it for old)."""

MOST_ALARMS = 256
"""Alarms that one case can have; a person has then reset and been called so often (ours)."""


def open_or_join(context: Context, alarm: Alarm, now: Instant, *, again: bool = False) -> None:
    """Put an alarm into the school's open incident of its kind, or open one and tell everybody.

    `again` says that its cause came once more. Long after its case was acknowledged that is a case
    of its own too.
    """
    case = context.cases.with_alarm(alarm.id)
    if case is not None and not (again and _is_past(case, now)):
        return
    for incident in context.cases.at(alarm.school):
        # The newest case of an alarm is its case, so it never joins an older one.
        older = case is not None and incident.opened <= case.opened
        if not older and _belongs(incident, alarm, now):
            joined = replace(incident, alarms=(*incident.alarms, alarm.id))
            context.state.incidents[incident.id] = joined
            context.cases.joined(incident.id, alarm.id)
            context.out.append(IncidentJoined(incident=incident.id, alarm=alarm.id))
            _add_place(context, joined, alarm.place)
            return
    school = context.schools[alarm.school]
    before = _incident(context, school, alarm, now)
    before = replace(before, plan_held=plan_waits(context, school, before))
    choice = choose(context, school, before, now)
    incident = called(before, choice, now)
    context.out.append(IncidentOpened(incident=incident))
    context.state.incidents[incident.id] = incident
    context.cases.opened(incident)
    mobilising.announce(context, before, incident, choice, now)
    if incident.level is HelpLevel.POLICE:
        mobilising.recall(context, school.id, now)
    escalation.start(context, incident, now)
    checklist.start(context, incident, now)
    issue_plan(context, school, incident, now)


def _belongs(incident: Incident, alarm: Alarm, now: Instant) -> bool:
    """Return whether an alarm is part of a case: so soon that it is one event, or in its place.

    Later and elsewhere, after the case was acknowledged, or long after it was opened it is a case
    of its own: else nobody would be told of it. So is the next one where a case has `MOST_ALARMS`.
    """
    if incident.kind != alarm.kind or len(incident.alarms) >= MOST_ALARMS:
        return False
    return not _is_past(incident, now) and (
        _is_at(incident, alarm.place) or now - incident.opened <= ONE_EVENT
    )


def _is_past(incident: Incident, now: Instant) -> bool:
    """Return whether what happens now is another event, of which people have to be told anew."""
    limit = UNANSWERED if incident.acknowledged is None else ONE_EVENT
    return now - incident.opened > limit


def _is_at(incident: Incident, place: str) -> bool:
    return place == incident.place or place in incident.other_places


def _add_place(context: Context, incident: Incident, place: str) -> None:
    """Tell everybody of a case that it is at another place too, unless they know."""
    if _is_at(incident, place):
        return
    added = replace(incident, other_places=(*incident.other_places, place))
    context.state.incidents[incident.id] = added
    told = tuple(
        one.responder
        for one in incident.assignments.values()
        if one.released is None and one.answer is not Answer.DECLINED
    )
    context.out.append(PlaceAdded(incident=incident.id, place=place, responders=told))


def _incident(context: Context, school: School, alarm: Alarm, now: Instant) -> Incident:
    return Incident(
        id=context.number(school.id, "incident"),
        school=school.id,
        kind=alarm.kind,
        place=alarm.place,
        alarms=(alarm.id,),
        sensed=alarm.sensed,
        opened=now,
        level=alarm.level,
        station=responsible(school.stations, now),
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
    if answered.answer is Answer.ARRIVED and assignment.arrived is not None:
        return
    reason = _cannot_come(context, incident, assignment, answered.answer)
    if reason:
        context.out.append(InputRefused(subject=answered.responder, reason=reason))
        return
    changed = _after(context, incident, assignment, answered, now)
    acknowledges = (
        may_acknowledge(assignment.role, incident.level)
        and answered.answer is Answer.ACKNOWLEDGED
        and incident.acknowledged is None
    )
    if acknowledges:
        incident = replace(incident, acknowledged=now, acknowledged_by=answered.responder)
    _keep(context, incident, changed)
    if acknowledges:
        escalation.cancel(context, incident)
        context.out.append(IncidentAcknowledged(incident=incident.id, by=answered.responder))
    if assignment.role in COMING:
        _draw_consequences(context, incident, changed, now)


def _cannot_come(
    context: Context, incident: Incident, assignment: Assignment, answer: Answer
) -> str:
    """Return why an acceptance cannot count, or nothing; an arrival is a fact and always does."""
    if assignment.role not in COMING or not replace(assignment, answer=answer).accepted:
        return ""
    if assignment.released is not None:
        return f"was released from {incident.id}"
    other = engagement.busy_with(context, assignment.responder, incident.school)
    return f"is engaged in {other}" if other else ""


def _after(
    context: Context,
    incident: Incident,
    assignment: Assignment,
    answered: RecipientAnswered,
    now: Instant,
) -> Assignment:
    """Return the assignment after an answer."""
    if answered.answer is Answer.ARRIVED:
        return replace(assignment, arrived=now, released=None)
    if answered.answer is Answer.ACKNOWLEDGED and assignment.accepted:
        return assignment  # they have seen it, and they still come
    changed = replace(assignment, answer=answered.answer, answered=now)
    if not changed.accepted or assignment.role not in COMING:
        return changed
    expected = expected_arrival(context.schools[incident.school], answered, now)
    return replace(changed, expected=expected, overdue=None)


def _draw_consequences(
    context: Context, incident: Incident, assignment: Assignment, now: Instant
) -> None:
    """Call the next one for whoever declined; whoever arrives is not on the way elsewhere."""
    if assignment.arrived is not None:
        for case in list(context.state.engaged.get(assignment.responder, ())):
            other = context.state.incidents[case]
            if other.school != incident.school:
                elsewhere = other.assignments[assignment.responder]
                reason = Release.ARRIVED_ELSEWHERE
                engagement.release(context, other, elsewhere, reason, now)
                mobilising.reconsider(context, case, now)
    mobilising.reconsider(context, incident.id, now)
    if not assignment.engaged:
        mobilising.refill(context, [assignment.responder], now)


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
    close(context, incident, by=request.by, reason=request.reason, verdict=request.verdict)


def close(context: Context, incident: Incident, *, by: str, reason: str, verdict: Verdict) -> None:
    """End a case, name what it lacks and release everybody who was engaged."""
    del context.state.incidents[incident.id]
    context.cases.closed(incident)
    now = context.state.latest
    handled = IncidentHandled(
        incident=incident.id,
        by=by,
        reason=reason,
        verdict=verdict,
        case=replace(incident, handled=now, handled_by=by, handled_reason=reason),
    )
    context.out.append(handled)
    escalation.cancel(context, incident)
    context.cancel_timer(mobilising.TIMER, incident.id)
    checklist.close(context, incident)
    _set_free(context, incident, context.state.latest)


def _set_free(context: Context, incident: Incident, now: Instant) -> None:
    """Release everybody who was engaged; who waits for them elsewhere is served, oldest first."""
    engaged = [one for one in incident.assignments.values() if one.engaged]
    for one in engaged:
        engagement.forget(context, incident.id, one.responder)
        released = UnitReleased(
            incident=incident.id,
            responder=one.responder,
            role=one.role,
            reason=Release.INCIDENT_CLOSED,
        )
        context.out.append(released)
    helpers = context.helpers.get(incident.school, {})
    mobilising.refill(context, [*(one.responder for one in engaged), *helpers], now)


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
    engagement.keep(context, incident, assignment)
    context.out.append(AssignmentChanged(incident=incident.id, assignment=assignment))
