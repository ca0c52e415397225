"""Who may be called, and if not, why not (R48, R49). Estimates of how long they need (R46)."""

from collections.abc import Mapping

from twins.instant import Duration, Instant, seconds
from twins.mobilisation import NotCalled
from twins.oversight import authorities_over
from twins.roster import holds
from twins.school import Responder, Role, School

SPEED: Mapping[str, float] = {"on foot": 3.0, "e-bike": 4.75, "car": 8.3}
"""Way of travel → metres per second: running with gear assumed, e-bike 17.09 km/h (Hangzhou, doi
10.1177/1687814015616918), car 30 km/h assumed."""

SEATS = frozenset({Role.STATION, Role.NEXT_SEAT, Role.CENTRE})
"""Told only while their authority stands over the school."""

ALWAYS: Instant = 2**63 - 1
"""Later than any instant of a log."""

WITH_KIT = frozenset({Role.VOLUNTEER, Role.NEIGHBOUR})
"""Witnesses unless they bring a working tool."""


def objection(school: School, one: Responder, now: Instant) -> NotCalled | None:
    """Return why the rules do not let somebody be called now, or None."""
    if one.hours and not holds(one.hours, school.zone, now):
        return NotCalled.OUT_OF_HOURS
    of_authority = one.role in SEATS and one.authority and school.stations
    if of_authority and one.authority not in authorities_over(school, now):
        return NotCalled.OTHER_STATION
    if one.enrolled is not None and now < one.enrolled:
        return NotCalled.NOT_ENROLLED
    if one.expires is not None and now >= one.expires:
        return NotCalled.EXPIRED
    if one.role in WITH_KIT:
        return _beside_the_rules(school, one, now)
    return None


def _beside_the_rules(school: School, one: Responder, now: Instant) -> NotCalled | None:
    rules = school.dispatch
    if rules.classes and one.role is Role.VOLUNTEER and one.volunteer_class not in rules.classes:
        return NotCalled.CLASS
    if rules.radius_m is not None and one.distance_m > rules.radius_m:
        return NotCalled.TOO_FAR
    if not rules.witnesses and not capable(one, now):
        return NotCalled.NO_KIT
    return None


def capable(one: Responder, now: Instant) -> bool:
    """Return whether they can act once there; volunteers need a tool that has not expired."""
    return now < capable_until(one)


def capable_until(one: Responder) -> Instant:
    """Return from when on they cannot act any more: `ALWAYS`, or when their last tool expires.

    0 for those who never can: an ambulance stops nobody, and without a tool a volunteer is a
    witness.
    """
    if one.role is Role.AMBULANCE:
        return 0
    if one.role not in WITH_KIT:
        return ALWAYS
    return max((one.kit_expires.get(tool, ALWAYS) for tool in one.kit), default=0)


def travel_time(one: Responder) -> Duration:
    """Return the estimated time on the way: as the data says, else by distance and speed."""
    if one.travel_time is not None:
        return one.travel_time
    return seconds(one.distance_m / SPEED.get(one.travel, SPEED["on foot"]))
