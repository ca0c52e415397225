"""Shelving alarms and taking them out of service: by name, with a reason, and never a button."""

from dataclasses import replace
from typing import TypeAlias

from twins.alarm import InputRefused
from twins.alarm_service import (
    SERVICE_TRANSITIONS,
    AlarmServiceChanged,
    QuietPoint,
    ReturnToService,
    Service,
    ServiceEvent,
    ShelveAlarm,
    TakeOutOfService,
    UnshelveAlarm,
)
from twins.calling import call_for
from twins.context import Context
from twins.instant import Instant, in_seconds, seconds
from twins.rules.one_key_alarm import KIND as ONE_KEY_ALARM

TIMER = "shelf"

LONGEST_SHELF = seconds(86_400)
"""A shelf ends by itself within a day; for longer, a point is taken out of service (ours)."""

MOST_QUIET = 200
"""Points of one school that may be quiet at once (ours)."""

Request: TypeAlias = ShelveAlarm | UnshelveAlarm | TakeOutOfService | ReturnToService

EVENTS = {
    ShelveAlarm: ServiceEvent.SHELVE,
    UnshelveAlarm: ServiceEvent.UNSHELVE,
    TakeOutOfService: ServiceEvent.TAKE_OUT,
    ReturnToService: ServiceEvent.RETURN,
}


def change_service(context: Context, request: Request, now: Instant) -> None:
    """Carry out one of the four requests, or refuse it with the reason."""
    event = EVENTS[type(request)]
    reason = _objection(context, request, event, now)
    if reason:
        subject = f"{request.kind} of {request.device}"
        context.out.append(InputRefused(subject=subject, reason=reason))
        return
    point = QuietPoint(
        kind=request.kind,
        device=request.device,
        service=SERVICE_TRANSITIONS[_service(context, request.kind, request.device), event],
        since=now,
        until=request.until if isinstance(request, ShelveAlarm) else None,
        by=request.by,
        reason=request.reason,
    )
    _enter(context, point, event, now)


def due(context: Context, subject: str, now: Instant) -> None:
    """End a shelf whose time is up."""
    point = context.state.quiet[subject]
    service = SERVICE_TRANSITIONS[point.service, ServiceEvent.TIME_UP]
    over = replace(point, service=service, until=None, by="", reason="")
    _enter(context, over, ServiceEvent.TIME_UP, now)


def _objection(context: Context, request: Request, event: ServiceEvent, now: Instant) -> str:
    """Return why a request cannot be carried out, or nothing."""
    if request.device not in context.devices:
        return "there is no such device"
    if request.kind == ONE_KEY_ALARM:
        return "a one-key alarm is never disarmed"
    if not (request.by.strip() and request.reason.strip()):
        return "it needs a name and a reason"
    if isinstance(request, ShelveAlarm) and request.until <= now:
        return "the shelf would be over already"
    if isinstance(request, ShelveAlarm) and request.until - now > LONGEST_SHELF:
        return f"a shelf lasts at most {in_seconds(LONGEST_SHELF):g} s"
    if _is_full(context, request):
        return f"{MOST_QUIET} alarms are quiet there already"
    service = _service(context, request.kind, request.device)
    return "" if (service, event) in SERVICE_TRANSITIONS else f"the alarm is {service}"


def _is_full(context: Context, request: Request) -> bool:
    school, quiet = context.school_of[request.device], context.state.quiet
    there = sum(context.school_of.get(one.device) is school for one in quiet.values())
    return there >= MOST_QUIET and f"{request.kind}|{request.device}" not in quiet


def _service(context: Context, kind: str, device: str) -> Service:
    point = context.state.quiet.get(f"{kind}|{device}")
    return point.service if point else Service.IN_SERVICE


def _enter(context: Context, point: QuietPoint, event: ServiceEvent, now: Instant) -> None:
    """Keep the point's new service and tell; who was held back is called now."""
    key = f"{point.kind}|{point.device}"
    context.cancel_timer(TIMER, key)
    if point.service is Service.IN_SERVICE:
        context.state.quiet.pop(key)
    else:
        context.state.quiet[key] = point
        if point.until is not None:
            context.set_timer(TIMER, key, point.until)
    changed = AlarmServiceChanged(
        kind=point.kind,
        device=point.device,
        event=event,
        service=point.service,
        until=point.until,
        by=point.by,
        reason=point.reason,
    )
    context.out.append(changed)
    alarm_id = context.state.standing.get(key)
    if alarm_id is None:
        return
    alarm = replace(context.state.alarms[alarm_id], service=point.service)
    if point.service is Service.IN_SERVICE and alarm.held:
        alarm = replace(alarm, held=False)
        context.state.alarms[alarm_id] = alarm
        call_for(context, alarm, now)
    else:
        context.state.alarms[alarm_id] = alarm
