"""The HTTP side: what is so, what happens, and what people and programs ask for."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from gateway.bodies import BodyLimits
from gateway.bus import Event, Subscription
from gateway.case_views import alarm_views, incident_views
from gateway.origins import LocalOnly
from gateway.outputs import topic_of
from gateway.page_files import PAGE, page_bytes, page_file
from gateway.problems import register_problems
from gateway.requests import Acknowledgement, AnswerBody, CommandBody, Handling, Key, Reset
from gateway.runtime import Gateway
from gateway.serving_state import Served
from gateway.shapes import (
    AlarmGroupView,
    AlarmView,
    CommandView,
    DeviceView,
    IncidentView,
    SchoolView,
)
from gateway.views import alarm_group_views, command_view, device_views, school_views
from gateway.watch_api import router as watch_router
from twins.alarm import AcknowledgeAlarm, InputRefused, ResetAlarm
from twins.capability import Titles, capabilities
from twins.command import RequestCommand
from twins.incident import HandleIncident, RecipientAnswered
from twins.instant import iso, parse_duration, seconds
from twins.observation import Value
from twins.records import Input, encode_record

TICK_S = 1.0
"""How often the event stream says that it lives: the page shows its link as lost without."""

router = APIRouter()


def make_app(gateway: Gateway, simulated: Sequence[Titles] = ()) -> FastAPI:
    """Return the app of a gateway; `simulated` says in words what around it is pretended."""
    app = FastAPI(title="Gatehouse", docs_url=None, redoc_url=None)
    app.state.gateway = gateway
    app.state.simulated = tuple(simulated)
    app.include_router(router)
    app.include_router(watch_router)
    for path, (name, media_type) in PAGE.items():
        app.add_api_route(path, page_file(name, media_type), include_in_schema=False)
    register_problems(app)
    app.add_middleware(BodyLimits)
    app.add_middleware(LocalOnly)  # the last one added is asked first
    return app


@router.get("/health")
async def health(gateway: Served) -> JSONResponse:
    """Say how the server itself is; 503 while its log cannot be written or it does not run.

    A log that was found empty at start is degraded too, but 200: a restart would mend nothing.
    """
    well = gateway.ready.is_set() and not gateway.writer.failure
    content = {
        "status": "ok" if well and not gateway.writer.notice else "degraded",
        "now": iso(gateway.clock.now()),
        "store": gateway.writer.failure or gateway.writer.notice or "ok",
        "batch": gateway.number,
        "waiting": gateway.inbox.waiting,
        "merged": gateway.inbox.merged,
        "viewers": gateway.bus.viewers,
        "viewer_events_dropped": gateway.bus.dropped,
        "links": {one.link.url: one.failure or "ok" for one in gateway.supervisors},
    }
    return JSONResponse(content, 200 if well else 503)


@router.get("/api/schools")
async def schools(request: Request, gateway: Served) -> list[SchoolView]:
    """Return every school with its places and people."""
    return school_views(gateway, request.app.state.simulated)


@router.get("/api/devices")
async def devices(gateway: Served, school: str | None = None) -> list[DeviceView]:
    """Return every device with all its properties, of one school if asked."""
    if school is not None:
        _known(school, [one.id for one in gateway.schools], "such school is served here")
    return [one for one in device_views(gateway) if school in (None, one.school)]


@router.get("/api/alarms")
async def alarms(gateway: Served, *, standing: bool | None = None) -> list[AlarmView]:
    """Return alarms, newest first; with `standing`, only those that stand or only those over."""
    return [one for one in alarm_views(gateway) if standing in (None, one.standing)]


@router.get("/api/alarm-groups")
async def alarm_groups(gateway: Served) -> list[AlarmGroupView]:
    """Return the standing alarms by place and kind, the most urgent group first."""
    return alarm_group_views(gateway)


@router.get("/api/incidents")
async def incidents(
    gateway: Served, *, is_open: Annotated[bool | None, Query(alias="open")] = None
) -> list[IncidentView]:
    """Return incidents, newest first."""
    return [one for one in incident_views(gateway) if is_open in (None, one.open)]


@router.post("/api/alarms/{alarm:path}/acknowledge", status_code=204)
async def acknowledge_alarm(alarm: str, body: Acknowledgement, gateway: Served) -> None:
    """Say that somebody has seen an alarm."""
    _known(alarm, gateway.view.alarms, "alarm stands")
    await _ask(gateway, AcknowledgeAlarm(alarm=alarm, by=body.by), alarm)


@router.post("/api/alarms/{alarm:path}/reset", status_code=204)
async def reset_alarm(alarm: str, body: Reset, gateway: Served) -> None:
    """End a latched alarm whose cause is gone."""
    _known(alarm, gateway.view.alarms, "alarm stands")
    await _ask(gateway, ResetAlarm(alarm=alarm, by=body.by, reason=body.reason), alarm)


@router.post("/api/incidents/{incident:path}/answers", status_code=204)
async def answer(incident: str, body: AnswerBody, gateway: Served) -> None:
    """Book what a recipient answered; the station acknowledges a case this way."""
    _known(incident, gateway.view.incidents, "incident is open")
    answered = RecipientAnswered(
        incident=incident,
        responder=body.responder,
        answer=body.answer,
        eta=None if body.eta_s is None else seconds(body.eta_s),
    )
    await _ask(gateway, answered, incident, body.responder)


@router.post("/api/incidents/{incident:path}/handle", status_code=204)
async def handle_incident(incident: str, body: Handling, gateway: Served) -> None:
    """Close a case."""
    _known(incident, gateway.view.incidents, "incident is open")
    handled = HandleIncident(
        incident=incident, by=body.by, reason=body.reason, verdict=body.verdict
    )
    await _ask(gateway, handled, incident)


@router.get("/api/commands")
async def commands(gateway: Served) -> list[CommandView]:
    """Return the latest 100 commands, newest first."""
    records = list(gateway.history.commands.values())[-100:]
    return [command_view(record) for record in reversed(records)]


@router.get("/api/commands/{command:path}")
async def command(command: str, gateway: Served) -> CommandView:
    """Return one command."""
    return command_view(gateway.history.commands[_known(command, gateway.history.commands)])


@router.post("/api/commands", status_code=202)
async def request_command(
    body: CommandBody,
    response: Response,
    gateway: Served,
    idempotency_key: Annotated[Key | None, Header()] = None,
) -> CommandView:
    """Ask a device to do something. The same key and body again give the same record (200)."""
    key = idempotency_key or body.id
    if key is None or body.id not in (None, key):
        raise HTTPException(422, "give one idempotency key, as `id` or as `Idempotency-Key`")
    if key in gateway.history.commands:
        response.status_code = 200
        return _same_command(gateway, key, body)
    device = next(
        (one for school in gateway.schools for one in school.devices if one.id == body.device),
        None,
    )
    if device is None:
        raise HTTPException(404, f"there is no device {body.device!r}")
    action = capabilities()[device.capability].actions.get(body.action)
    if action is None:
        raise HTTPException(422, f"a {device.capability} has no action {body.action!r}")
    request = RequestCommand(
        id=key,
        device=body.device,
        action=body.action,
        arguments=body.arguments,
        requested_by=body.by,
        reason=body.reason,
        not_after=gateway.clock.now() + parse_duration(action.not_after),
        incident=body.incident,
        post=body.post,
    )
    await gateway.submit(request)
    if key not in gateway.history.commands:  # the engine's memory of keys reaches back further
        raise HTTPException(409, f"the key {key!r} was used before")
    return _same_command(gateway, key, body)


@router.get("/api/messages/{language}")
async def messages(language: Literal["en", "zh"]) -> dict[str, str]:
    """Return every text of the page in one language."""
    catalogue: dict[str, dict[str, str]] = msgspec.json.decode(page_bytes("messages.json"))
    return {key: texts[language] for key, texts in catalogue.items()}


@router.get("/api/events", response_class=EventSourceResponse)
async def events(
    gateway: Served, last_event_id: Annotated[str | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Stream every output of the engine as it happens.

    `output` has a record, `tick` the time and when each device last answered; `reset` says that
    something was missed and everything is to be read again. With `Last-Event-ID` the stream goes
    on after that event.
    """
    clock = asyncio.get_running_loop().time
    with gateway.bus.subscribe(after=last_event_id) as viewer:
        tick_at = clock()
        while True:
            # Ticks keep their time also while outputs come faster than they do.
            if clock() >= tick_at:
                tick_at = clock() + TICK_S
                yield _tick(gateway)
            event = await _next(viewer, tick_at)
            if viewer.take_lost():
                yield ServerSentEvent(event="reset", data={})
            if event is None:
                return
            if event != "tick":
                yield _output(event)


