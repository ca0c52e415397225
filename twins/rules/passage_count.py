"""Counts at the entrances: occupancy and its drift (R29), and who slipped in with another (D09).

A passage inward outside the pupils' hours must be covered by a release for an admitted visit; what
is not covered is a tail-gate, whatever way it came about.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.command import NOT_DONE
from twins.context import Context
from twins.counter import steps
from twins.gate_memory import Grant
from twins.instant import Instant, seconds
from twins.observation import PropertyChanged, Quality
from twins.occupancy import OccupancyDrifted
from twins.premises import Entrance
from twins.roster import holds, stretch
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer, Tell
from twins.school import School
from twins.visit import InspectionViolated

TAIL_GATE = "tail-gate"
DRIFT = "occupancy-drift"
KINDS = (TAIL_GATE, DRIFT)
NIGHT = "occupancy-night"
"""Timer: the hours begin in which nobody should be inside."""

RELEASE_COVERS = seconds(300)
"""So long after a release a passage belongs to it (ours: a class walks through in less); whoever of
the party comes later is a tail-gate like anybody."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Count what passed since the last reading; the first reading is only where it starts."""
    if event.quality is not Quality.GOOD or event.value is None:
        return
    school = context.school_of[event.device]
    entrance = school.premises.entrance_of(event.device)
    passed = _passed(context, event)
    if entrance is None or not passed:
        return
    sign = _direction(entrance, event)
    if sign:
        yield from _occupy(context, school, sign * passed, now)
    if sign >= 0 and not holds(entrance.free, school.zone, now):
        yield from _match(context, entrance, event, passed)
    elif sign < 0:
        _uncovered(context, event.device, passed)


def night(context: Context, school_id: str, now: Instant) -> Iterator[Effect]:
    """Judge the occupancy when everybody should have gone."""
    yield from judge(context, context.schools[school_id], now)


def judge(context: Context, school: School, now: Instant) -> Iterator[Effect]:
    """Warn of an occupancy that cannot be right; close the warning once it can."""
    gate, rules = context.state.gate, school.premises.occupancy
    occupancy = gate.occupancy.get(school.id, 0)
    empty, until = stretch(rules.empty, school.zone, now)
    reason = ""
    if occupancy < -rules.tolerance:
        reason = "more went out than came in"
    elif empty and abs(occupancy) > rules.tolerance:
        reason = "nobody should be inside"
    device = gate.drifted.get(school.id, "")
    if reason and not device:
        device = _shown_at(context, school)
        if not device:
            return  # nothing counts there any more
        gate.drifted[school.id] = device
        yield Tell(output=OccupancyDrifted(school=school.id, occupancy=occupancy, reason=reason))
        yield RaiseAlarm(
            kind=DRIFT, device=device, severity=Severity.WARNING, latching=False, sensed=now
        )
    elif device and not reason:
        del gate.drifted[school.id]
        yield ClearAlarm(kind=DRIFT, device=device)
    if until is None:
        yield CancelTimer(rule=NIGHT, subject=school.id)
    else:
        yield SetTimer(rule=NIGHT, subject=school.id, due=until)


def _occupy(context: Context, school: School, change: int, now: Instant) -> Iterator[Effect]:
    occupancy = context.state.gate.occupancy
    occupancy[school.id] = occupancy.get(school.id, 0) + change
    yield from judge(context, school, now)


def _passed(context: Context, event: PropertyChanged) -> int:
    key, count = f"{event.device}|{event.property}", int(event.value or 0)
    counts = context.state.gate.counts
    before, counts[key] = counts.get(key), count
    if before is None:
        return 0
    return steps(before, count)


def _direction(entrance: Entrance, event: PropertyChanged) -> int:
    """Return 1 for in, -1 for out, 0 where the count does not say."""
    if event.property == "entered" or event.device in entrance.inward:
        return 1
    return -1 if event.property == "left" or event.device in entrance.outward else 0


def _match(
    context: Context, entrance: Entrance, event: PropertyChanged, passed: int
) -> Iterator[Effect]:
    if event.device in entrance.counters and entrance.lanes:
        return  # the lanes are matched; the counter sees the same persons
    excess = _uncovered(context, event.device, passed)
    if excess:
        yield Tell(output=InspectionViolated(device=event.device, kind=TAIL_GATE))
        yield RaiseAlarm(
            kind=TAIL_GATE,
            device=event.device,
            severity=Severity.WARNING,
            latching=True,
            sensed=event.source_time,
            count=excess,
        )
        yield ClearAlarm(kind=TAIL_GATE, device=event.device)  # over at once; it stays latched


def _uncovered(context: Context, lane: str, passed: int) -> int:
    """Use up what was released at a lane; return the passages that nothing covers."""
    grants = context.state.gate.grants.get(lane, [])
    for grant in grants:
        if passed and _released(context, grant):
            used = min(passed, grant.persons)
            grant.persons -= used
            passed -= used
    grants[:] = [one for one in grants if one.persons]
    if not grants:
        context.state.gate.grants.pop(lane, None)
    return passed


def _released(context: Context, grant: Grant) -> bool:
    if grant.released is not None and context.state.latest - grant.released > RELEASE_COVERS:
        return False
    ended = context.state.ended_commands.get(grant.command)
    return bool(grant.command) and ended not in NOT_DONE


def _shown_at(context: Context, school: School) -> str:
    for entrance in school.premises.entrances:
        for device in (*entrance.counters, *entrance.lanes):
            if device in context.devices:
                return device
    return ""
