"""The kinds of alarm that plans and drills may name."""

from twins.fire_signal import KIND as FIRE_ALARM
from twins.rules import (
    closure,
    condition,
    detector_alarm,
    device_lost,
    drift,
    event_recognition,
    guard_console,
    guard_off_post,
    interlock,
    locker_door,
    loitering,
    network_link,
    one_key_alarm,
    passage_count,
    person_warning,
    post_check_in,
    reception_seats,
    stuck_button,
)

ALARM_KINDS = (
    device_lost.KIND,
    guard_off_post.KIND,
    loitering.KIND,
    one_key_alarm.KIND,
    stuck_button.KIND,
    drift.KIND,
    interlock.KIND,
    post_check_in.KIND,
    reception_seats.KIND,
    FIRE_ALARM,
    guard_console.KIND,
    person_warning.KIND,
    *closure.KINDS,
    *condition.KINDS,
    *detector_alarm.KINDS,
    *event_recognition.KINDS,
    *locker_door.KINDS,
    *network_link.KINDS,
    *passage_count.KINDS,
)
"""All kinds of `twins.rules`."""
