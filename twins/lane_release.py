"""A lane is released for an admitted visit, in the pupils' hours, or to get people out (R20)."""

from twins.attack import evacuating, overrides
from twins.closure import reported
from twins.command import NOT_DONE, PLAN, CommandResult, RequestCommand
from twins.context import Context
from twins.detection import hold_at
from twins.gate_memory import Grant
from twins.instant import Instant
from twins.roster import holds
from twins.school import School


def lane_guard(context: Context, request: RequestCommand, now: Instant) -> str:
    """Refuse a release that nothing allows; one that a visit allows is used up by it."""
    school = context.school_of[request.device]
    if request.requested_by == PLAN or evacuating(context, school) or overrides(context, request):
        return ""
    entrance = school.premises.entrance_of(request.device)
    if entrance is not None and holds(entrance.free, school.zone, now):
        return ""
    held = hold_at(context, school, request.device)
    for grant in context.state.gate.grants.get(request.device, ()):
        stopped = grant.inward and (held or _found(context, grant))
        if not stopped and _usable(context, request.device, grant, now):
            grant.command, grant.released = request.id, now
            return ""
    return f"{held} is not cleared" if held else _no_grant(context, school)


def _usable(context: Context, lane: str, grant: Grant, now: Instant) -> bool:
    if grant.until is not None and now > grant.until:
        return False
    ended = context.state.ended_commands.get(grant.command)
    if not grant.command or ended in NOT_DONE:
        return True
    return ended == CommandResult.UNKNOWN and _shown_closed(context, lane)


def _shown_closed(context: Context, lane: str) -> bool:
    """Return whether a lane shows that nobody passed on a release whose end is unknown.

    It is locked, and it counts: a passage would have used the grant up. Where it does not count,
    the release may have let somebody in, and one visit is one passage.
    """
    entrance = context.school_of[lane].premises.entrance_of(lane)
    counts = entrance is not None and reported(context, lane, "passages") is not None
    return counts and reported(context, lane, "locked") is True


def _found(context: Context, grant: Grant) -> bool:
    """Return whether something was found on the visitor since the grant was given."""
    visit = context.state.gate.visits.get(grant.visit)
    return visit is not None and visit.held


def _no_grant(context: Context, school: School) -> str:
    if not context.visits.of(school.id):
        return "no visit is registered"
    return "no visit is admitted for this lane"
