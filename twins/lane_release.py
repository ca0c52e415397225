"""A lane is released for an admitted visit, in the pupils' hours, or to get people out (R20)."""

from twins.command import PLAN, CommandResult, RequestCommand
from twins.context import Context
from twins.detection import hold_at
from twins.evacuation import evacuating
from twins.gate_memory import Grant
from twins.instant import Instant
from twins.roster import holds
from twins.school import School

_MAY_BE_ASKED_AGAIN = (
    CommandResult.REFUSED,
    CommandResult.NOT_EXECUTED,
    CommandResult.UNKNOWN,
)
"""Ends after which the visitor still stands before a closed lane, as far as we know."""


def lane_guard(context: Context, request: RequestCommand, now: Instant) -> str:
    """Refuse a release that nothing allows; one that a visit allows is used up by it."""
    school = context.school_of[request.device]
    if request.requested_by == PLAN or evacuating(context, school):
        return ""
    entrance = school.premises.entrance_of(request.device)
    if entrance is not None and holds(entrance.free, school.zone, now):
        return ""
    held = hold_at(context, school, request.device)
    for grant in context.state.gate.grants.get(request.device, ()):
        if _usable(context, grant, now) and not (grant.inward and (held or _found(context, grant))):
            grant.command = request.id
            return ""
    return f"{held} is not cleared" if held else _no_grant(context, school)


def _usable(context: Context, grant: Grant, now: Instant) -> bool:
    if grant.until is not None and now > grant.until:
        return False
    if not grant.command:
        return True
    return context.state.ended_commands.get(grant.command) in _MAY_BE_ASKED_AGAIN


def _found(context: Context, grant: Grant) -> bool:
    """Return whether something was found on the visitor since the grant was given."""
    visit = context.state.gate.visits.get(grant.visit)
    return visit is not None and visit.held


def _no_grant(context: Context, school: School) -> str:
    waiting = [one for one in context.state.gate.visits.values() if one.school == school.id]
    if not waiting:
        return "no visit is registered"
    return "no visit is admitted for this lane"
