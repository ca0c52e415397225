"""Alarms, incidents, warnings and calls as the API says them: the engine's, and what it told."""

from collections.abc import Iterator

from gateway.naming import (
    has_channel,
    iso_or_none,
    named,
    place_title,
    school_of,
    titles_of,
    untitled,
)
from gateway.runtime import Gateway
from gateway.shapes import (
    AlarmView,
    AssignmentView,
    ChecklistView,
    EscalationView,
    IncidentView,
    NotCalledView,
    VideoView,
)
from gateway.watch_shapes import CallView, LedgerView, WarnedView, WarningView
from twins.alarm import Alarm, AlarmEvent
from twins.call import CALL_TITLES, Call
from twins.capability import Titles
from twins.early_warning import EarlyWarning
from twins.incident import Assignment, EscalationRaised, Incident
from twins.instant import Duration, in_seconds, iso
from twins.ledger import LedgerRow, ledger
from twins.mobilisation import NOT_CALLED, NotCalled, UnitPassedOver
from twins.records import Output
from twins.video import EventVideo
from twins.watch import EVENT_CLASSES


def alarm_views(gateway: Gateway) -> list[AlarmView]:
    """Return the standing alarms and the remembered ones that are over, newest first."""
    newest = sorted(gateway.alarms.values(), key=lambda alarm: alarm.raised, reverse=True)
    return [_alarm(gateway, alarm) for alarm in newest]


def incident_views(gateway: Gateway) -> list[IncidentView]:
    """Return the open incidents and the remembered closed ones, newest first."""
    newest = sorted(gateway.incidents.values(), key=lambda one: one.opened, reverse=True)
    return [_incident(gateway, incident) for incident in newest]


def warning_views(gateway: Gateway) -> list[WarningView]:
    """Return the early warnings whose records have not expired, newest first."""
    warnings = gateway.view.memory.watch.warnings.values()
    newest = sorted(warnings, key=lambda one: one.warned, reverse=True)
    return [_warning(gateway, one) for one in newest]


def call_views(gateway: Gateway) -> list[CallView]:
    """Return the calls that go on and the remembered ones that are over, newest first."""
    calls = [*gateway.history.calls.values(), *gateway.view.memory.watch.calls.values()]
    newest = sorted(calls, key=lambda one: one.offered, reverse=True)
    return [_call(gateway, one) for one in newest]


def ledger_views(gateway: Gateway, incident: Incident) -> list[LedgerView]:
    """Return every hop of an incident, those that did not happen among them."""
    titles = titles_of(school_of(gateway, incident.school))
    return [_hop(titles, row) for row in ledger(incident, gateway.alarms.values())]


def _alarm(gateway: Gateway, alarm: Alarm) -> AlarmView:
    school = school_of(gateway, alarm.school)
    asked = (AlarmEvent.ACKNOWLEDGE, AlarmEvent.RESET)
    return AlarmView(
        id=alarm.id,
        kind=alarm.kind,
        school=alarm.school,
        device=alarm.device,
        device_title=named(titles_of(school), alarm.device).title,
        place=alarm.place,
        place_title=place_title(school, alarm.place),
        severity=alarm.severity,
        level=alarm.level,
        service=alarm.service,
        state=alarm.state,
        active=alarm.active,
        standing=alarm.standing,
        count=alarm.count,
        sensed=iso(alarm.sensed),
        raised=iso(alarm.raised),
        acknowledged_by=alarm.acknowledged_by,
        reset_by=alarm.reset_by,
        reset_reason=alarm.reset_reason,
        may=[event for event in asked if alarm.standing and alarm.after(event) is not None],
    )


def _incident(gateway: Gateway, incident: Incident) -> IncidentView:
    school = school_of(gateway, incident.school)
    titles = titles_of(school)
    return IncidentView(
        id=incident.id,
        school=incident.school,
        kind=incident.kind,
        place=incident.place,
        place_title=place_title(school, incident.place),
        alarms=list(incident.alarms),
        open=incident.open,
        opened=iso(incident.opened),
        sensed=iso(incident.sensed),
        warned=iso_or_none(incident.warned),
        acknowledged=iso_or_none(incident.acknowledged),
        acknowledged_by=incident.acknowledged_by,
        handled=iso_or_none(incident.handled),
        handled_by=incident.handled_by,
        handled_reason=incident.handled_reason,
        level=incident.level,
        station=incident.station,
        other_places=[named(titles, place) for place in incident.other_places],
        checklist=[
            ChecklistView(
                step=one.step,
                title=one.title,
                role=one.role,
                due=iso(one.due),
                done=iso_or_none(one.done),
                by=one.by,
            )
            for one in incident.checklist.values()
        ],
        not_called=list(_not_called(gateway, incident, titles)),
        escalations=list(_escalations(gateway, incident.id, titles)),
        video=list(_video(gateway, incident.id, titles)),
        recipients=[_assignment(gateway, one, titles) for one in incident.assignments.values()],
    )


