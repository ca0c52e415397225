"""A real case as a drill to train it again: its causes injected, the platform's answers expected.

A pure function of the log. What it returns is the document of a drill file (`docs/drills.md`) as
plain data; people complete it, for what the log cannot know is who stood where.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from twins.alarm import Alarm, AlarmRaised, AlarmRepeated
from twins.command import Command, CommandEnded, CommandResult
from twins.incident import (
    AssignmentChanged,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentJoined,
    IncidentOpened,
)
from twins.instant import MILLISECOND, SECOND, Duration, Instant, seconds
from twins.observation import PropertyChanged
from twins.records import Input, Output, TimeAdvanced
from twins.school import School

Record: TypeAlias = tuple[Instant, Input | Output | TimeAdvanced]
Entry: TypeAlias = dict[str, object]

DEEDS: Mapping[str, str] = {"one-key-alarm": "press", "loitering": "loiters"}
"""Alarm kind → the deed that causes it in a drill; other causes cannot be injected yet."""

LEAD_IN: Duration = seconds(600)
"""Causes at the school so long before the incident belong to its story (assumed)."""

TOLERANCE: Duration = seconds(1)
"""What a limit allows beyond the measured time, rounded up to a second (assumed)."""

PRESS: Duration = seconds(1)
"""How long a press lasts whose end is not in the log (assumed)."""


@dataclass(slots=True)
class _Case:
    """What the log says of one incident."""

    school: str = ""
    kind: str = ""
    opened: Instant = 0
    alarms: dict[str, Alarm] = field(default_factory=dict)
    repeated: list[tuple[Instant, Alarm]] = field(default_factory=list)
    contacts: list[PropertyChanged] = field(default_factory=list)
    ended: list[tuple[Instant, str, CommandEnded]] = field(default_factory=list)
    delivered: dict[str, tuple[str, Instant]] = field(default_factory=dict)
    acknowledged: Instant | None = None
    handled: Instant | None = None


def drill_document(records: Iterable[Record], school: School, incident: str) -> Entry:
    """Return the drill of an incident.

    Raises KeyError if the log does not hold it, ValueError if none of its causes can be injected.
    """
    case = _read(list(records), school, incident)
    if not case.alarms:
        raise ValueError(f"no cause of {incident} can be injected: {case.kind}")
    causes = _causes(case)
    zero = min(alarm.sensed for alarm in case.alarms.values())
    title = {"en": f"Case {incident}", "zh": f"案例 {incident}"}
    places = {_name(school, alarm.place) for _, alarm in causes if DEEDS[alarm.kind] == "loiters"}
    people: list[Entry] = [
        {"id": "caller", "role": "guard", "at": _name(school, causes[0][1].place)},
    ]
    people += [{"id": "intruder", "role": "intruder", "at": place} for place in sorted(places)[:1]]
    return {
        "drill": incident.replace("/", "-"),
        "title": title,
        "school": school.id,
        "start": _start(school, zero),
        "case": {"text": title, "source": incident},
        "population": people,
        "injects": [
            _inject(school, case, number, at, alarm, zero)
            for number, (at, alarm) in enumerate(causes, start=1)
        ],
        "expected": [*_alarms_expected(school, case, causes), *_answers_expected(school, case)],
        "measures": ["latency-per-hop"],
    }


def _read(records: Sequence[Record], school: School, incident: str) -> _Case:
    case = _Case()
    members: set[str] = set()
    for now, record in records:
        if isinstance(record, IncidentOpened) and record.incident.id == incident:
            opened = record.incident
            case.school, case.kind, case.opened = opened.school, opened.kind, now
            members |= set(opened.alarms)
        elif isinstance(record, IncidentJoined) and record.incident == incident:
            members.add(record.alarm)
    if not case.school:
        raise KeyError(incident)
    raised = [one.alarm for _, one in records if isinstance(one, AlarmRaised)]
    before = case.opened - LEAD_IN
    for alarm in raised:
        near = alarm.school == school.id and before <= alarm.raised <= case.opened
        if alarm.kind in DEEDS and (alarm.id in members or near):
            case.alarms[alarm.id] = alarm
    commands = {
        one.id: one.action
        for _, one in records
        if isinstance(one, Command) and one.reason.startswith(f"{incident}: ")
    }
    for now, record in records:
        _book(case, incident, commands, now, record)
    return case


def _book(
    case: _Case,
    incident: str,
    commands: Mapping[str, str],
    now: Instant,
    record: Input | Output | TimeAdvanced,
) -> None:
    match record:
        case AlarmRepeated() if record.alarm in case.alarms and case.handled is None:
            case.repeated.append((now, case.alarms[record.alarm]))
        case PropertyChanged(property="pressed"):
            case.contacts.append(record)
        case CommandEnded(result=CommandResult.CONFIRMED) if record.command in commands:
            if all(ended.command != record.command for _, _, ended in case.ended):
                case.ended.append((now, commands[record.command], record))
        case AssignmentChanged(assignment=one) if record.incident == incident:
            if one.delivered is not None:
                case.delivered.setdefault(one.responder, (one.role.value, one.delivered))
        case IncidentAcknowledged() if record.incident == incident:
            case.acknowledged = now
        case IncidentHandled() if record.incident == incident:
            case.handled = now


def _causes(case: _Case) -> list[tuple[Instant, Alarm]]:
    first = [(alarm.sensed, alarm) for alarm in case.alarms.values()]
    return sorted([*first, *case.repeated], key=lambda cause: (cause[0], cause[1].id))


def _inject(
    school: School, case: _Case, number: int, at: Instant, alarm: Alarm, zero: Instant
) -> Entry:
    device = _name(school, alarm.device)
    inject: Entry = {"id": f"cause-{number}", "at": _text(at - zero), "do": DEEDS[alarm.kind]}
    if DEEDS[alarm.kind] == "loiters":
        where = _name(school, alarm.place)
        return {**inject, "who": "intruder", "where": where, "device": device}
    releases = [
        one.source_time
        for one in case.contacts
        if one.device == alarm.device and one.value is False and one.source_time > at
    ]
    lasts = min(releases) - at if releases else PRESS
    return {**inject, "device": device, "for": _text(max(lasts, MILLISECOND))}


def _alarms_expected(
    school: School, case: _Case, causes: Sequence[tuple[Instant, Alarm]]
) -> list[Entry]:
    expected: list[Entry] = []
    seen: set[str] = set()
    for number, (at, alarm) in enumerate(causes, start=1):
        event = "alarm-repeated" if alarm.id in seen else "alarm-raised"
        took = 0 if alarm.id in seen else alarm.raised - at
        seen.add(alarm.id)
        when = {"event": event, "kind": alarm.kind, "device": _name(school, alarm.device)}
        expected.append(
            _expected(f"{event}-{number}", when, after=f"cause-{number}", within=_limit(took))
        )
    opened = _expected("one-incident", {"event": "incident-opened", "kind": case.kind})
    return [*expected, {**opened, "count": 1}]


def _answers_expected(school: School, case: _Case) -> list[Entry]:
    anchor = {"event": "incident-opened", "kind": case.kind}
    found: list[Entry] = []
    for number, (now, action, ended) in enumerate(case.ended, start=1):
        when = {
            "event": "command-ended",
            "device": _name(school, ended.device),
            "action": action,
            "result": ended.result.value,
        }
        within = _limit(now - case.opened)
        found.append(_expected(f"command-{number}", when, after=anchor, within=within))
    roles = dict.fromkeys(role for role, _ in case.delivered.values())
    for number, role in enumerate(roles, start=1):
        times = [at - case.opened for one, at in case.delivered.values() if one == role]
        when = {"event": "notified", "role": role}
        told = _expected(f"told-{number}", when, after=anchor, within=_limit(max(times)))
        found.append({**told, "count": {"min": len(times)}})
    ends = {"incident-acknowledged": case.acknowledged, "incident-handled": case.handled}
    for event, instant in ends.items():
        if instant is not None:
            within = _limit(instant - case.opened)
            found.append(_expected(event, {"event": event}, after=anchor, within=within))
    return found


def _expected(name: str, when: Mapping[str, str], after: object = None, within: str = "") -> Entry:
    words = ", ".join(f"{value}" for value in when.values())
    expected: Entry = {"id": name, "title": {"en": words, "zh": words}, "when": dict(when)}
    if after is not None:
        expected |= {"after": after, "within": within}
    return expected


def _limit(measured: Duration) -> str:
    return f"{-(-max(measured, 0) // SECOND) + TOLERANCE // SECOND}s"


def _text(duration: Duration) -> str:
    return f"{duration // MILLISECOND}ms"


def _name(school: School, full: str) -> str:
    return full.removeprefix(f"{school.id}/")


def _start(school: School, zero: Instant) -> str:
    local = datetime.fromtimestamp(zero // SECOND, tz=ZoneInfo(school.zone))
    return local.strftime("%Y-%m-%d %H:%M")
