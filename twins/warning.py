"""Telling people early: everybody of a warning in one batch, each delivery booked by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from twins.alarm import InputRefused
from twins.context import Context
from twins.early_warning import (
    EarlyWarning,
    WarningChanged,
    WarningDelivered,
    WarningDelivery,
    WarningNotice,
    WarningOpened,
    WarningReached,
)
from twins.eligibility import objection
from twins.instant import Duration, Instant
from twins.record_keeping import RETENTION, keep_warning
from twins.rules.effects import Effect, SetTimer, Tell
from twins.school import Responder, Role, School
from twins.viewing import video_of

GUARD_AND_POLICE = (Role.GUARD, Role.STATION, Role.UNIT)
"""Who is told of a person or an event (R37, R88)."""

STATION_AND_HEAD = (Role.STATION, Role.HEAD)
"""Who is told when the guards themselves may not see anything any more (D10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a warning is about."""

    id: str
    kind: str
    device: str
    sensed: Instant


def warn(
    context: Context,
    cause: Cause,
    roles: Sequence[Role],
    now: Instant,
    *,
    told: Sequence[str] = (),
) -> Iterator[Effect]:
    """Tell everybody of these roles, or exactly `told`, in one batch; name the roles not there."""
    school = context.school_of[cause.device]
    there = _called(school, roles, told, now)
    warning = EarlyWarning(
        id=cause.id,
        kind=cause.kind,
        school=school.id,
        device=cause.device,
        place=context.devices[cause.device].place,
        sensed=cause.sensed,
        warned=now,
        deliveries={
            one.id: WarningDelivery(responder=one.id, role=one.role, told=now) for one in there
        },
        unmanned=tuple(role for role in roles if all(one.role is not role for one in there)),
    )
    yield from keep_warning(context, warning)
    yield Tell(output=WarningOpened(warning=warning))
    for one in there:
        yield Tell(output=_notice(warning, one))
    video = video_of(context, warning.id, cause.device, cause.sensed, now)
    if video is not None:
        yield Tell(output=video)


def keep_until(record: str, now: Instant, retention: Duration) -> SetTimer:
    """Return the retention clock of a record."""
    return SetTimer(rule=RETENTION, subject=record, due=now + retention)


def book_warning_delivery(context: Context, delivered: WarningDelivered, now: Instant) -> None:
    """Book that a notice arrived; only the first time counts."""
    warning = context.state.watch.warnings.get(delivered.warning)
    if warning is None:
        refused = InputRefused(subject=delivered.warning, reason="no such warning is known")
        context.out.append(refused)
        return
    delivery = warning.deliveries.get(delivered.responder)
    if delivery is None:
        reason = f"was not told of {warning.id}"
        context.out.append(InputRefused(subject=delivered.responder, reason=reason))
    elif delivery.delivered is None:
        reached = replace(delivery, delivered=now)
        deliveries = {**warning.deliveries, delivery.responder: reached}
        context.state.watch.warnings[warning.id] = replace(warning, deliveries=deliveries)
        context.out.append(WarningReached(warning=warning.id, delivery=reached))


def acknowledge_warnings(context: Context, kind: str, device: str, by: str, now: Instant) -> None:
    """Book that somebody has seen the alarm of these warnings; the first time counts."""
    for warning in _of(context, kind, device):
        if warning.acknowledged is None:
            _keep(context, replace(warning, acknowledged=now, acknowledged_by=by))


def handle_warnings(context: Context, kind: str, device: str, by: str, now: Instant) -> None:
    """Book that the alarm of these warnings has ended."""
    for warning in _of(context, kind, device):
        if warning.handled is None:
            _keep(context, replace(warning, handled=now, handled_by=by))


def decide_warning(context: Context, record: str, by: str, now: Instant) -> None:
    """Book that somebody decided on the record of a warning; who decides has seen it."""
    warning = context.state.watch.warnings.get(record)
    if warning is None or warning.handled is not None:
        return
    if warning.acknowledged is None:
        warning = replace(warning, acknowledged=now, acknowledged_by=by)
    _keep(context, replace(warning, handled=now, handled_by=by))


def _of(context: Context, kind: str, device: str) -> list[EarlyWarning]:
    warnings = context.state.watch.warnings
    found = (warnings.get(one) for one in context.records.at.of(device))
    return [one for one in found if one is not None and one.kind == kind]


def _keep(context: Context, warning: EarlyWarning) -> None:
    context.state.watch.warnings[warning.id] = warning
    context.out.append(WarningChanged(warning=warning))


def _called(
    school: School, roles: Sequence[Role], told: Sequence[str], now: Instant
) -> list[Responder]:
    return [
        one
        for one in school.responders
        if (one.id in told if told else one.role in roles) and objection(school, one, now) is None
    ]


def _notice(warning: EarlyWarning, responder: Responder) -> WarningNotice:
    return WarningNotice(
        warning=warning.id,
        responder=responder.id,
        role=responder.role,
        kind=warning.kind,
        school=warning.school,
        place=warning.place,
    )
