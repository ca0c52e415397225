"""An attack at a school: what must not be opened by itself, nor by anybody (D10).

Which cases are attacks, and who may open something in spite of one, is the school's data. A fire
signal may be the attacker's, so the plan that gets people out waits for a person; telling people of
the fire never waits.
"""

from dataclasses import replace

from twins.command import PLAN, RequestCommand
from twins.context import Context
from twins.fire_signal import KIND, TIMER, FireHold, FireSignalHeld
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


def hold_signal(context: Context, device: str, attack: Incident, now: Instant) -> None:
    """Tell that the plan of a fire signal waits for a person, and again until somebody decides."""
    school, fire = context.school_of[device], context.state.watch.fire
    hold = fire.setdefault(device, FireHold(incident=attack.id, since=now))
    hold.incident = attack.id
    context.out.append(
        FireSignalHeld(device=device, school=school.id, incident=attack.id, since=hold.since)
    )
    context.set_timer(TIMER, device, now + school.watch.links.fire_reminder)


def hold_fires(context: Context, school: School, attack: Incident, now: Instant) -> None:
    """Let a person decide again about every fire that burns when an attack begins.

    The plan of the attack may lock the ways that people are on.
    """
    kinds, state = school.premises.evacuation_kinds, context.state
    if attack.kind not in school.premises.attack_kinds or attack.level is not HelpLevel.POLICE:
        return
    burning = [one.id for one in school.devices if _burns(context, one.id)]
    undecided = [one for one in burning if not _settled(context, one)]
    for device in undecided:
        state.watch.fire.pop(device, None)
        hold_signal(context, device, attack, now)
    for case in context.cases.at(school.id) if undecided else ():
        if case.kind in kinds:
            state.incidents[case.id] = replace(case, plan_held=True)


def _settled(context: Context, device: str) -> bool:
    """Return whether a fire is held, or decided, for an attack that is still going on."""
    hold = context.state.watch.fire.get(device)
    return hold is not None and hold.incident in context.state.incidents


def _burns(context: Context, device: str) -> bool:
    alarm = context.state.alarms.get(context.state.standing.get(f"{KIND}|{device}", ""))
    return alarm is not None and alarm.active


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
