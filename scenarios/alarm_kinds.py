"""The kinds of alarm that plans and drills may name."""

from twins.rules import device_lost, guard_off_post, loitering, one_key_alarm

ALARM_KINDS = (device_lost.KIND, guard_off_post.KIND, loitering.KIND, one_key_alarm.KIND)
"""One per rule of `twins.rules`."""
