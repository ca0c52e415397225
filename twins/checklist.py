"""The plan as a checklist (R52): what people do in an incident, by when, and who did it."""

from dataclasses import replace

from twins.alarm import InputRefused
from twins.context import Context
from twins.incident import (
    ChecklistItem,
    CompleteStep,
    Incident,
    IncidentFlagged,
    StepCompleted,
    StepOverdue,
)
from twins.instant import Instant

TIMER = "checklist"


def start(context: Context, incident: Incident, now: Instant) -> None:
    """Put the steps of the plans for this kind and level on the incident's list."""
    plans = context.schools[incident.school].plans
    steps = [
        step
        for plan in plans
        if plan.kind == incident.kind and plan.level is incident.level
        for step in plan.checklist
    ]
    items = {
        step.id: ChecklistItem(
            step=step.id, title=step.title, role=step.role, due=now + step.within
        )
        for step in steps
        if step.id not in incident.checklist
    }
    for item in items.values():
        context.set_timer(TIMER, f"{incident.id}|{item.step}", item.due)
    context.state.incidents[incident.id] = replace(
        incident, checklist={**incident.checklist, **items}
    )


def complete_step(context: Context, request: CompleteStep, now: Instant) -> None:
    """Tick off a step; needs the name of whoever did it. A step is done once."""
    incident = context.state.incidents.get(request.incident)
    item = incident.checklist.get(request.step) if incident else None
    reason = ""
    if incident is None:
        reason = "no such incident is open"
    elif item is None:
        reason = f"its plan has no step {request.step!r}"
    elif item.done is not None:
        reason = f"{request.step} was done by {item.by}"
    elif not request.by.strip():
        reason = "a name is needed"
    if reason or incident is None or item is None:
        context.out.append(InputRefused(subject=request.incident, reason=reason))
        return
    done = replace(item, done=now, by=request.by)
    context.state.incidents[incident.id] = replace(
        incident, checklist={**incident.checklist, item.step: done}
    )
    context.cancel_timer(TIMER, f"{incident.id}|{item.step}")
    late = now > item.due
    completed = StepCompleted(incident=incident.id, step=item.step, by=request.by, late=late)
    context.out.append(completed)


def due(context: Context, subject: str, _now: Instant) -> None:
    """Say that a step was not done within its limit; it can still be done."""
    incident_id, _, step = subject.rpartition("|")
    item = context.state.incidents[incident_id].checklist[step]
    context.out.append(StepOverdue(incident=incident_id, step=step, role=item.role))


def close(context: Context, incident: Incident) -> None:
    """Name what a closed incident lacks: timestamps that must exist, steps nobody did."""
    for step in incident.checklist:
        context.cancel_timer(TIMER, f"{incident.id}|{step}")
    stamps = {"warned": incident.warned, "acknowledged": incident.acknowledged}
    timestamps = tuple(name for name, instant in stamps.items() if instant is None)
    steps = tuple(item.step for item in incident.checklist.values() if item.done is None)
    if timestamps or steps:
        flagged = IncidentFlagged(
            incident=incident.id, missing_timestamps=timestamps, missing_steps=steps
        )
        context.out.append(flagged)
