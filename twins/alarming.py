"""Raising, counting, clearing, acknowledging and resetting alarms."""

from dataclasses import replace

from twins.alarm import (
    AcknowledgeAlarm,
    Alarm,
    AlarmChanged,
    AlarmEvent,
    AlarmRaised,
    AlarmRepeated,
    AlarmState,
    InputRefused,
    ResetAlarm,
    Severity,
)
from twins.context import Context
from twins.dispatch import open_or_join
from twins.instant import Instant
from twins.rules.effects import ClearAlarm, RaiseAlarm


def raise_alarm(context: Context, effect: RaiseAlarm, now: Instant) -> None:
    """Raise an alarm, or count its cause again if it stands; a real alarm opens an incident."""
    standing = _standing(context, effect.kind, effect.device)
    if standing is None:
        if not effect.count:
            return  # the same cause seen a second time, and a person has dealt with it already
        alarm = _new(context, effect, now)
        context.out.append(AlarmRaised(alarm=alarm))
    else:
        alarm = _move(context, standing, AlarmEvent.ACTIVATE) or standing
        if effect.count:
            alarm = replace(alarm, count=alarm.count + effect.count)
            context.out.append(AlarmRepeated(alarm=alarm.id, count=alarm.count))
    context.state.alarms[alarm.id] = alarm
    if alarm.severity is Severity.ALARM and effect.count:
        open_or_join(context, alarm, now)


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


def _standing(context: Context, kind: str, device: str) -> Alarm | None:
    alarm_id = context.state.standing.get(f"{kind}|{device}")
    return context.state.alarms[alarm_id] if alarm_id else None


def _new(context: Context, effect: RaiseAlarm, now: Instant) -> Alarm:
    device = context.devices[effect.device]
    school = context.school_of[effect.device].id
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
    )
    context.state.standing[f"{effect.kind}|{effect.device}"] = alarm.id
    return alarm


def _move(
    context: Context, alarm: Alarm, event: AlarmEvent, *, by: str = "", reason: str = ""
) -> Alarm | None:
    """Take an alarm through the table; None where it refuses. A normal alarm leaves the memory."""
    moved = alarm.after(event)
    if moved is None:
        return None
    if moved.state is AlarmState.NORMAL:
        del context.state.alarms[alarm.id]
        del context.state.standing[f"{alarm.kind}|{alarm.device}"]
    else:
        context.state.alarms[alarm.id] = moved
    if moved.state is not alarm.state:
        context.out.append(
            AlarmChanged(alarm=alarm.id, event=event, state=moved.state, by=by, reason=reason)
        )
    return moved