async def _next(viewer: Subscription, until: float) -> Event | Literal["tick"] | None:
    try:
        async with asyncio.timeout_at(until):
            return await viewer.next()
    except TimeoutError:
        return "tick"


def _tick(gateway: Gateway) -> ServerSentEvent:
    heard = {device: iso(at) for device, at in gateway.last_heard.items()}
    return ServerSentEvent(event="tick", data={"now": iso(gateway.clock.now()), "heard": heard})


def _output(event: Event) -> ServerSentEvent:
    name, body = encode_record(event.record)
    topic = topic_of(event.record)
    data = (
        f'{{"type": "{name}", "topic": "{topic}", "at": "{iso(event.at)}", '
        f'"record": {body.decode()}}}'
    )
    return ServerSentEvent(event="output", id=event.id, raw_data=data)


async def _ask(gateway: Gateway, item: Input, *subjects: str) -> None:
    """Give the engine an input; if one of its subjects is refused, answer 409 with the reason."""
    for output in await gateway.submit(item):
        if isinstance(output, InputRefused) and output.subject in subjects:
            raise HTTPException(409, output.reason)


def _known(key: str, known: Any, what: str = "such record is known") -> str:  # noqa: ANN401
    if key not in known:
        raise HTTPException(404, f"{key!r}: no {what}")
    return key


def _same_command(gateway: Gateway, key: str, body: CommandBody) -> CommandView:
    record = gateway.history.commands[key]
    asked = (body.device, body.action, _typed(body.arguments), body.by, body.reason)
    known = (record.device, record.action, _typed(record.arguments))
    if asked != (*known, record.requested_by, record.reason):
        raise HTTPException(409, f"the key {key!r} was used for another command")
    return command_view(record)


def _typed(arguments: Mapping[str, Value]) -> dict[str, tuple[type, Value]]:
    """Return arguments such that 1, 1.0 and true differ, which Python calls equal."""
    return {name: (type(value), value) for name, value in arguments.items()}
