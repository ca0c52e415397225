"""Pupils in the gate zone: they arrive in the peak, pass a lane, and are moved in by a teacher.

What is assumed, besides the parameters: a locked lane lets nobody through; a teacher lets pupils in
past the post although the lanes are locked; the broadcast keeps pupils who are not there yet away,
and does not move those who are there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from simulator.chance import Chance
from simulator.devices.lane import WatchedLane
from simulator.queues.lanes import NEVER, Lanes, Passage
from simulator.timeline import Timeline
from twins.instant import Duration, Instant, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupils:
    """Whom a gate zone has to do with."""

    standing: int
    """In the zone at the start."""
    coming: int
    """On their way to it."""


class GateZone:
    """The pupils in one zone, their number at each change, and the end of their danger."""

    def __init__(
        self, zone: str, *, lanes: Sequence[WatchedLane], timeline: Timeline, chance: Chance
    ) -> None:
        self.zone = zone
        self.counts: list[tuple[Instant, int]] = [(timeline.now, 0)]
        """(instant, pupils in the zone from then on), one entry per change."""
        self.on_safe: Callable[[int], None] | None = None
        """Called once with the number moved in, when the last of them is in."""
        self.on_through: Callable[[], None] | None = None
        """Called for each pupil who is through a lane."""
        self.passages: list[Passage] = []
        """One entry for each pupil who came to the line, in the order of coming."""
        self._lanes = lanes
        self._timeline = timeline
        self._chance = chance
        self._line = Lanes(max(len(lanes), 1))
        self._inside: dict[int, Instant] = {}
        self.stays: list[tuple[Instant, Instant]] = []
        """When each pupil who has left the zone came and left."""
        self._held: list[list[int]] = [[] for _ in lanes]
        self._serial = 0
        self.open = True
        """Whether pupils may still come; who is not there yet turns back once it is not."""
        self._moved: int | None = None
        for number, lane in enumerate(lanes):
            lane.waiting = (*lane.waiting, partial(self._released, number))

    @property
    def count(self) -> int:
        """Return how many pupils are in the zone."""
        return len(self._inside)

    def all_stays(self) -> tuple[tuple[Instant, Instant], ...]:
        """Return when each pupil came and left; who is still there, until now."""
        now = self._timeline.now
        return (*self.stays, *((come, now) for come in self._inside.values()))

    def keep_away(self) -> None:
        """Stop the inflow: whoever is not there yet turns back."""
        self.open = False

    def welcome(self) -> None:
        """Let pupils come again."""
        self.open = True

    def opens_at(self, instant: Instant) -> None:
        """Keep the lanes shut until an instant: who comes before waits outside."""
        lanes = max(len(self._lanes), 1)
        self._line = Lanes(lanes, openings=[[(instant, NEVER)]] * lanes)

    def linger(self, stay: Duration) -> None:
        """Have a pupil stand in the zone for a time without wanting through a lane."""
        pupil = self._enter()
        self._timeline.after(stay, partial(self._leave, pupil))

    def move_in(self) -> None:
        """Have a teacher bring everybody in; nobody else comes."""
        self.keep_away()
        self._moved = self.count
        for pupil in tuple(self._inside):
            self._timeline.after(self._walk(), partial(self._leave, pupil))
        self._judge_safe()

    def arrive(self, *, share: float = 1.0) -> None:
        """Let a pupil enter who has still `share` of the way to the lane to go."""
        pupil = self._enter()
        if not self._lanes:
            return
        dwell = seconds(share * self._chance.draw(self.zone, "pupils.dwell"))
        self._timeline.after(dwell, partial(self._queue, pupil))

    def _enter(self) -> int:
        self._serial += 1
        self._inside[self._serial] = self._timeline.now
        self._note()
        return self._serial

    def _queue(self, pupil: int) -> None:
        if pupil not in self._inside:
            return
        service = self._chance.delay(self.zone, "pupils.lane")
        passage = self._line.enter(self._timeline.now, service)
        assert isinstance(passage, Passage), "the line has no end"
        self.passages.append(passage)
        self._timeline.at(passage.ends, partial(self._pass, pupil, passage.lane))

    def _pass(self, pupil: int, lane: int) -> None:
        if pupil not in self._inside:
            return
        if self._lanes[lane].locked:
            self._held[lane].append(pupil)
            return
        self._leave(pupil)
        self._lanes[lane].passed()
        if self.on_through is not None:
            self.on_through()

    def _released(self, lane: int) -> None:
        held, self._held[lane] = self._held[lane], []
        for pupil in held:
            self._queue(pupil)

    def _walk(self) -> Duration:
        heed = self._chance.draw(self.zone, "pupils.heed")
        way = self._chance.draw(self.zone, "pupils.way")
        return seconds(heed + way / self._chance.draw(self.zone, "pupils.walk"))

    def _leave(self, pupil: int) -> None:
        if pupil in self._inside:
            self.stays.append((self._inside.pop(pupil), self._timeline.now))
            self._note()
            self._judge_safe()

    def _note(self) -> None:
        self.counts.append((self._timeline.now, self.count))

    def _judge_safe(self) -> None:
        if self._moved is not None and not self._inside:
            moved, self._moved = self._moved, None
            if self.on_safe is not None:
                self.on_safe(moved)


class PeakInflow:
    """The peak of a drill: as many keep coming to a zone as leave it, until all are there.

    By Little's law, or what the lanes can take where that is less.
    """

    def __init__(
        self, zone: GateZone, pupils: Pupils, *, lanes: int, timeline: Timeline, chance: Chance
    ) -> None:
        self._zone = zone
        self._standing = pupils.standing
        self._coming = pupils.coming if lanes else 0
        self._lanes = lanes
        self._timeline = timeline
        self._chance = chance

    def live(self) -> None:
        """Put the first pupils there and let others come."""
        for _ in range(self._standing):
            self._zone.arrive(share=self._chance.fraction(self._zone.zone, "pupils.progress"))
        if self._coming:
            self._timeline.after(self._gap(), self._next)

    def _gap(self) -> Duration:
        stay = self._chance.mean("pupils.dwell") + self._chance.mean("pupils.lane")
        lanes = self._chance.mean("pupils.lane") / self._lanes
        mean = max(lanes, stay / max(self._standing, 1))
        return seconds(self._chance.draw(self._zone.zone, "pupils.gap") * mean)

    def _next(self) -> None:
        if self._zone.open and self._coming:
            self._coming -= 1
            self._zone.arrive()
            self._timeline.after(self._gap(), self._next)
