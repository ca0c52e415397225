"""What may forbid a command, by what it does. A new guard is a function and a line here.

A guard returns why the command is refused, or nothing. Guards are asked last, in their order, so a
guard that is asked and lets a command pass may book that in its own memory.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from twins.attack import opening_guard
from twins.broadcasting import broadcast_guard
from twins.command import RequestCommand
from twins.context import Context
from twins.instant import Instant
from twins.lane_release import lane_guard
from twins.rules.interlock import interlock_guard

Guard: TypeAlias = Callable[[Context, RequestCommand, Instant], str]

GUARDS: Mapping[tuple[str, str], tuple[Guard, ...]] = {
    ("lane", "release"): (opening_guard, interlock_guard, lane_guard),
    ("door", "unlock"): (opening_guard, interlock_guard),
    ("barrier", "open"): (opening_guard, interlock_guard),
    ("bollard", "lower"): (opening_guard, interlock_guard),
    ("loudspeaker", "play"): (broadcast_guard,),
    ("loudspeaker", "play-clip"): (broadcast_guard,),
    ("loudspeaker", "say"): (broadcast_guard,),
    ("loudspeaker", "stop"): (broadcast_guard,),
}
"""(capability, action) → its guards."""


def forbidden(context: Context, request: RequestCommand, now: Instant) -> str:
    """Return the first objection of a guard, or nothing."""
    capability = context.devices[request.device].capability
    for guard in GUARDS.get((capability, request.action), ()):
        reason = guard(context, request, now)
        if reason:
            return reason
    return ""
