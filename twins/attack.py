"""An attack at a school: what must not be opened by itself, nor by anybody (D10).

Which cases are attacks, and who may open something in spite of one, is the school's data. A fire
signal may be the attacker's, so the plan that gets people out waits for a person; telling people of
the fire never waits.
"""

from twins.command import PLAN, RequestCommand
from twins.context import Context
from twins.incident import Incident
from twins.instant import Instant
from twins.school import HelpLevel, School


def attack_case(context: Context, school: School) -> Incident | None:
    """Return an open police-level case of a kind that is an attack, or None."""
    kinds = school.premises.attack_kinds
    for one in context.cases.at(school.id):
        if one.kind in kinds and one.level is HelpLevel.POLICE:
            return one
    return None


def evacuating(context: Context, school: School) -> bool:
    """Return whether a case is open for which people get out, and whose plan does not wait."""
    kinds = school.premises.evacuation_kinds
    return any(one.kind in kinds and not one.plan_held for one in context.cases.at(school.id))


def evacuation_decided(context: Context, school: School) -> bool:
    """Return whether a person has decided that people get out for a signal that stands."""
    fire = context.state.watch.fire
    return any(fire[one.id].evacuate is True for one in school.devices if one.id in fire)


def plan_waits(context: Context, school: School, incident: Incident) -> bool:
    """Return whether the plan of a case has to wait for a person."""
    evacuates = incident.kind in school.premises.evacuation_kinds
    attacked = evacuates and attack_case(context, school) is not None
    return attacked and not evacuation_decided(context, school)


def opening_guard(context: Context, request: RequestCommand, _now: Instant) -> str:
    """Refuse to open anything of a school under attack, but for its own plan and who may."""
    school = context.school_of[request.device]
    attack = attack_case(context, school)
    if attack is None or evacuation_decided(context, school):
        return ""
    if request.requested_by == PLAN:
        own = context.state.incidents.get(request.incident)
        allowed = own is not None and own.kind in school.premises.attack_kinds
    else:
        allowed = overrides(context, request)
    return "" if allowed else f"{attack.id} ({attack.kind}) is open: a person who may must decide"


def overrides(context: Context, request: RequestCommand) -> bool:
    """Return whether somebody opens in spite of an attack, under a role that may."""
    school = context.school_of[request.device]
    return (
        request.override_as in school.premises.override_roles
        and attack_case(context, school) is not None
    )
