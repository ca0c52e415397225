"""Raising, counting, clearing, acknowledging and resetting alarms.

Rules for this file: an alarm keeps its id from its first cause to its end, whatever happens to its
severity; a source can make it louder, only a reason makes it less loud.
"""

from dataclasses import replace

from twins.alarm import (
    AcknowledgeAlarm,
    Alarm,
    AlarmChanged,
    AlarmEvent,
    AlarmLevelRaised,
    AlarmRaised,
    AlarmRepeated,
    AlarmSeverityChanged,
    AlarmState,
    InputRefused,
    LowerSeverity,
    ResetAlarm,
    Severity,
)
from twins.alarm_service import Service
from twins.calling import call_for
from twins.context import Context
from twins.instant import Instant
from twins.rules.effects import ClearAlarm, RaiseAlarm
from twins.rules.one_key_alarm import KIND as ONE_KEY_ALARM
from twins.school import HelpLevel
from twins.warning import acknowledge_warnings, handle_warnings


def raise_alarm(context: Context, effect: RaiseAlarm, now: Instant) -> None:
    """Raise an alarm, or count its cause again if it stands; a real alarm opens an incident."""
    standing = _standing(context, effect.kind, effect.device)
    if standing is None:
        if not effect.count:
            return  # the same cause seen a second time, and a person has dealt with it already
        alarm = _new(context, effect, now)
        context.out.append(AlarmRaised(alarm=alarm))
        louder = True
    else:
        alarm = _repeat(context, standing, effect)
        louder = alarm.severity.rank > standing.severity.rank or alarm.level != standing.level
    context.state.alarms[alarm.id] = alarm
    calls = effect.dispatched and (effect.count > 0 or louder)
    if alarm.severity is Severity.ALARM and calls:
        call_for(context, alarm, now, again=effect.count > 0)


def clear_alarm(context: Context, effect: ClearAlarm) -> None:
    """Note that the cause of an alarm is gone."""
    standing = _standing(context, effect.kind, effect.device)
    if standing is not None:
        _move(context, standing, AlarmEvent.CLEAR)


def acknowledge_alarm(context: Context, request: AcknowledgeAlarm, _now: Instant) -> None:
    """Book that a person has seen an alarm."""
    alarm = context.state.alarms.get(request.alarm)
    if alarm is None:
        context.out.append(InputRefused(subject=request.alarm, reason="no such alarm stands"))
        return
    if not request.by.strip():
        context.out.append(InputRefused(subject=alarm.id, reason="a name is needed"))
        return
    named = replace(alarm, acknowledged_by=request.by)
    if _move(context, named, AlarmEvent.ACKNOWLEDGE, by=request.by) is None:
        context.out.append(InputRefused(subject=alarm.id, reason=f"the alarm is {alarm.state}"))


def reset_alarm(context: Context, request: ResetAlarm, _now: Instant) -> None:
    """End a latched alarm; needs a name, a reason, an acknowledgement and a cause that is gone."""
    alarm = context.state.alarms.get(request.alarm)
    if alarm is None:
        context.out.append(InputRefused(subject=request.alarm, reason="no such alarm stands"))
        return
    if not (request.by.strip() and request.reason.strip()):
        reason = "a reset needs a name and a reason"
        context.out.append(InputRefused(subject=alarm.id, reason=reason))
        return
    named = replace(alarm, reset_by=request.by, reset_reason=request.reason)
    moved = _move(context, named, AlarmEvent.RESET, by=request.by, reason=request.reason)
    if moved is None:
        reason = "its cause is still there" if alarm.active else f"the alarm is {alarm.state}"
        context.out.append(InputRefused(subject=alarm.id, reason=reason))


def lower_severity(context: Context, request: LowerSeverity, _now: Instant) -> None:
    """Take an alarm for less, on a person's word; a one-key alarm is never less than it is."""
    alarm = context.state.alarms.get(request.alarm)
    reason = ""
    if alarm is None:
        reason = "no such alarm stands"
    elif alarm.kind == ONE_KEY_ALARM:
        reason = "a one-key alarm is always an alarm"
    elif request.severity.rank >= alarm.severity.rank:
        reason = f"its severity is {alarm.severity}"
    elif not (request.by.strip() and request.reason.strip()):
        reason = "lowering a severity needs a name and a reason"
    if alarm is None or reason:
        context.out.append(InputRefused(subject=request.alarm, reason=reason))
        return
    lowered = _severity(context, alarm, request.severity, by=request.by, reason=request.reason)
    context.state.alarms[alarm.id] = lowered


