"""Notices that are still to be brought, worked out from the engine's own cases and warnings."""

from collections.abc import Iterable
from dataclasses import replace

from twins import summons
from twins.early_warning import EarlyWarning, WarningNotice
from twins.incident import Incident, Notification


def undelivered(incidents: Iterable[Incident]) -> list[Notification]:
    """Return the notices of open cases that have not reached their recipients."""
    return [
        summons.notification(incident, assignment)
        for incident in incidents
        for assignment in incident.assignments.values()
        if assignment.delivered is None
    ]


def place_notices(
    incident: Incident | None, place: str, responders: Iterable[str]
) -> list[Notification]:
    """Return the notices of another place of a case that is still open."""
    if incident is None:
        return []
    told = [incident.assignments[one] for one in responders]
    return [replace(summons.notification(incident, one), place=place) for one in told]


def unheard(warnings: Iterable[EarlyWarning]) -> list[WarningNotice]:
    """Return the notices of warnings that have not reached their recipients."""
    return [
        WarningNotice(
            warning=warning.id,
            responder=one.responder,
            role=one.role,
            kind=warning.kind,
            school=warning.school,
            place=warning.place,
        )
        for warning in warnings
        for one in warning.deliveries.values()
        if one.delivered is None
    ]
