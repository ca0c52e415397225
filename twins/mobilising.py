"""一呼百应: calling who is to come, again whenever something changed, and showing who is missing.

Nobody is told twice of one incident, nobody is withdrawn for being silent, and whoever is not
called although listed is named with the reason. One clock per incident says when to look again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from twins import engagement
from twins.choice import Choice, called, choose
from twins.context import Context
from twins.dispatch_rules import DispatchRules
from twins.incident import Answer, Assignment, Incident
from twins.instant import Instant
from twins.jurisdiction import next_boundary, responsible
from twins.mobilisation import (
    IncidentHandedOver,
    NotificationUndelivered,
    Release,
    ResponderOverdue,
)
from twins.school import School
from twins.summons import notification

TIMER = "mobilise"


def announce(
    context: Context, before: Incident, incident: Incident, choice: Choice, now: Instant
) -> None:
    """Tell those who were chosen, show who was not, and set the clock; nobody waits for anybody."""
    context.state.incidents[incident.id] = incident
    for one in choice.call:
        assignment = incident.assignments[one.id]
        engagement.book(context, incident.id, assignment)
        context.out.append(notification(incident, assignment))
    context.out.extend(
        one for one in choice.shown if before.passed_over.get(one.responder) != one.reason
    )
    _set_clock(context, incident, choice.again, now)


def reconsider(context: Context, incident_id: str, now: Instant) -> None:
    """Look at an open incident again: who is missing, who is responsible, who is to be called."""
    incident = context.state.incidents[incident_id]
    school = context.schools[incident.school]
    incident = _show_missing(context, school, incident, now)
    incident = _hand_over(context, school, incident, now)
    choice = choose(context, school, incident, now)
    announce(context, incident, called(incident, choice, now), choice, now)


def refill(context: Context, freed: Sequence[str], now: Instant) -> None:
    """Offer those who are free again to the incidents that had to pass them over, oldest first."""
    names = set(freed)
    schools = [school for one in freed for school in context.listing.get(one, ())]
    waiting = [
        one.id for one in context.cases.at(*schools) if not names.isdisjoint(one.passed_over)
    ]
    for incident_id in waiting:
        reconsider(context, incident_id, now)


def recall(context: Context, school: str, now: Instant) -> None:
    """Send a school's own people home from its neighbours; who has arrived there stays."""
    helpers = context.helpers.get(school)
    if not helpers:
        return
    schools = [one for helper in helpers for one in context.listing[helper] if one != school]
    for incident in context.cases.at(*schools):
        away = [one for one in helpers if _under_way(incident.assignments.get(one))]
        for one in away:
            standing = context.state.incidents[incident.id]
            assignment = standing.assignments[one]
            engagement.release(context, standing, assignment, Release.OWN_SCHOOL, now)
        if away:
            reconsider(context, incident.id, now)


def _under_way(one: Assignment | None) -> bool:
    """Return whether somebody was called, did not decline and has not arrived."""
    return (
        one is not None
        and one.arrived is None
        and one.released is None
        and one.answer is not Answer.DECLINED
    )


def _show_missing(context: Context, school: School, incident: Incident, now: Instant) -> Incident:
    """Say once of each notice that it did not arrive, and of each responder that they did not."""
    rules = school.dispatch
    for one in list(incident.assignments.values()):
        if _awaits_delivery(one) and now >= one.notified + rules.delivery_limit:
            context.out.append(
                NotificationUndelivered(
                    incident=incident.id,
                    responder=one.responder,
                    role=one.role,
                    notified=one.notified,
                )
            )
            incident = engagement.keep(context, incident, replace(one, undelivered=now))
        elif (expected := _awaited(one)) is not None and now >= expected + rules.arrival_grace:
            overdue = ResponderOverdue(
                incident=incident.id, responder=one.responder, expected=expected
            )
            context.out.append(overdue)
            incident = engagement.keep(context, incident, replace(one, overdue=now))
    return incident


def _awaits_delivery(one: Assignment) -> bool:
    heard = one.delivered is not None or one.answer is not None or one.arrived is not None
    return not heard and one.undelivered is None and one.released is None


def _awaited(one: Assignment) -> Instant | None:
    """Return when somebody who is on the way should be there; None if nobody is to be awaited."""
    on_the_way = one.accepted and one.arrived is None and one.released is None
    return one.expected if on_the_way and one.overdue is None else None


def _hand_over(context: Context, school: School, incident: Incident, now: Instant) -> Incident:
    """Follow the boundary: the new station's seats are then called like any other."""
    station = responsible(school.stations, now)
    if station == incident.station:
        return incident
    context.out.append(
        IncidentHandedOver(incident=incident.id, station=station, previous=incident.station)
    )
    return replace(incident, station=station)


def _set_clock(context: Context, incident: Incident, again: Instant | None, now: Instant) -> None:
    school = context.schools[incident.school]
    dues = list(_dues(incident, school.dispatch))
    dues += [due for due in (again, next_boundary(school.stations, now)) if due is not None]
    if dues:
        context.set_timer(TIMER, incident.id, min(dues))
    else:
        context.cancel_timer(TIMER, incident.id)


def _dues(incident: Incident, rules: DispatchRules) -> Iterator[Instant]:
    for one in incident.assignments.values():
        if _awaits_delivery(one):
            yield one.notified + rules.delivery_limit
        elif (expected := _awaited(one)) is not None:
            yield expected + rules.arrival_grace
