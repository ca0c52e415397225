"""Keeping visits: what every handler of visits does with one, whatever has happened to it."""

from dataclasses import replace

from twins.alarm import InputRefused
from twins.context import Context
from twins.inspection import FlowStep, InspectionFlow, Step
from twins.instant import Instant
from twins.visit import REACHED, Visit, VisitChanged, VisitEvent, transitions

TIMER = "visit"
"""Timer: the next step of a visit is overdue."""

_STEP_OF = {state: step for step, state in REACHED.items()}


def refuse(context: Context, subject: str, reason: str) -> None:
    """Say that an input was not carried out."""
    context.out.append(InputRefused(subject=subject, reason=reason))


def open_visit(context: Context, visit_id: str, by: str) -> Visit | None:
    """Return a visit that has not ended; says so if there is none, or nobody acts."""
    visit = context.state.gate.visits.get(visit_id)
    if visit is None:
        ended = context.state.gate.ended_visits.get(visit_id)
        refuse(context, visit_id, f"the visit has ended: {ended}" if ended else "no such visit")
    elif not by.strip():
        refuse(context, visit_id, "a name is needed")
    else:
        return visit
    return None


def flow_of(context: Context, visit: Visit) -> InspectionFlow:
    """Return the flow of the visit's school."""
    return context.schools[visit.school].inspection


def awaited(context: Context, visit: Visit) -> FlowStep | None:
    """Return the step that the visit waits for, or None after the last one."""
    return flow_of(context, visit).after(_STEP_OF[visit.state])


def missing(context: Context, visit: Visit) -> list[Step]:
    """Return the steps before admission that are not done, in the flow's order."""
    steps = [one.step for one in flow_of(context, visit).steps]
    return [one for one in steps if one is not Step.ADMIT and one not in visit.done]


def with_step(visit: Visit, step: Step, *, done: bool) -> Visit:
    """Return the visit with a step done, or undone because it came out wrong."""
    others = tuple(one for one in visit.done if one is not step)
    return replace(visit, done=(*others, step) if done else others)


def keep(
    context: Context, visit: Visit, what: str, now: Instant, *, by: str = "", reason: str = ""
) -> Visit:
    """Keep a visit after a fact, moved as far as its facts reach, and say so."""
    table = transitions(flow_of(context, visit))
    before = visit.state
    while (step := awaited(context, visit)) is not None and step.step in visit.done:
        state = table[visit.state, VisitEvent(step.step.value)]
        visit = replace(visit, state=state, since=now)
    context.state.gate.visits[visit.id] = visit
    context.visits.add(visit.school, visit.id)
    context.out.append(VisitChanged(visit=visit, what=what, by=by, reason=reason))
    if visit.state is not before or what == "registered":
        watch(context, visit, now)
    return visit


def watch(context: Context, visit: Visit, now: Instant) -> None:
    """Wait for the visit's next step, as long as the flow allows."""
    step = awaited(context, visit)
    if step is None or step.limit is None:
        context.cancel_timer(TIMER, visit.id)
    else:
        context.set_timer(TIMER, visit.id, now + step.limit)