def _assignment(gateway: Gateway, one: Assignment, titles: dict[str, Titles]) -> AssignmentView:
    return AssignmentView(
        responder=one.responder,
        title=named(titles, one.responder).title,
        role=one.role,
        capable=one.capable,
        notified=iso(one.notified),
        delivered=iso_or_none(one.delivered),
        answer=one.answer,
        answered=iso_or_none(one.answered),
        expected=iso_or_none(one.expected),
        arrived=iso_or_none(one.arrived),
        undelivered=iso_or_none(one.undelivered),
        overdue=iso_or_none(one.overdue),
        released=iso_or_none(one.released),
        channel=has_channel(gateway, one.role),
    )


def _told(gateway: Gateway, subject: str) -> Iterator[tuple[str, Output]]:
    for at, record in gateway.history.told.get(subject, ()):
        yield iso(at), record


def _not_called(
    gateway: Gateway, incident: Incident, titles: dict[str, Titles]
) -> Iterator[NotCalledView]:
    """Yield who is passed over, as the engine lists them; what it told says what keeps them."""
    busy = {
        record.responder: record.busy_with
        for _, record in _told(gateway, incident.id)
        if isinstance(record, UnitPassedOver)
    }
    school = school_of(gateway, incident.school)
    roles = {one.id: one.role for one in school.responders} if school else {}
    for responder, word in incident.passed_over.items():
        reason = NotCalled(word)
        yield NotCalledView(
            responder=responder,
            title=named(titles, responder).title,
            role=roles.get(responder),
            reason=reason,
            reason_title=NOT_CALLED[reason],
            busy_with=busy.get(responder, "") if reason is NotCalled.BUSY else "",
        )


def _escalations(
    gateway: Gateway, incident: str, titles: dict[str, Titles]
) -> Iterator[EscalationView]:
    for at, record in _told(gateway, incident):
        if isinstance(record, EscalationRaised):
            yield EscalationView(
                step=record.step,
                at=at,
                after_s=in_seconds(record.after),
                told=[named(titles, one).title for one in record.responders],
            )


def _video(gateway: Gateway, event: str, titles: dict[str, Titles]) -> Iterator[VideoView]:
    for _, record in _told(gateway, event):
        if isinstance(record, EventVideo):
            yield VideoView(
                place=record.place,
                place_title=named(titles, record.place).title,
                cameras=[named(titles, one) for one in record.cameras],
                dark=list(record.dark),
                start=iso(record.start),
                until=iso(record.until),
            )


def _warning(gateway: Gateway, warning: EarlyWarning) -> WarningView:
    titles = titles_of(school_of(gateway, warning.school))
    watch = gateway.view.memory.watch
    hit, event = watch.hits.get(warning.id), watch.events.get(warning.id)
    record = hit or event
    seen = EVENT_CLASSES.get(event.event, untitled(event.event)) if event else None
    return WarningView(
        id=warning.id,
        kind=warning.kind,
        school=warning.school,
        device=warning.device,
        device_title=named(titles, warning.device).title,
        place=warning.place,
        place_title=named(titles, warning.place).title,
        sensed=iso(warning.sensed),
        warned=iso(warning.warned),
        score=record.score if record else None,
        event=seen,
        outcome=record.outcome if record else None,
        verdict=hit.verdict if hit else None,
        decided_by=hit.decided_by if hit else "",
        acknowledged=iso_or_none(warning.acknowledged),
        acknowledged_by=warning.acknowledged_by,
        handled=iso_or_none(warning.handled),
        handled_by=warning.handled_by,
        told=[
            WarnedView(
                responder=one.responder,
                title=named(titles, one.responder).title,
                role=one.role,
                told=iso(one.told),
                delivered=iso_or_none(one.delivered),
                channel=has_channel(gateway, one.role),
            )
            for one in warning.deliveries.values()
        ],
        unmanned=list(warning.unmanned),
        video=list(_video(gateway, warning.id, titles)),
    )


def _call(gateway: Gateway, call: Call) -> CallView:
    titles = titles_of(school_of(gateway, call.school))
    return CallView(
        id=call.id,
        school=call.school,
        device=call.device,
        device_title=named(titles, call.device).title,
        peer=call.peer,
        by=call.by,
        state=call.state,
        state_title=CALL_TITLES[call.state],
        open=call.open,
        offered=iso(call.offered),
        answered=iso_or_none(call.answered),
        over=iso_or_none(call.over),
        reason=call.reason,
    )


def _hop(titles: dict[str, Titles], row: LedgerRow) -> LedgerView:
    return LedgerView(
        hop=row.hop,
        subject=row.subject,
        title=named(titles, row.subject).title,
        at=iso_or_none(row.at),
        since_contact_s=_seconds(row.since_contact),
        since_previous_s=_seconds(row.since_previous),
    )


def _seconds(duration: Duration | None) -> float | None:
    return None if duration is None else in_seconds(duration)
