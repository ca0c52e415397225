"""Which rule sees which change, and which rule owns which timer. A new rule is a line here."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from twins import locker_use, visit_booking
from twins.context import Context
from twins.fire_signal import TIMER as FIRE_HELD
from twins.guard_state import GuardSense
from twins.instant import Instant
from twins.observation import Observation, PropertyChanged
from twins.ordering import COUNTS
from twins.record_keeping import RETENTION
from twins.rules import (
    closure,
    condition,
    detector_alarm,
    drift,
    duty_schedule,
    event_recognition,
    fire_alarm,
    five_functions,
    guard_console,
    guard_off_post,
    guard_state,
    intercom_call,
    interlock,
    late_sighting,
    locker_door,
    loitering,
    network_link,
    one_key_alarm,
    passage_count,
    person_warning,
    post_check_in,
    reception_seats,
    retention,
    stuck_button,
    visit_overdue,
)
from twins.rules.effects import Effect

OnChange: TypeAlias = Callable[[Context, PropertyChanged, Instant], Iterable[Effect]]
OnTimer: TypeAlias = Callable[[Context, str, Instant], Iterable[Effect]]

RULES: Mapping[tuple[str, str], OnChange] = {
    ("one-key-alarm", "pressed"): one_key_alarm.changed,
    ("one-key-alarm", "press_count"): one_key_alarm.changed,
    **{("guard-post-presence", sense): guard_state.changed for sense in GuardSense},
    ("camera", "loitering"): loitering.changed,
    ("walk-through-gate", "alarm"): detector_alarm.changed,
    ("reception-room", "seats_occupied"): reception_seats.changed,
    ("lane", "passages"): passage_count.changed,
    ("lane", "locked"): interlock.changed,
    ("people-counter", "entered"): passage_count.changed,
    ("people-counter", "left"): passage_count.changed,
    ("door", "closed"): closure.changed,
    ("door", "locked"): closure.changed,
    ("barrier", "closed"): closure.changed,
    ("barrier", "opened"): closure.changed,
    ("bollard", "raised"): closure.changed,
    ("bollard", "lowered"): closure.changed,
    ("bollard", "commanded_up"): closure.changed,
    ("face-recognition-front-end", "hits"): person_warning.changed,
    ("event-recognition-front-end", "events"): event_recognition.changed,
    ("fire-alarm-panel", "alarm"): fire_alarm.changed,
    ("guard-console", "online"): guard_console.changed,
    ("guard-console", "heartbeat"): guard_console.changed,
    ("intercom", "online"): intercom_call.changed,
    ("intercom", "call"): intercom_call.changed,
    ("network-link", "up"): network_link.changed,
    ("network-link", "path"): network_link.changed,
    **dict.fromkeys(condition.CONDITIONS, condition.changed),
    **{("locker-bank", door): locker_door.changed for door in locker_door.DOORS},
}
"""(capability, property) → rule. A rule may write its own memory in the state, nothing else."""

OnLate: TypeAlias = Callable[[Context, Observation, Instant], Iterable[Effect]]

LATE: Mapping[tuple[str, str], OnLate] = {
    ("one-key-alarm", "pressed"): one_key_alarm.late,
    ("one-key-alarm", "press_count"): one_key_alarm.late,
    ("fire-alarm-panel", "alarm"): fire_alarm.late,
    ("walk-through-gate", "alarm"): detector_alarm.late,
    **{
        (capability, name): late_sighting.late
        for capability, details in late_sighting.DETAILS.items()
        for name in (*details, COUNTS[capability])
    },
}
"""(capability, property) → rule for what came late and must count all the same."""

TIMERS: Mapping[str, OnTimer] = {
    five_functions.TIMER: five_functions.due,
    guard_off_post.KIND: guard_off_post.due,
    guard_off_post.END: guard_off_post.ended,
    post_check_in.KIND: post_check_in.due,
    post_check_in.END: post_check_in.ended,
    duty_schedule.START: duty_schedule.start,
    duty_schedule.PATROL: duty_schedule.patrol_over,
    duty_schedule.PEAK: duty_schedule.peak_ahead,
    one_key_alarm.DOUBT: one_key_alarm.not_repeated,
    stuck_button.KIND: stuck_button.due,
    stuck_button.QUIET: stuck_button.quiet,
    visit_booking.TIMER: visit_overdue.due,
    locker_door.KIND: locker_door.due,
    locker_door.OVERDUE: locker_use.overdue,
    passage_count.NIGHT: passage_count.night,
    closure.OPENING_TIMER: closure.opening,
    closure.PEAK_TIMER: closure.peak,
    closure.LOCK_TIMER: closure.locking,
    closure.POSITION_TIMER: closure.position,
    drift.TIMER: drift.judge,
    RETENTION: retention.due,
    FIRE_HELD: fire_alarm.due,
    guard_console.HEARTBEAT: guard_console.due,
    network_link.TIMER: network_link.due,
}
"""Timer name → rule."""
