"""Whose things are behind which door, and what becomes of things left behind (R04, D03)."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.capability import capabilities, numbered
from twins.carrying_out import carry_out
from twins.context import Context
from twins.gate_memory import LockerUse
from twins.instant import Instant
from twins.locker import AssignLocker, FreeLocker, LockerChanged
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer, Tell
from twins.rules.locker_door import BAG, DOOR, OVERDUE
from twins.visit import Visit
from twins.visit_booking import open_visit, refuse


def assign_locker(context: Context, request: AssignLocker, now: Instant) -> None:
    """Give a door to a visit; a door with things behind it is not given again."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    subject = f"{request.device} door {request.door}"
    if not _is_door(context, visit, request):
        refuse(context, subject, "there is no such door")
        return
    doors = context.state.gate.lockers.setdefault(request.device, {})
    if request.door in doors:
        refuse(context, subject, f"it is taken by {doors[request.door].visit}")
        return
    doors[request.door] = LockerUse(visit=visit.id, since=now)
    context.out.append(_said(request.device, request.door, "assigned", visit.id))


def free_locker(context: Context, request: FreeLocker, now: Instant) -> None:
    """Take a door back."""
    doors = context.state.gate.lockers.get(request.device, {})
    subject = f"{request.device} door {request.door}"
    if request.door not in doors:
        refuse(context, subject, "nothing is behind it")
    elif not request.by.strip():
        refuse(context, subject, "a name is needed")
    else:
        carry_out(context, _free(context, request.device, request.door), now)


def left_behind(context: Context, visit: Visit, now: Instant) -> Iterator[Effect]:
    """Warn of a bag whose visitor has gone, and wait until it is overdue."""
    rules = context.schools[visit.school].premises.lockers
    banks = context.state.gate.lockers
    for device in [one.id for one in context.schools[visit.school].devices if one.id in banks]:
        for door, use in banks[device].items():
            if use.visit == visit.id:
                use.left_behind = True
                yield Tell(output=_said(device, door, "left behind", visit.id))
                yield _warning(BAG, device, now)
                yield SetTimer(rule=OVERDUE, subject=f"{device}#{door}", due=now + rules.overdue)


def overdue(context: Context, subject: str, now: Instant) -> Iterator[Effect]:
    """Warn: things are behind a door for too long after their visitor left."""
    device, _, number = subject.rpartition("#")
    door = int(number)
    use = context.state.gate.lockers[device][door]
    use.overdue = True
    yield Tell(output=_said(device, door, "overdue", use.visit))
    yield _warning(OVERDUE, device, now)


def _free(context: Context, device: str, door: int) -> Iterator[Effect]:
    lockers = context.state.gate.lockers
    use = lockers[device].pop(door)
    left = lockers[device].values()
    yield CancelTimer(rule=OVERDUE, subject=f"{device}#{door}")
    yield Tell(output=_said(device, door, "free", use.visit))
    if use.left_behind and not any(one.left_behind for one in left):
        yield ClearAlarm(kind=BAG, device=device)
    if use.overdue and not any(one.overdue for one in left):
        yield ClearAlarm(kind=OVERDUE, device=device)
    if not left:
        del lockers[device]


def _is_door(context: Context, visit: Visit, request: AssignLocker) -> bool:
    device = context.devices.get(request.device)
    if device is None or context.school_of[request.device].id != visit.school:
        return False
    return numbered(DOOR, request.door) in capabilities()[device.capability].properties


def _said(device: str, door: int, what: str, visit: str) -> LockerChanged:
    return LockerChanged(device=device, door=door, what=what, visit=visit)


def _warning(kind: str, device: str, now: Instant) -> RaiseAlarm:
    return RaiseAlarm(
        kind=kind, device=device, severity=Severity.WARNING, latching=False, sensed=now
    )
