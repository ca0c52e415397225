"""火災報警 (D10): a fire signal opens its own incident, but not while another one is open.

An attacker may have pulled it to get people out. Then it is held: shown, told again and again, and
nothing opens until a person decides or the other incident is closed.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.fire_signal import FireHold, FireSignalHeld, FireSignalSettled
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import (
    CallHelp,
    CancelTimer,
    ClearAlarm,
    Effect,
    RaiseAlarm,
    SetTimer,
    Tell,
)

KIND = "fire-alarm"
TIMER = "fire-held"
"""Timer: a held signal is told again."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Raise on a fire signal; clear when the panel is reset."""
    if event.quality is Quality.BAD:
        return
    device = event.device
    if event.value is not True:
        if event.quality is not Quality.GOOD:
            return  # an uncertain signal is a signal, an uncertain all-clear is none
        yield from _over(context, device)
        yield ClearAlarm(kind=KIND, device=device)
        return
    if f"{KIND}|{device}" in context.state.standing:
        return  # good again after a bad reading: the same signal
    attack = other_incident(context, context.school_of[device].id)
    held = bool(attack) and not evacuation_decided(context, context.school_of[device].id)
    yield RaiseAlarm(
        kind=KIND,
        device=device,
        severity=Severity.ALARM,
        latching=True,
        sensed=event.source_time,
        dispatched=not held,
    )
    if held:
        context.state.watch.fire[device] = FireHold(incident=attack, since=now)
        yield from _remind(context, device, now)


def due(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Tell a held signal again; open its incident once the other one is closed."""
    hold = context.state.watch.fire.get(device)
    if hold is None or hold.evacuate is not None:
        return
    attack = other_incident(context, context.school_of[device].id)
    if attack:
        hold.incident = attack
        yield from _remind(context, device, now)
    else:
        reason = "no other incident is open any more"
        yield settled(context, device, evacuate=True, by="", reason=reason)
        del context.state.watch.fire[device]
        yield CallHelp(kind=KIND, device=device)


def settled(context: Context, device: str, *, evacuate: bool, by: str, reason: str) -> Tell:
    """Return that a held signal waits no longer."""
    school = context.school_of[device].id
    return Tell(
        output=FireSignalSettled(
            device=device, school=school, evacuate=evacuate, by=by, reason=reason
        )
    )


def other_incident(context: Context, school: str) -> str:
    """Return an open incident of the school that no evacuation ends, or nothing."""
    kinds = context.schools[school].premises.evacuation_kinds
    for one in context.state.incidents.values():
        if one.school == school and one.kind not in kinds:
            return one.id
    return ""


def evacuation_decided(context: Context, school: str) -> bool:
    """Return whether a person has decided that people get out for a signal that stands."""
    return any(
        hold.evacuate is True and context.school_of[device].id == school
        for device, hold in context.state.watch.fire.items()
        if device in context.school_of
    )


def _remind(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    school, hold = context.school_of[device], context.state.watch.fire[device]
    held = FireSignalHeld(device=device, school=school.id, incident=hold.incident, since=hold.since)
    yield Tell(output=held)
    yield SetTimer(rule=TIMER, subject=device, due=now + school.watch.links.fire_reminder)


def _over(context: Context, device: str) -> Iterator[Effect]:
    hold = context.state.watch.fire.pop(device, None)
    yield CancelTimer(rule=TIMER, subject=device)
    if hold is not None and hold.evacuate is None:
        reason = "the fire signal has ended"
        yield settled(context, device, evacuate=False, by="", reason=reason)
