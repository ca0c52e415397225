"""Whom to call to an incident now, whom not and why: decided from the memory, nothing written.

Seats, guards and the school's own people are told at once, always. Cars go nearest by time,
volunteers and neighbours by the school's policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twins.context import Context
from twins.eligibility import objection
from twins.incident import Incident
from twins.instant import Instant
from twins.mobilisation import NotCalled, ResponderNotCalled, UnitPassedOver
from twins.policies.interface import Assignments, IncidentView, Policy, ResponderState
from twins.policies.nearest_by_time import nearest_by_time
from twins.policies.table import POLICIES
from twins.readiness import COMING, Candidate, candidate
from twins.school import Responder, Role, School
from twins.summons import assigned, called_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom to call now, who is not called, and when to think again."""

    call: tuple[Responder, ...]
    shown: tuple[ResponderNotCalled | UnitPassedOver, ...]
    again: Instant | None


def choose(context: Context, school: School, incident: Incident, now: Instant) -> Choice:
    """Return whom to call to an incident now; writes nothing."""
    at_once: list[Responder] = []
    coming: list[Candidate] = []
    shown: list[ResponderNotCalled | UnitPassedOver] = []
    for one in called_first(school.responders, incident.level):
        told = one.id in incident.assignments
        reason = None if told else objection(school, one, now)
        if reason is not None:
            not_called = ResponderNotCalled(incident=incident.id, responder=one.id, reason=reason)
            shown.append(not_called)
        elif one.role in COMING:
            coming.append(candidate(context, school, incident, one, now))
        elif not told:
            at_once.append(one)
    again: list[Instant] = []
    rules = school.dispatch
    policy = POLICIES[school.dispatch_policy]
    asking = ((nearest_by_time, rules.units, True), (policy, rules.wave, False))
    for asked, wanted, of_unit in asking:
        group = [one for one in coming if (one.responder.role is Role.UNIT) is of_unit]
        if not group:
            continue
        view = IncidentView(id=incident.id, wanted=wanted, rules=rules)
        decided, passed = _ask(asked, view, group, now)
        by_id = {one.responder.id: one for one in group}
        at_once += [by_id[name].responder for name in decided.call]
        shown += [_passed_over(incident, by_id[name]) for name in passed]
        again += [] if decided.again is None else [decided.again]
    return Choice(call=tuple(at_once), shown=tuple(shown), again=min(again, default=None))


def _ask(
    policy: Policy, view: IncidentView, group: Sequence[Candidate], now: Instant
) -> tuple[Assignments, list[str]]:
    """Return what a policy decides, and whose turn it would have been were they not busy."""
    decided = policy(view, [one.view for one in group], now)
    passed: list[str] = []
    while True:
        as_if_free = [
            replace(one.view, state=ResponderState.FREE)
            if one.hindrance and one.responder.id not in passed
            else one.view
            for one in group
        ]
        busy = {one.responder.id for one in group if one.hindrance} - set(passed)
        turn = [name for name in policy(view, as_if_free, now).call if name in busy] if busy else []
        if not turn:
            return decided, passed
        passed += turn


def _passed_over(incident: Incident, one: Candidate) -> UnitPassedOver:
    return UnitPassedOver(
        incident=incident.id,
        responder=one.responder.id,
        role=one.responder.role,
        reason=one.hindrance or NotCalled.BUSY,
        busy_with=one.busy_with,
    )


def called(incident: Incident, choice: Choice, now: Instant) -> Incident:
    """Return the incident with the choice written into it."""
    new = {one.id: assigned(one, now) for one in choice.call}
    passed = {one.responder: one.reason.value for one in choice.shown}
    return replace(incident, assignments={**incident.assignments, **new}, passed_over=passed)
