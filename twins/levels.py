"""Levels of help: a staff-level incident can be raised to police level, never lowered."""

from dataclasses import replace

from twins import checklist, escalation, mobilising
from twins.alarm import Alarm, InputRefused
from twins.commanding import issue_plan
from twins.context import Context
from twins.incident import Incident, IncidentLevelRaised, RaiseHelpLevel
from twins.instant import Instant
from twins.school import HelpLevel

PLATFORM = "platform"
"""Who raised a level where no person did."""


def match_alarm(context: Context, alarm: Alarm, now: Instant) -> None:
    """Raise the alarm's incident if the alarm asks for the police, or if nobody could be told."""
    incident = context.cases.with_alarm(alarm.id)
    if incident is None or incident.level is HelpLevel.POLICE:
        return
    if alarm.level is HelpLevel.POLICE:
        _raise(context, incident, PLATFORM, f"{alarm.id} asks for the police", now)
    elif not incident.assignments:
        _raise(context, incident, PLATFORM, "nobody of the school could be told", now)


def raise_help_level(context: Context, request: RaiseHelpLevel, now: Instant) -> None:
    """Call the police to a staff-level incident; needs a name and a reason."""
    incident = context.state.incidents.get(request.incident)
    if incident is None:
        reason = "no such incident is open"
    elif incident.level is HelpLevel.POLICE:
        reason = "the police have been called"
    elif not (request.by.strip() and request.reason.strip()):
        reason = "raising the level needs a name and a reason"
    else:
        _raise(context, incident, request.by, request.reason, now)
        return
    context.out.append(InputRefused(subject=request.incident, reason=reason))


def _raise(context: Context, incident: Incident, by: str, reason: str, now: Instant) -> None:
    """Call the police side as if the incident were opened now.

    An acknowledgement by the school's own people does not count any more: a seat has to answer.
    """
    school = context.schools[incident.school]
    incident = replace(incident, level=HelpLevel.POLICE, acknowledged=None, acknowledged_by="")
    raised = IncidentLevelRaised(incident=incident.id, level=incident.level, by=by, reason=reason)
    context.out.append(raised)
    context.state.incidents[incident.id] = incident
    mobilising.recall(context, school.id, now)
    mobilising.reconsider(context, incident.id, now)
    issue_plan(context, school, context.state.incidents[incident.id], now)
    checklist.start(context, context.state.incidents[incident.id], now)
    escalation.start(context, context.state.incidents[incident.id], now)