def _repeat(context: Context, standing: Alarm, effect: RaiseAlarm) -> Alarm:
    """Return a standing alarm after its cause came again: counted, and as loud as it now is."""
    alarm = _move(context, standing, AlarmEvent.ACTIVATE) or standing
    if effect.count:
        alarm = replace(alarm, count=alarm.count + effect.count)
        context.out.append(AlarmRepeated(alarm=alarm.id, count=alarm.count))
    if effect.severity.rank > alarm.severity.rank:
        alarm = _severity(context, alarm, effect.severity, reason="its source escalated")
    elif effect.severity is not alarm.severity and effect.reason:
        alarm = _severity(context, alarm, effect.severity, reason=effect.reason)
    if effect.level is HelpLevel.POLICE and alarm.level is HelpLevel.STAFF:
        alarm = replace(alarm, level=effect.level)
        reason = "pressed again and again"
        raised = AlarmLevelRaised(alarm=alarm.id, level=effect.level, reason=reason)
        context.out.append(raised)
    return alarm


def _severity(
    context: Context, alarm: Alarm, severity: Severity, *, by: str = "", reason: str
) -> Alarm:
    changed = AlarmSeverityChanged(
        alarm=alarm.id, severity=severity, previous=alarm.severity, by=by, reason=reason
    )
    context.out.append(changed)
    return replace(alarm, severity=severity)


def _standing(context: Context, kind: str, device: str) -> Alarm | None:
    alarm_id = context.state.standing.get(f"{kind}|{device}")
    return context.state.alarms[alarm_id] if alarm_id else None


def _new(context: Context, effect: RaiseAlarm, now: Instant) -> Alarm:
    device = context.devices[effect.device]
    school = context.school_of[effect.device].id
    quiet = context.state.quiet.get(f"{effect.kind}|{effect.device}")
    alarm = Alarm(
        id=context.number(school, "alarm"),
        kind=effect.kind,
        device=effect.device,
        school=school,
        place=device.place,
        severity=effect.severity,
        latching=effect.latching,
        count=effect.count,
        sensed=effect.sensed,
        raised=now,
        received=effect.received or _received(context, effect),
        level=effect.level or device.help_level,
        service=quiet.service if quiet else Service.IN_SERVICE,
    )
    context.state.standing[f"{effect.kind}|{effect.device}"] = alarm.id
    return alarm


def _received(context: Context, effect: RaiseAlarm) -> Instant | None:
    """Return when we had the observation that is the alarm's cause."""
    for observation in context.state.twins[effect.device].properties.values():
        if observation.source_time == effect.sensed:
            return observation.receive_time
    return None


def _move(
    context: Context, alarm: Alarm, event: AlarmEvent, *, by: str = "", reason: str = ""
) -> Alarm | None:
    """Take an alarm through the table; None where it refuses. A normal alarm leaves the memory."""
    moved = alarm.after(event)
    if moved is None:
        return None
    moved = _stamped(context, moved, event, by)
    ended: Alarm | None = None
    if moved.state is AlarmState.NORMAL:
        del context.state.alarms[alarm.id]
        del context.state.standing[f"{alarm.kind}|{alarm.device}"]
        ended = replace(moved, reset_by=by, reset_reason=reason)
    else:
        context.state.alarms[alarm.id] = moved
    if moved.state is not alarm.state:
        changed = AlarmChanged(
            alarm=alarm.id,
            event=event,
            state=moved.state,
            by=by,
            reason=reason,
            sensed=moved.sensed,
            warned=moved.raised,
            acknowledged=moved.acknowledged,
            handled=moved.handled,
            ended=ended,
        )
        context.out.append(changed)
    return moved


def _stamped(context: Context, alarm: Alarm, event: AlarmEvent, by: str) -> Alarm:
    """Return an alarm with when it was acknowledged or ended; its warnings are stamped too."""
    now = context.state.latest
    if event is AlarmEvent.ACKNOWLEDGE:
        alarm = replace(alarm, acknowledged=now)
        acknowledge_warnings(context, alarm.kind, alarm.device, by, now)
    if alarm.state is AlarmState.NORMAL:
        alarm = replace(alarm, handled=now)
        handle_warnings(context, alarm.kind, alarm.device, by, now)
    return alarm
