"""处置空档期 (R50): how long nobody capable is there, and the time gained before the police come.

Pure functions of the incident. Both count from the alarm, or from the start of the attack where a
drill or an inquiry knows it. As good as the clock of the alarm's device.
"""

from collections.abc import Iterable

from twins.incident import Assignment, Incident
from twins.instant import Duration, Instant
from twins.school import Role

POLICE = frozenset({Role.STATION, Role.NEXT_SEAT, Role.CENTRE, Role.UNIT})
"""Whoever of these arrives is police: the seats stand for the cars they send."""


def first_capable(incident: Incident) -> Instant | None:
    """Return when the first one who is not police and can act arrived; None if nobody yet."""
    return _first(
        one for one in incident.assignments.values() if one.capable and one.role not in POLICE
    )


def police_arrival(incident: Incident) -> Instant | None:
    """Return when the first police arrived; None if not yet."""
    return _first(one for one in incident.assignments.values() if one.role in POLICE)


def response_gap(incident: Incident, attack: Instant | None = None) -> Duration | None:
    """Return how long nobody capable was there; None while that goes on.

    `attack` is when the attack began; without it the gap counts from the alarm.
    """
    arrivals = [at for at in (first_capable(incident), police_arrival(incident)) if at is not None]
    return max(min(arrivals) - _start(incident, attack), 0) if arrivals else None


def gained(incident: Incident, attack: Instant | None = None) -> Duration | None:
    """Return how much earlier than the police somebody capable was there; None before the police.

    0 where nobody was. Presence before the start is no gain.
    """
    police, first = police_arrival(incident), first_capable(incident)
    if police is None:
        return None
    return 0 if first is None else max(police - max(first, _start(incident, attack)), 0)


def _start(incident: Incident, attack: Instant | None) -> Instant:
    return incident.sensed if attack is None else attack


def _first(assignments: Iterable[Assignment]) -> Instant | None:
    return min((one.arrived for one in assignments if one.arrived is not None), default=None)
