"""Who belongs to which call for help: the school's own people, the police side, later contacts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from twins import engagement
from twins.context import Context
from twins.eligibility import capable
from twins.incident import Assignment, Incident, Notification
from twins.instant import Instant
from twins.school import HelpLevel, Responder, Role

SCHOOL_SIDE = frozenset({Role.GUARD, Role.STAFF, Role.HEAD})
"""The school's own people: the only ones who are told of a staff-level incident."""

POLICE_SIDE = frozenset({Role.STATION, Role.NEXT_SEAT, Role.CENTRE})
"""Seats whose word acknowledges an incident."""

ON_ESCALATION = frozenset({Role.NEXT_SEAT, Role.CENTRE, Role.HEAD})
"""Told only when nobody has answered."""


def belongs(role: Role, level: HelpLevel) -> bool:
    """Return whether a role may be told of an incident of this level at all."""
    return level is HelpLevel.POLICE or role in SCHOOL_SIDE


def called_first(responders: Sequence[Responder], level: HelpLevel) -> tuple[Responder, ...]:
    """Return who is called as soon as an incident of this level is open."""
    return tuple(
        one for one in responders if one.role not in ON_ESCALATION and belongs(one.role, level)
    )


def acknowledges(role: Role, level: HelpLevel) -> bool:
    """Return whether a recipient's word acknowledges an incident of this level."""
    return role in POLICE_SIDE or (level is HelpLevel.STAFF and role in SCHOOL_SIDE)


def tell(
    context: Context, incident: Incident, responders: Iterable[Responder], now: Instant
) -> tuple[str, ...]:
    """Notify those who were not told yet, in their order; return their ids."""
    new = {one.id: one for one in responders if one.id not in incident.assignments}
    told = {one.id: assigned(one, now) for one in new.values()}
    context.state.incidents[incident.id] = replace(
        incident, assignments={**incident.assignments, **told}
    )
    for one in told.values():
        engagement.book(context, incident.id, one)
        context.out.append(notification(incident, one))
    return tuple(told)


def assigned(one: Responder, now: Instant) -> Assignment:
    """Return the assignment of somebody who is told now."""
    return Assignment(responder=one.id, role=one.role, capable=capable(one, now), notified=now)


def notification(incident: Incident, assignment: Assignment) -> Notification:
    """Return the notice of an incident to one recipient."""
    return Notification(
        incident=incident.id,
        responder=assignment.responder,
        role=assignment.role,
        kind=incident.kind,
        school=incident.school,
        place=incident.place,
        level=incident.level,
        other_places=incident.other_places,
    )
