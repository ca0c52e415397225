"""A flood of alarms as a person can read it: one line per place and cause, none of them lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from twins.alarm import WAITING, Alarm, AlarmState, Severity
from twins.alarm_service import Service
from twins.instant import Instant

URGENCY = (
    AlarmState.ACTIVE_UNACKNOWLEDGED,
    AlarmState.CLEARED_UNACKNOWLEDGED,
    AlarmState.ACTIVE_ACKNOWLEDGED,
    AlarmState.LATCHED,
    AlarmState.NORMAL,
)
"""A group shows the first of these that one of its alarms is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmGroup:
    """The standing alarms of one kind in one place of one school."""

    school: str
    place: str
    kind: str
    severity: Severity
    """The loudest of them."""
    state: AlarmState
    """The most urgent of them."""
    alarms: tuple[str, ...]
    """Every one, oldest first."""
    count: int
    """How often their causes came, together."""
    unacknowledged: int
    first: Instant
    last: Instant
    quiet: bool
    """Every one is shelved or out of service; such groups come last."""


def grouped(alarms: Iterable[Alarm]) -> list[AlarmGroup]:
    """Return the groups: those in service first, then the loudest, then the oldest."""
    found: dict[tuple[str, str, str], list[Alarm]] = {}
    for alarm in alarms:
        found.setdefault((alarm.school, alarm.place, alarm.kind), []).append(alarm)
    groups = [_group(members) for members in found.values()]
    return sorted(groups, key=lambda one: (one.quiet, -one.severity.rank, one.first, one.alarms))


def _group(members: list[Alarm]) -> AlarmGroup:
    members = sorted(members, key=lambda one: one.raised)
    return AlarmGroup(
        school=members[0].school,
        place=members[0].place,
        kind=members[0].kind,
        severity=max((one.severity for one in members), key=lambda severity: severity.rank),
        state=min((one.state for one in members), key=URGENCY.index),
        alarms=tuple(one.id for one in members),
        count=sum(one.count for one in members),
        unacknowledged=sum(one.state in WAITING for one in members),
        first=members[0].raised,
        last=members[-1].raised,
        quiet=all(one.service is not Service.IN_SERVICE for one in members),
    )
