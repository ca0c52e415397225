"""What the policies in waves share: keep so many on their way, replace whoever is not coming."""

from collections.abc import Sequence

from twins.instant import Instant
from twins.policies.interface import Assignments, IncidentView, ResponderState, ResponderView

UNTOLD = frozenset({ResponderState.FREE, ResponderState.BUSY})
"""Who is left to call, now or once they are free; a busy one whose turn comes is to be shown."""


def wave(incident: IncidentView, ordered: Sequence[ResponderView], now: Instant) -> Assignments:
    """Call free ones in the given order until enough capable ones are on their way.

    A witness is called in turn but fills no place. A silent one keeps the place for the rules'
    wait, one whom the notice did not reach for the delivery limit; nobody is withdrawn.
    """
    missing, ends = incident.wanted, []
    for one in ordered:
        end = _holds_place_until(incident, one)
        if one.state is ResponderState.ARRIVED:
            missing -= one.capable
        elif end is not None and end > now:
            missing -= one.capable
            ends.append(end)
    free = [one for one in ordered if one.state is ResponderState.FREE]
    call: list[str] = []
    for one in free:
        if missing <= 0:
            break
        call.append(one.id)
        missing -= one.capable
    if len(call) == sum(one.state in UNTOLD for one in ordered):
        return Assignments(call=tuple(call))
    if call:
        ends.append(now + min(incident.rules.wait, incident.rules.delivery_limit))
    return Assignments(call=tuple(call), again=min(ends, default=None))


def _holds_place_until(incident: IncidentView, one: ResponderView) -> Instant | None:
    """Return until when a called one counts as coming; None if not at all."""
    if one.state is ResponderState.TOLD and one.told is not None:
        return one.told + (incident.rules.wait if one.reached else incident.rules.delivery_limit)
    return one.late_from if one.state is ResponderState.ACCEPTED else None
