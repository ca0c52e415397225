"""Loading a snapshot that is older than the configuration: what was taken out is settled, and told.

Rules for this file: after it, the memory names no school and no device that is not configured. No
case, command, call or alarm ends here without a record. Nothing of what is left is touched.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from twins.alarming import clear_alarm
from twins.announcement import ButtonTestEnded
from twins.announcing import TIMER as ANNOUNCED
from twins.broadcasting import TIMER as BROADCAST
from twins.call import CallEvent
from twins.call_booking import move_call
from twins.capability import capabilities
from twins.commanding import TIMER as COMMAND
from twins.commanding import expire
from twins.context import Context
from twins.dispatch import close
from twins.fire_signal import FireSignalSettled
from twins.incident import Verdict
from twins.levels import PLATFORM
from twins.quieting import TIMER as SHELF
from twins.removed import RemovedFromConfiguration, Sort
from twins.rules.effects import ClearAlarm
from twins.sighting import RecordExpired
from twins.visit import VisitChanged, VisitState
from twins.visit_booking import TIMER as VISIT

NOT_CONFIGURED = "it is no longer configured"


@dataclass(frozen=True, slots=True)
class Gone:
    """What a snapshot knows and the configuration does not."""

    schools: frozenset[str]
    devices: frozenset[str]


def settle_removed(context: Context) -> None:
    """Settle what a snapshot says of schools and devices that are not configured any more."""
    _forget_properties(context)
    gone = _gone(context)
    if not (gone.schools or gone.devices):
        return
    dropped = _dropped(context, gone)
    _end_commands(context, gone.devices)
    _end_signals(context, gone.devices)
    _end_tests(context, gone)
    _end_alarms(context, gone)
    _end_cases(context, gone.schools)
    _end_visits(context, gone.schools)
    _expire_records(context, gone.schools)
    _forget(context, gone)
    _stop_timers(context, gone)
    context.index()
    context.out += [
        RemovedFromConfiguration(subject=subject, sort=sort, dropped=tuple(dropped[subject]))
        for sort, subjects in ((Sort.SCHOOL, gone.schools), (Sort.DEVICE, gone.devices))
        for subject in sorted(subjects)
        if sort is Sort.SCHOOL or school_of(subject) not in gone.schools
    ]


def school_of(subject: str) -> str:
    """Return the school that an id belongs to: every id starts with its school's."""
    return subject.partition("/")[0]


def _gone(context: Context) -> Gone:
    state = context.state
    named = {one.school for one in state.incidents.values()}
    named |= {one.school for one in state.alarms.values()}
    named |= {one.school for one in state.gate.visits.values()}
    named |= {one.school for one in state.tests.values()}
    named |= {school_of(device) for device in state.twins}
    return Gone(
        schools=frozenset(named - context.schools.keys()),
        devices=frozenset(state.twins.keys() - context.devices.keys()),
    )


def _dropped(context: Context, gone: Gone) -> dict[str, list[str]]:
    """Return what goes with each school and device, in the order in which it came."""
    found: dict[str, list[str]] = {one: [] for one in (*gone.schools, *gone.devices)}
    for alarm in context.state.alarms.values():
        if alarm.school in gone.schools:
            found[alarm.school].append(alarm.id)
    for visit in context.state.gate.visits.values():
        if visit.school in gone.schools:
            found[visit.school].append(visit.id)
    for bank, doors in context.state.gate.lockers.items():
        if bank in gone.devices:
            owner = school_of(bank) if school_of(bank) in gone.schools else bank
            found[owner] += [f"{bank} door {door} of {use.visit}" for door, use in doors.items()]
    return found


def _forget_properties(context: Context) -> None:
    """Forget what a device reported when it was of another type."""
    for device, twin in context.state.twins.items():
        if device in context.devices:
            known = capabilities()[context.devices[device].capability].properties
            for name in [one for one in twin.properties if one not in known]:
                del twin.properties[name]


def _end_commands(context: Context, devices: Collection[str]) -> None:
    for command in list(context.state.commands.values()):
        if command.device in devices:
            expire(context, command.id, NOT_CONFIGURED)
    for speech in list(context.state.watch.speeches.values()):
        if speech.device in devices:
            del context.state.watch.speeches[speech.command]


def _end_signals(context: Context, devices: Collection[str]) -> None:
    watch, now = context.state.watch, context.state.latest
    for call in list(watch.calls.values()):
        if call.device in devices:
            move_call(context, call, CallEvent.FAIL, now, NOT_CONFIGURED)
    for panel in [one for one in watch.fire if one in devices]:
        if watch.fire.pop(panel).evacuate is None:
            settled = FireSignalSettled(
                device=panel, school=school_of(panel), evacuate=False, reason=NOT_CONFIGURED
            )
            context.out.append(settled)


