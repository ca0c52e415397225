"""The police on an ordinary day: a desk that takes other calls too, cars that are busy, a patrol.

A call about a school takes its turn at the desk; a car leaves its job for it, or the next one free
goes. In the peaks a patrol car may be nearer than the station's.
"""

from collections.abc import Mapping

from simulator.chance import Chance
from simulator.queues.lanes import Lanes, Passage
from simulator.queues.units import Units
from simulator.reactions import ACKNOWLEDGED, Reaction
from twins.instant import SECOND, Duration, Instant, seconds
from twins.school import Responder, Role, School

HOUR_S = 3600.0

TAKES_OVER = (Role.NEXT_SEAT, Role.CENTRE)
"""Who acts where the seat at the station does not."""


class Station:
    """The desk and the cars of one station; calls are made up as far as somebody asks."""

    def __init__(self, name: str, chance: Chance, begins: Instant, cars: int) -> None:
        self._name = name
        self._chance = chance
        self._desk = Lanes(max(1, round(chance.draw(name, "police.desk"))))
        self._cars = Units(max(1, cars), free=begins)
        self._each = range(max(1, cars))
        self._next = begins + self._gap()

    def desk(self, now: Instant) -> Duration:
        """Return how long a notice waits for somebody at the desk."""
        self._catch_up(now)
        return self._answer(now)

    def car(self, now: Instant) -> Duration:
        """Return how long it takes until a car is free, now or by leaving its job."""
        self._catch_up(now)
        breaks_off = self._luck("breaks off") < self._chance.draw(self._name, "police.breaks-off")
        job = self._job()
        if breaks_off and self._cars.busy(now) == len(self._each):
            return 0
        return self._cars.send(now, self._each, job).begins - now

    def _catch_up(self, now: Instant) -> None:
        while self._next <= now:
            at = self._next
            self._next += self._gap()
            self._answer(at)
            nuisance = self._luck("nuisance") < self._chance.draw(self._name, "police.nuisance")
            job = self._job()
            if not nuisance:
                self._cars.send(at, self._each, job)

    def _answer(self, at: Instant) -> Duration:
        passage = self._desk.enter(at, self._chance.delay(self._name, "police.call"))
        assert isinstance(passage, Passage), "the line at the desk has no end"
        return passage.begins - at

    def _gap(self) -> Duration:
        rate = self._chance.draw(self._name, "police.calls") / HOUR_S
        return self._chance.exponential(self._name, "gap of calls", rate)

    def _job(self) -> Duration:
        return seconds(60 * self._chance.draw(self._name, "police.job"))

    def _luck(self, purpose: str) -> float:
        return self._chance.fraction(self._name, purpose)


class PoliceDay:
    """What an ordinary day makes of the reactions at one school."""

    def __init__(
        self, school: School, chance: Chance, day: tuple[Instant, int],
        stations: Mapping[str, Station],
    ) -> None:  # fmt: skip
        self._school = school
        self._chance = chance
        self._midnight, self._weekday = day
        self._stations = stations
        self.uplink_back: Instant = 0
        """Until when no notice leaves the school."""
        self._unheard: set[str] = set()
        """Incidents of which the seat does not act."""
        self.desk_wait: Duration | None = None
        self.car_wait: Duration | None = None

    def adjust(
        self, responder: Responder, reaction: Reaction, incident: str, now: Instant
    ) -> Reaction:
        """Return what a responder does this time in place of what they would do by themselves."""
        down = max(0, self.uplink_back - now)
        reaction = _later(reaction, down, 0)
        reaction = (reaction[0] + down, *reaction[1:])
        if responder.role is Role.STATION:
            return self._station(responder, reaction, incident, now)
        if responder.role in TAKES_OVER and incident in self._unheard:
            lag = self._chance.delay(responder.id, "station.acknowledges")
            return reaction[0], ACKNOWLEDGED, reaction[0] + lag, None, None
        return reaction

    def _station(
        self, responder: Responder, reaction: Reaction, incident: str, now: Instant
    ) -> Reaction:
        station, name = self._stations[responder.id], responder.id
        self.desk_wait, self.car_wait = station.desk(now), station.car(now)
        reaction = _later(reaction, self.desk_wait, self.car_wait)
        delivered, answer, answered, arrives, secures = reaction
        assert arrives is not None, "a station sends a car"
        assert secures is not None, "who comes from it closes the case"
        patrol = answered + self._patrol(name)
        if self._patrols(now) and patrol < arrives:
            secures, arrives = secures - arrives + patrol, patrol
        fails = self._luck(name, "seat") < self._chance.draw(name, "operator.fails")
        if not fails:
            return delivered, answer, answered, arrives, secures
        self._unheard.add(incident)
        step = self._school.escalation[0].after if self._school.escalation else 0
        return delivered, None, 0, arrives + step, secures + step

    def _patrol(self, name: str) -> Duration:
        turns = self._chance.draw(name, "patrol.turns")
        way = self._chance.draw(name, "patrol.way")
        return round((turns + way / self._chance.draw(f"{name} patrol", "travel.car")) * SECOND)

    def _patrols(self, now: Instant) -> bool:
        """Return whether a patrol car is about."""
        name = self._school.id
        luck = self._luck(name, "patrol car")
        share = self._chance.draw(name, "patrols.made") * self._chance.draw(name, "patrol.there")
        since = now - self._midnight
        peak = any(
            self._weekday in one.weekdays and one.start <= since < one.end
            for post in self._school.posts
            for one in post.peaks
        )
        return peak and luck < share

    def _luck(self, name: str, purpose: str) -> float:
        return self._chance.fraction(name, purpose)


def _later(reaction: Reaction, answering: Duration, coming: Duration) -> Reaction:
    """Return a reaction with a later answer, and a still later arrival."""
    delivered, answer, answered, arrives, secures = reaction
    together = answering + coming
    return (
        delivered,
        answer,
        answered + answering,
        None if arrives is None else arrives + together,
        None if secures is None else secures + together,
    )
