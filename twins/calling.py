"""From an alarm to the call for help: into an incident, at the right level, and what it says."""

from dataclasses import replace

from twins import levels
from twins.alarm import Alarm
from twins.alarm_service import Service
from twins.context import Context
from twins.dispatch import open_or_join
from twins.incident import RepeatedUse
from twins.instant import Instant
from twins.rules.one_key_alarm import KIND as ONE_KEY_ALARM
from twins.viewing import is_referenced, refer


def call_for(context: Context, alarm: Alarm, now: Instant, *, again: bool = False) -> None:
    """Open or join an incident for an alarm; one that is quiet is held until it is back.

    `again` says that its cause came once more.
    """
    if alarm.service is not Service.IN_SERVICE:
        context.state.alarms[alarm.id] = replace(alarm, held=True)
        return
    before = len(context.state.incidents)
    shown = is_referenced(context, alarm)
    open_or_join(context, alarm, now, again=again)
    opened = len(context.state.incidents) > before
    if opened or not shown:
        refer(context, alarm, now)
    levels.match_alarm(context, alarm, now)
    if alarm.kind == ONE_KEY_ALARM and opened:
        _watch_use(context, alarm, now)


def _watch_use(context: Context, alarm: Alarm, now: Instant) -> None:
    """Say that one button opens incident after incident; the next one is opened all the same."""
    rules = context.schools[alarm.school].buttons
    recent = context.state.uses.setdefault(alarm.device, [])
    recent[:] = [instant for instant in recent if now - instant <= rules.repeated_within]
    recent.append(now)
    if len(recent) >= rules.repeated_use:
        found = RepeatedUse(device=alarm.device, incidents=len(recent), since=recent[0])
        context.out.append(found)
