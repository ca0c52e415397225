"""一呼百应: everybody who is free is called at once."""

from collections.abc import Sequence

from twins.instant import Instant
from twins.policies.interface import Assignments, IncidentView, ResponderState, ResponderView


def all_at_once(
    _incident: IncidentView, responders: Sequence[ResponderView], _now: Instant
) -> Assignments:
    """Call all who are free, the nearest by time first."""
    free = [one for one in responders if one.state is ResponderState.FREE]
    return Assignments(call=tuple(one.id for one in sorted(free, key=lambda one: one.travel)))
