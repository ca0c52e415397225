"""An incident that nobody acknowledges goes to the next seat, to the head and to the 110 centre.

The roster of contacts is the school's data; the clock runs from the opening, or from the instant
at which the incident was raised to police level.
"""

from twins import mobilising
from twins.context import Context
from twins.eligibility import objection
from twins.incident import EscalationRaised, Incident
from twins.instant import Instant
from twins.school import EscalationStep, Responder, School
from twins.summons import belongs, tell

TIMER = "escalation"


def start(context: Context, incident: Incident, now: Instant) -> None:
    """Let the clock of every step run from `now`."""
    for number, step in enumerate(context.schools[incident.school].escalation, start=1):
        context.set_timer(TIMER, f"{incident.id}|{number}", now + step.after)


def cancel(context: Context, incident: Incident) -> None:
    """Stop the clock: somebody has acknowledged the incident, or it is closed."""
    school = context.schools.get(incident.school)
    for number in range(1, len(school.escalation if school else ()) + 1):
        context.cancel_timer(TIMER, f"{incident.id}|{number}")


def due(context: Context, subject: str, now: Instant) -> None:
    """Tell the step's contacts who were not told yet, and say that it came to that."""
    incident_id, _, number = subject.rpartition("|")
    incident = context.state.incidents.get(incident_id)
    school = context.schools[incident.school] if incident else None
    if incident is None or school is None or int(number) > len(school.escalation):
        return  # the roster has been shortened since the clock was set
    step = school.escalation[int(number) - 1]
    place = len(context.out)
    told = tell(context, incident, _contacts(school, step, incident, now), now)
    raised = EscalationRaised(
        incident=incident.id, step=int(number), after=step.after, responders=told
    )
    context.out.insert(place, raised)
    mobilising.reconsider(context, incident.id, now)


def _contacts(
    school: School, step: EscalationStep, incident: Incident, now: Instant
) -> list[Responder]:
    return [
        one
        for one in school.responders
        if (one.role in step.roles or one.id in step.responders)
        and belongs(one.role, incident.level)
        and objection(school, one, now) is None
    ]
