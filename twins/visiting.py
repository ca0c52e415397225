"""來訪必登, 必核, 必檢 (R20–R24): a visitor is let in when every step of the flow is done.

Facts may come before their turn - a check may be ticked while the host is still being called - but
the visit moves only along its table, and admission asks for all of them again.
"""

from dataclasses import replace

from twins.carrying_out import carry_out
from twins.context import Context
from twins.detection import free_visit, hold_at
from twins.gate_memory import Grant
from twins.inspection import Step
from twins.instant import Instant, seconds
from twins.locker_use import left_behind
from twins.reception import stand_up, take_seat
from twins.visit import (
    AdmitVisit,
    CheckDone,
    HostAnswered,
    IdentityChecked,
    LeaveVisit,
    RegisterVisit,
    SendToReception,
    TurnAwayVisit,
    Visit,
    VisitChanged,
    VisitEvent,
    VisitState,
    transitions,
)
from twins.visit_booking import TIMER, flow_of, keep, missing, open_visit, refuse, with_step

EXIT_GRANT = seconds(600)
"""How long after the end of a visit its lane may be released to let it out (ours)."""

MOST_VISITS = 1000
"""Visits of one school that may be under way; the next is refused until some have ended (ours)."""

MOST_PARTY = 100
"""Persons of one visit; one release lets so many pass (ours: two coaches)."""

VISITS_KEPT = 10_000
"""Ended visits whose ids are remembered; the oldest go first (assumed: months of a school)."""


def register_visit(context: Context, request: RegisterVisit, now: Instant) -> None:
    """Open a visit; a known id, an unknown school or an empty line is refused."""
    gate = context.state.gate
    if not request.id.strip():
        refuse(context, request.id, "a visit needs an id")
    elif request.id in gate.visits or request.id in gate.ended_visits:
        refuse(context, request.id, "this visit was registered before")
    elif request.school not in context.schools:
        refuse(context, request.id, "there is no such school")
    elif not all(map(str.strip, (request.visitor, request.purpose, request.host, request.by))):
        refuse(context, request.id, "a visit needs a visitor, a purpose, a host and a name")
    elif not 1 <= request.party <= MOST_PARTY:
        refuse(context, request.id, f"a party is 1 to {MOST_PARTY} persons")
    elif len(context.visits.of(request.school)) >= MOST_VISITS:
        refuse(context, request.id, f"{MOST_VISITS} visits have not ended there: end some")
    else:
        visit = Visit(
            id=request.id,
            school=request.school,
            visitor=request.visitor,
            purpose=request.purpose,
            host=request.host,
            party=request.party,
            vehicle=request.vehicle,
            since=now,
        )
        keep(context, visit, "registered", now, by=request.by)


def check_identity(context: Context, request: IdentityChecked, now: Instant) -> None:
    """Book whether the papers are this person's."""
    visit = open_visit(context, request.visit, request.by)
    if visit is not None:
        what = "identified" if request.genuine else "identity not confirmed"
        after = with_step(visit, Step.IDENTIFY, done=request.genuine)
        keep(context, after, what, now, by=request.by)


def answer_host(context: Context, request: HostAnswered, now: Instant) -> None:
    """Book the host's answer; whom the host does not expect is turned away."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    if request.confirmed:
        keep(context, with_step(visit, Step.HOST, done=True), "host confirmed", now, by=request.by)
    elif (visit.state, VisitEvent.TURN_AWAY) in transitions(flow_of(context, visit)):
        _end(context, visit, VisitEvent.TURN_AWAY, now, by=request.by, reason="host declined")
    else:
        refuse(context, visit.id, f"the visit is {visit.state}")


def book_check(context: Context, request: CheckDone, now: Instant) -> None:
    """Book one of the five checks; the step is done when all of them are clear."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    known = [check.id for check in flow_of(context, visit).checks]
    if request.check not in known:
        refuse(context, visit.id, f"there is no check {request.check!r}")
        return
    checks = {**visit.checks, request.check: request.clear}
    clear = all(checks.get(check) for check in known)
    after = with_step(replace(visit, checks=checks), Step.CHECK, done=clear)
    word = "clear" if request.clear else "not clear"
    keep(context, after, f"{request.check}: {word}", now, by=request.by)


