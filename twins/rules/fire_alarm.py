"""火災報警 (D10): a fire signal opens its case and calls people at once, whatever else is open.

During an attack, though, the attacker may have pulled it to get people out. Then its plan waits:
it is shown, told again and again, and nothing opens until a person decides or the attack is over.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.attack import attack_case, evacuating, evacuation_decided, hold_signal
from twins.closure import reported
from twins.context import Context
from twins.fire_signal import KIND, TIMER, FireSignalSettled
from twins.instant import Instant
from twins.observation import Observation, PropertyChanged, Quality
from twins.rules.effects import (
    CancelTimer,
    ClearAlarm,
    Effect,
    IssueHeldPlans,
    RaiseAlarm,
    Tell,
)


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Raise on a fire signal; clear when the panel is reset."""
    if event.quality is Quality.BAD:
        return
    device = event.device
    if event.value is True:
        yield from _signal(context, device, event.source_time, now)
    elif event.quality is Quality.GOOD:
        # An uncertain signal is a signal, an uncertain all-clear is none.
        yield from _over(context, device)
        yield ClearAlarm(kind=KIND, device=device)


def late(context: Context, observation: Observation, now: Instant) -> Iterator[Effect]:
    """Raise for a signal from before what is known of the panel, unless it is known itself."""
    device, stamp = observation.device, observation.source_time
    if reported(context, device, "alarm") is True:
        return  # it stands anyway
    if observation.value is True and context.state.watch.signalled.get(device) != stamp:
        yield from _signal(context, device, stamp, now, received=observation.receive_time)
        yield ClearAlarm(kind=KIND, device=device)


def due(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Tell of a held plan again; carry it out once the attack is over."""
    hold = context.state.watch.fire.get(device)
    if hold is None or hold.evacuate is not None:
        return
    attack = attack_case(context, context.school_of[device])
    waits = _waits(context, device)
    if attack is not None and waits:
        hold_signal(context, device, attack, now)
        return
    reason = "no attack is open any more" if waits else "its case is closed"
    yield settled(context, device, evacuate=waits, by="", reason=reason)
    del context.state.watch.fire[device]
    yield IssueHeldPlans(device=device)


def settled(context: Context, device: str, *, evacuate: bool, by: str, reason: str) -> Tell:
    """Return that a held signal waits no longer."""
    school = context.school_of[device].id
    return Tell(
        output=FireSignalSettled(
            device=device, school=school, evacuate=evacuate, by=by, reason=reason
        )
    )


def _signal(
    context: Context, device: str, stamp: Instant, now: Instant, received: Instant | None = None
) -> Iterator[Effect]:
    standing = context.state.alarms.get(context.state.standing.get(f"{KIND}|{device}", ""))
    if standing is not None and standing.active:
        return  # good again after a bad reading: the same signal
    context.state.watch.signalled[device] = stamp
    school = context.school_of[device]
    yield RaiseAlarm(
        kind=KIND,
        device=device,
        severity=Severity.ALARM,
        latching=True,
        sensed=stamp,
        received=received,
    )
    attack = attack_case(context, school)
    going_out = evacuating(context, school) or evacuation_decided(context, school)
    if attack is not None and not going_out:
        hold_signal(context, device, attack, now)
    else:
        yield IssueHeldPlans(device=device)  # of a case from an earlier signal, if any waits


def _waits(context: Context, device: str) -> bool:
    """Return whether a case of this signal is open with its plan held, or none could be opened."""
    alarm = context.state.alarms.get(context.state.standing.get(f"{KIND}|{device}", ""))
    if alarm is None or alarm.held:
        return alarm is not None
    case = context.cases.with_alarm(alarm.id)
    return case is not None and case.plan_held


def _over(context: Context, device: str) -> Iterator[Effect]:
    hold = context.state.watch.fire.pop(device, None)
    yield CancelTimer(rule=TIMER, subject=device)
    if hold is not None and hold.evacuate is None:
        reason = "the fire signal has ended"
        yield settled(context, device, evacuate=False, by="", reason=reason)
