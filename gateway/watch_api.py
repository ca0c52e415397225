"""More of the HTTP side: the course of a case, warnings, calls, duty, visits, functions, records.

Also how people and programs tell the engine what it cannot see: one route takes every input that
a person may give, strictly read as the core's own type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response

from gateway.case_views import call_views, ledger_views, warning_views
from gateway.duty_views import duty_view, function_views, role_views, visits_view
from gateway.outputs import OUTPUT_NAMES, topic_of
from gateway.serving_state import Served
from gateway.store import StoreError
from gateway.watch_shapes import (
    CallView,
    DutyView,
    FunctionView,
    LedgerView,
    RoleView,
    VisitsView,
    WarningView,
)
from twins import (
    alarm,
    alarm_service,
    announcement,
    call,
    duty,
    fire_signal,
    incident,
    locker,
    occupancy,
    sighting,
    visit,
)
from twins.documents import did_you_mean
from twins.instant import Instant, iso
from twins.records import Input, Output, encode_record
from twins.school import School

INPUTS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        alarm.AcknowledgeAlarm,
        alarm.ResetAlarm,
        alarm.LowerSeverity,
        alarm_service.ShelveAlarm,
        alarm_service.UnshelveAlarm,
        alarm_service.TakeOutOfService,
        alarm_service.ReturnToService,
        announcement.AnnounceTest,
        announcement.EndTest,
        incident.RecipientAnswered,
        incident.HandleIncident,
        incident.RaiseHelpLevel,
        incident.CompleteStep,
        visit.RegisterVisit,
        visit.IdentityChecked,
        visit.HostAnswered,
        visit.CheckDone,
        visit.StartInspection,
        visit.InspectionResult,
        visit.ClearDetector,
        visit.AdmitVisit,
        visit.LeaveVisit,
        visit.TurnAwayVisit,
        visit.ReportBypass,
        visit.SendToReception,
        locker.AssignLocker,
        locker.FreeLocker,
        occupancy.CountPersons,
        duty.CheckIn,
        duty.PatrolDone,
        sighting.DecideHit,
        sighting.LookUp,
        call.OfferCall,
        call.AnswerCall,
        call.EndCall,
        fire_signal.DecideFireSignal,
    )
}
"""What a person or program may tell the engine. Observations, the ends of commands and deliveries
are not here: they come from drivers and channels, and commands have a route of their own."""

TEXT_MAX = 500
"""Longest text of an input (ours; the page's longest is 200)."""

router = APIRouter()


@router.get("/api/incidents/{incident:path}/ledger")
async def incident_ledger(incident: str, gateway: Served) -> list[LedgerView]:
    """Return the latency ledger of a case: every hop from the contact to its end."""
    case = gateway.incidents.get(incident)
    if case is None:
        raise HTTPException(404, f"{incident!r}: no such incident is known")
    return ledger_views(gateway, case)


@router.get("/api/incidents/{incident:path}/timeline", response_class=Response)
async def incident_timeline(incident: str, gateway: Served) -> Response:
    """Return what was told of a case or warning, oldest first, as in the event stream."""
    if incident not in gateway.history.told:
        raise HTTPException(404, f"{incident!r}: nothing is known of it")
    return _records(gateway.history.told[incident])


@router.get("/api/records", response_class=Response)
async def records(
    gateway: Served,
    kinds: Annotated[list[str] | None, Query(alias="type")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Return the latest outputs of these types (default: all) from the log, oldest first."""
    for kind in kinds or ():
        if kind not in OUTPUT_NAMES:
            hint = did_you_mean(kind, list(OUTPUT_NAMES))
            raise HTTPException(422, f"there is no output {kind!r}{hint}")
    try:
        found = await gateway.recent(kinds or list(OUTPUT_NAMES), limit)
    except StoreError as error:
        raise HTTPException(503, str(error)) from None
    return _records(found)


@router.get("/api/warnings")
async def warnings(gateway: Served) -> list[WarningView]:
    """Return the early warnings whose records have not expired, newest first."""
    return warning_views(gateway)


@router.get("/api/calls")
async def calls(gateway: Served) -> list[CallView]:
    """Return intercom calls, newest first."""
    return call_views(gateway)


@router.get("/api/duty")
async def duties(gateway: Served, school: str | None = None) -> DutyView:
    """Return posts, patrols, and what was missed lately; of one school if asked."""
    return duty_view(gateway, _asked(gateway, school))


@router.get("/api/visits")
async def visits(gateway: Served) -> VisitsView:
    """Return the visits that have not ended, and how many persons are inside."""
    return visits_view(gateway)


@router.get("/api/functions")
async def functions(gateway: Served, school: str | None = None) -> list[FunctionView]:
    """Return the five functions of every school, or of one, and what they lack."""
    return function_views(gateway, _asked(gateway, school))


@router.get("/api/channels")
async def channels(gateway: Served) -> list[RoleView]:
    """Return every role, and whether a notice can be brought to it."""
    return role_views(gateway)


@router.post("/api/inputs/{kind}")
async def give_input(kind: str, request: Request, gateway: Served) -> Response:
    """Give the engine an input of this type; returns what it answered.

    409 with the reason where it refuses. Instants and durations in the body are integers in
    nanoseconds, as in the records.
    """
    if kind not in INPUTS:
        hint = did_you_mean(kind, list(INPUTS))
        raise HTTPException(404, f"there is no input {kind!r}{hint}")
    item = _read(await request.body(), INPUTS[kind])
    outputs = await gateway.submit(item)
    subjects = set(_texts(item))
    for output in outputs:
        if isinstance(output, alarm.InputRefused) and output.subject in subjects:
            raise HTTPException(409, output.reason)
    now = gateway.clock.now()
    return _records([(now, one) for one in outputs])


def _asked(gateway: Served, school: str | None) -> Sequence[School]:
    found = [one for one in gateway.schools if school in (None, one.id)]
    if not found:
        raise HTTPException(404, f"{school!r}: no such school is served here")
    return found


def _read(body: bytes, kind: type) -> Input:
    try:
        item: Input = msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise HTTPException(422, str(error)) from None
    known = [one.name for one in fields(kind)]
    for word in sorted(set(msgspec.json.decode(body)) - set(known)):
        hint = did_you_mean(word, known)
        raise HTTPException(422, f"{word!r} is not known here{hint}")
    if any(len(text) > TEXT_MAX for text in _texts(item)):
        raise HTTPException(422, f"a text is longer than {TEXT_MAX} characters")
    return item


def _texts(item: Input) -> list[str]:
    return [value for value in msgspec.to_builtins(item).values() if isinstance(value, str)]


def _records(found: Sequence[tuple[Instant, Output]]) -> Response:
    content = b",".join(_record(at, record) for at, record in found)
    return Response(b"[" + content + b"]", media_type="application/json")


def _record(at: Instant, record: Output) -> bytes:
    name, body = encode_record(record)
    head = f'{{"type": "{name}", "topic": "{topic_of(record)}", "at": "{iso(at)}", "record": '
    return head.encode() + body + b"}"
