"""A fire signal opens nothing by itself while an attack may be going on: a person decides (D10)."""

from twins.command import PLAN, RequestCommand
from twins.context import Context
from twins.instant import Instant
from twins.rules.fire_alarm import evacuation_decided
from twins.school import School


def evacuating(context: Context, school: School) -> bool:
    """Return whether an incident is open for which people must get out."""
    kinds = school.premises.evacuation_kinds
    return any(
        one.school == school.id and one.kind in kinds for one in context.state.incidents.values()
    )


def evacuation_guard(context: Context, request: RequestCommand, _now: Instant) -> str:
    """Refuse what an evacuation plan opens while another incident is open at the school."""
    school = context.school_of[request.device]
    kinds = school.premises.evacuation_kinds
    own = context.state.incidents.get(request.incident)
    if request.requested_by != PLAN or own is None or own.kind not in kinds:
        return ""
    if evacuation_decided(context, school.id):
        return ""
    for one in context.state.incidents.values():
        if one.school == school.id and one.kind not in kinds:
            return f"{one.id} ({one.kind}) is open: a person decides"
    return ""
