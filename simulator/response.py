"""The responders alone, without devices and engine: who comes when, every event kept.

The same people as in a drill (`simulator.reactions`), so the same streams give the same times to
the nanosecond. People of one incident interact through its end: once the first car has secured the
place, nobody answers any more and whoever is on the way turns back.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from simulator.chance import Chance
from simulator.reactions import mood, reacts
from twins.eligibility import capable_until
from twins.incident import Answer
from twins.instant import Duration, Instant
from twins.school import Responder, Role

ALARM = "alarm"
"""The entity under which an incident's own numbers are drawn."""

DELIVERED, ARRIVED, SECURED = "delivered", Answer.ARRIVED, "secured"
"""What happens besides the first answers (`twins.incident.Answer`)."""

Event = tuple[Instant, str, str]
"""(when, what, responder id); a bare tuple, since an incident of twelve people has about thirty."""

_BY_TIME = itemgetter(0)


class Case(NamedTuple):
    """One incident from the notice to its end."""

    at: Instant
    """When everybody was told."""
    events: list[Event]
    """In the order of time; those of one instant in the order of responders and their deeds."""
    volunteer: Instant | None
    """Arrival of the first volunteer who can act."""
    police: Instant | None
    """Arrival of the first police."""
    closed: Instant | None
    """When the place was secured, or None if no police came."""

    @property
    def gap(self) -> Duration | None:
        """Return the time with nobody capable there (处置空档期), or None if nobody ever came."""
        arrivals = [one for one in (self.volunteer, self.police) if one is not None]
        return min(arrivals) - self.at if arrivals else None

    @property
    def gained(self) -> Duration | None:
        """Return by how much volunteers shortened the gap, or None without police."""
        if self.police is None:
            return None
        return max(0, self.police - self.volunteer) if self.volunteer is not None else 0


class Responses:
    """Plays incidents for a list of responders, each a fresh draw for everybody.

    Streams are by responder id: the order of the list changes no times, and one more volunteer
    changes nobody else's.
    """

    def __init__(self, responders: Sequence[Responder], chance: Chance) -> None:
        self._people = [
            (one.id, reacts(one, chance), capable_until(one) if one.role is Role.VOLUNTEER else 0)
            for one in responders
        ]
        self._ways = [one.distance_m for one in responders]
        self._chance = chance

    def play(self, at: Instant, ways_m: Sequence[float] | None = None) -> Case:
        """Return an incident of which everybody is told at `at`.

        `ways_m` puts the first so many responders at other distances, and tells only them.
        """
        events: list[Event] = []
        note = events.append
        volunteer = police = closed = None
        shared = mood(ALARM, self._chance)
        ways = self._ways if ways_m is None else ways_m
        assert len(ways) <= len(self._people), "a way for everybody, and nobody invented"
        for (name, react, able_until), way in zip(self._people, ways, strict=False):
            delivered, answer, answered, arrives, secures = react(way, shared)
            note((at + delivered, DELIVERED, name))
            if answer is not None:
                note((at + answered, answer, name))
            if arrives is None:
                continue
            there = at + arrives
            note((there, ARRIVED, name))
            if there < able_until and (volunteer is None or there < volunteer):
                volunteer = there
            if secures is not None:
                note((at + secures, SECURED, name))
                police = there if police is None or there < police else police
                end = at + secures
                closed = end if closed is None or end < closed else closed
        events.sort(key=_BY_TIME)
        if closed is not None:
            _end(events, closed)
            volunteer = None if volunteer is not None and volunteer > closed else volunteer
        return Case(at, events, volunteer, police, closed)


def _end(events: list[Event], closed: Instant) -> None:
    """Take away what would have come after the end."""
    while events[-1][0] > closed:
        events.pop()