def _end_tests(context: Context, gone: Gone) -> None:
    for test in list(context.state.tests.values()):
        if test.school in gone.schools or test.subject in gone.devices:
            del context.state.tests[test.id]
            ended = ButtonTestEnded(test=test.id, tested=(), untested=(), by=PLATFORM)
            context.out.append(ended)


def _end_alarms(context: Context, gone: Gone) -> None:
    """Clear the alarms of removed devices, whose cause nobody can see any more."""
    state = context.state
    for alarm in list(state.alarms.values()):
        if alarm.school in gone.schools:
            del state.alarms[alarm.id]
            del state.standing[f"{alarm.kind}|{alarm.device}"]
        elif alarm.device in gone.devices:
            clear_alarm(context, ClearAlarm(kind=alarm.kind, device=alarm.device))


def _end_cases(context: Context, schools: Collection[str]) -> None:
    for incident in list(context.state.incidents.values()):
        if incident.school in schools:
            reason = f"{incident.school}: {NOT_CONFIGURED}"
            close(context, incident, by=PLATFORM, reason=reason, verdict=Verdict.REAL)


def _end_visits(context: Context, schools: Collection[str]) -> None:
    gate = context.state.gate
    for visit in list(gate.visits.values()):
        if visit.school in schools:
            del gate.visits[visit.id]
            gate.ended_visits[visit.id] = VisitState.LEFT
            context.out.append(
                VisitChanged(visit=visit, what="removed", by=PLATFORM, reason=NOT_CONFIGURED)
            )


def _expire_records(context: Context, schools: Collection[str]) -> None:
    watch = context.state.watch
    for records in (watch.hits, watch.events, watch.warnings):
        for record in [one for one in records.values() if one.school in schools]:
            records.pop(record.id)
            expired = RecordExpired(
                record=record.id, school=record.school, device=record.device, decided=False
            )
            context.out.append(expired)


def _forget(context: Context, gone: Gone) -> None:
    """Drop what is kept by device or school and says nothing by itself."""
    state = context.state
    gate, watch, duty, orders = state.gate, state.watch, state.duty, state.orders
    by_device: tuple[dict[str, Any], ...] = (
        state.twins, state.away, state.buttons, state.uses, state.tested, state.doubted,
        state.tests_over, orders.desired, orders.doubtful, gate.lockers, gate.left_open,
        gate.at_detector, gate.holds, gate.grants, gate.occupancy, gate.drifted,
        watch.counts, watch.paths, watch.signalled,
        watch.late,
    )  # fmt: skip
    keyed: tuple[dict[str, Any], ...] = (state.quiet, state.functions, gate.since, gate.counts)
    by_school: tuple[dict[str, Any], ...] = (
        duty.guards, duty.checked, duty.patrolled, duty.awaited, gate.rooms,
    )  # fmt: skip
    names = gone.devices | gone.schools
    for kept in by_device:
        for key in [one for one in kept if one in names]:
            del kept[key]
    for kept in keyed:
        for key in [one for one in kept if not names.isdisjoint(one.split("|"))]:
            del kept[key]
    for kept in by_school:
        for key in [one for one in kept if school_of(one.rpartition("|")[2]) in gone.schools]:
            del kept[key]
    for school in [one for one, shown in gate.drifted.items() if shown in gone.devices]:
        del gate.drifted[school]
    watch.stalled[:] = [one for one in watch.stalled if one not in gone.devices]


def _stop_timers(context: Context, gone: Gone) -> None:
    for key in list(context.state.timers):
        name, _, subject = key.partition("|")
        if _is_over(context, gone, name, subject):
            context.cancel_timer(name, subject)


def _is_over(context: Context, gone: Gone, name: str, subject: str) -> bool:
    """Return whether what a timer is for has gone."""
    state = context.state
    of_its_own: Mapping[str, Mapping[str, object]] = {
        COMMAND: state.commands,
        BROADCAST: state.watch.speeches,
        VISIT: state.gate.visits,
        ANNOUNCED: state.tests,
        SHELF: state.quiet,
    }
    if name in of_its_own:
        return subject not in of_its_own[name]
    parts = [part for whole in subject.split("|") for part in whole.split("#")]
    case = parts[0] if "/incident/" in parts[0] else ""
    if case and case not in state.incidents:
        return True
    return any(one in gone.devices or school_of(one) in gone.schools for one in parts)