def admit_visit(context: Context, request: AdmitVisit, now: Instant) -> None:
    """Let a visitor in: its lane may now be released once."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    reason = _objection(context, visit, request.lane)
    if reason:
        refuse(context, visit.id, reason)
        return
    grant = Grant(visit=visit.id, inward=True, persons=visit.party)
    context.state.gate.grants.setdefault(request.lane, []).append(grant)
    admitted = replace(with_step(visit, Step.ADMIT, done=True), lane=request.lane)
    keep(context, admitted, "admitted", now, by=request.by)
    carry_out(context, stand_up(context, visit, now), now)


def leave(context: Context, request: LeaveVisit, now: Instant) -> None:
    """End a visit whose visitor goes."""
    visit = open_visit(context, request.visit, request.by)
    if visit is not None:
        _end(context, visit, VisitEvent.LEAVE, now, by=request.by)


def turn_away(context: Context, request: TurnAwayVisit, now: Instant) -> None:
    """End a visit whose visitor is not let in."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    if not request.reason.strip():
        refuse(context, visit.id, "turning somebody away needs a reason")
    elif (visit.state, VisitEvent.TURN_AWAY) not in transitions(flow_of(context, visit)):
        refuse(context, visit.id, f"the visit is {visit.state}")
    else:
        _end(context, visit, VisitEvent.TURN_AWAY, now, by=request.by, reason=request.reason)


def send_to_reception(context: Context, request: SendToReception, now: Instant) -> None:
    """Give a visitor a seat, or a place in the queue for one."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    rooms = context.schools[visit.school].premises.reception_rooms
    room = next((one for one in rooms if one.id == request.room), None)
    if room is None:
        refuse(context, visit.id, f"there is no reception room {request.room!r}")
    else:
        carry_out(context, take_seat(context, visit, room, now), now)


def _objection(context: Context, visit: Visit, lane: str) -> str:
    """Return why a visit cannot be admitted for a lane, or nothing."""
    device = context.devices.get(lane)
    school = context.schools[visit.school]
    if device is None or device.capability != "lane" or context.school_of[lane] is not school:
        return f"there is no lane {lane!r}"
    if visit.state is VisitState.ADMITTED:
        return "the visit is admitted already"
    steps = missing(context, visit)
    if steps:
        return f"not done yet: {', '.join(steps)}"
    if visit.held:
        return "a finding is not cleared"
    held = hold_at(context, school, lane)
    return f"{held} is not cleared" if held else ""


def _end(
    context: Context,
    visit: Visit,
    event: VisitEvent,
    now: Instant,
    *,
    by: str,
    reason: str = "",
) -> None:
    gate = context.state.gate
    state = transitions(flow_of(context, visit))[visit.state, event]
    ended = replace(visit, state=state, since=now)
    del gate.visits[visit.id]
    context.visits.remove(visit.school, visit.id)
    context.cancel_timer(TIMER, visit.id)
    gate.ended_visits[visit.id] = state
    if len(gate.ended_visits) > VISITS_KEPT:
        del gate.ended_visits[next(iter(gate.ended_visits))]
    context.out.append(VisitChanged(visit=ended, what=state, by=by, reason=reason))
    _grant_exit(context, visit, now)
    carry_out(context, free_visit(context, visit), now)
    carry_out(context, stand_up(context, visit, now), now)
    carry_out(context, left_behind(context, visit, now), now)


def _grant_exit(context: Context, visit: Visit, now: Instant) -> None:
    """Take back an unused way in; who was let in may be let out."""
    lanes = context.state.gate.grants
    for lane in [one.id for one in context.schools[visit.school].devices if one.id in lanes]:
        grants = lanes[lane]
        grants[:] = [one for one in grants if one.visit != visit.id and not _is_over(one, now)]
        if not grants:
            del lanes[lane]
    if visit.lane:
        way_out = Grant(visit=visit.id, inward=False, persons=visit.party, until=now + EXIT_GRANT)
        lanes.setdefault(visit.lane, []).append(way_out)


def _is_over(grant: Grant, now: Instant) -> bool:
    """Return whether a way out has lapsed, and whoever was released last has passed or not."""
    return grant.until is not None and now > grant.until + EXIT_GRANT
