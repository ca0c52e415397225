"""The latency ledger: every hop of a call for help with its instant (R07).

A pure function of the records, so live and simulated incidents are traced alike. A hop that did
not happen is a row without an instant: what is missing shows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from twins.alarm import Alarm
from twins.incident import Answer, Assignment, Incident
from twins.instant import Duration, Instant


class Hop(StrEnum):
    """The way from the contact to the end of the case."""

    CONTACT = "contact"
    RECEIVED = "received"
    DECIDED = "decided"
    NOTIFIED = "notified"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    HANDLED = "handled"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One hop of one device, recipient or of the incident itself."""

    incident: str
    hop: Hop
    subject: str
    """Device up to `decided`, then recipient; for the incident's own hops, who did it."""
    at: Instant | None
    since_contact: Duration | None
    """Since the first cause of the incident; as good as the device's clock."""
    since_previous: Duration | None
    """Since the hop before it on its own way."""


def ledger(incident: Incident, alarms: Iterable[Alarm]) -> tuple[LedgerRow, ...]:
    """Return every hop of an incident: of its alarms, of each recipient, and its end."""
    rows: list[LedgerRow] = []
    for alarm in alarms:
        if alarm.id in incident.alarms:
            rows += _chain(incident, alarm.device, None, _of_alarm(alarm))
    for assignment in incident.assignments.values():
        told = _of_assignment(assignment)
        rows += _chain(incident, assignment.responder, incident.opened, told)
    closing = [(Hop.ACKNOWLEDGED, incident.acknowledged)]
    rows += _chain(incident, incident.acknowledged_by, incident.opened, closing)
    ending = [(Hop.HANDLED, incident.handled)]
    rows += _chain(incident, incident.handled_by, incident.acknowledged, ending)
    return tuple(rows)


def _of_alarm(alarm: Alarm) -> list[tuple[Hop, Instant | None]]:
    return [
        (Hop.CONTACT, alarm.sensed),
        (Hop.RECEIVED, alarm.received),
        (Hop.DECIDED, alarm.raised),
    ]


def _of_assignment(one: Assignment) -> list[tuple[Hop, Instant | None]]:
    acknowledged = one.answered if one.answer is Answer.ACKNOWLEDGED else None
    hops = [(Hop.NOTIFIED, one.notified), (Hop.DELIVERED, one.delivered)]
    return hops if acknowledged is None else [*hops, (Hop.ACKNOWLEDGED, acknowledged)]


def _chain(
    incident: Incident,
    subject: str,
    previous: Instant | None,
    hops: Iterable[tuple[Hop, Instant | None]],
) -> Iterator[LedgerRow]:
    for hop, at in hops:
        yield LedgerRow(
            incident=incident.id,
            hop=hop,
            subject=subject,
            at=at,
            since_contact=None if at is None else at - incident.sensed,
            since_previous=None if at is None or previous is None else at - previous,
        )
        previous = previous if at is None else at
