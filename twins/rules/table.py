"""Which rule sees which change, and which rule owns which timer. A new rule is a line here."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged
from twins.rules import guard_off_post, loitering, one_key_alarm
from twins.rules.effects import Effect

OnChange: TypeAlias = Callable[[Context, PropertyChanged, Instant], Iterable[Effect]]
OnTimer: TypeAlias = Callable[[Context, str, Instant], Iterable[Effect]]

RULES: Mapping[tuple[str, str], OnChange] = {
    ("one-key-alarm", "pressed"): one_key_alarm.changed,
    ("one-key-alarm", "press_count"): one_key_alarm.changed,
    ("guard-post-presence", "present"): guard_off_post.changed,
    ("camera", "loitering"): loitering.changed,
}
"""(capability, property) → rule. A rule may write its own memory in the state, nothing else."""

TIMERS: Mapping[str, OnTimer] = {
    guard_off_post.KIND: guard_off_post.due,
    guard_off_post.END: guard_off_post.ended,
}
"""Timer name → rule."""
