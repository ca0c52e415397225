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
from simulator.queues.lanes import Lanes, Passage
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
    """The pupils in one zone, their number at each change, and the end of their danger.

    As many keep coming as leave - by Little's law, or what the lanes can take where that is less -
    until all are there or the inflow is stopped.
    """

    def __init__(
        self, zone: str, pupils: Pupils, *, lanes: Sequence[WatchedLane], timeline: Timeline,
        chance: Chance,
    ) -> None:  # fmt: skip
        self.zone = zone
        self.counts: list[tuple[Instant, int]] = [(timeline.now, 0)]
        """(instant, pupils in the zone from then on), one entry per change."""
        self.on_safe: Callable[[int], None] | None = None
        """Called once with the number moved in, when the last of them is in."""
        self._standing = pupils.standing
        self._coming = pupils.coming
        self._lanes = lanes
        self._timeline = timeline
        self._chance = chance
        self._line = Lanes(max(len(lanes), 1))
        self._inside: dict[int, None] = {}
        self._held: list[list[int]] = [[] for _ in lanes]
        self._serial = 0
        self._open = True
        self._moved: int | None = None
        for number, lane in enumerate(lanes):
            lane.waiting = (*lane.waiting, partial(self._released, number))

    def live(self) -> None:
        """Put the first pupils there and let others come."""
        for _ in range(self._standing):
            self._arrive(share=self._chance.fraction(self.zone, "pupils.progress"))
        if self._coming and self._lanes:
            self._timeline.after(self._gap(), self._next)

    @property
    def count(self) -> int:
        """Return how many pupils are in the zone."""
        return len(self._inside)

    def keep_away(self) -> None:
        """Stop the inflow: whoever is not there yet turns back."""
        self._open = False

    def move_in(self) -> None:
        """Have a teacher bring everybody in; nobody else comes."""
        self.keep_away()
        self._moved = self.count
        for pupil in tuple(self._inside):
            self._timeline.after(self._walk(), partial(self._leave, pupil))
        self._judge_safe()

    def _gap(self) -> Duration:
        stay = self._chance.mean("pupils.dwell") + self._chance.mean("pupils.lane")
        lanes = self._chance.mean("pupils.lane") / len(self._lanes)
        mean = max(lanes, stay / max(self._standing, 1))
        return seconds(self._chance.draw(self.zone, "pupils.gap") * mean)

    def _next(self) -> None:
        if self._open and self._coming:
            self._coming -= 1
            self._arrive(share=1.0)
            self._timeline.after(self._gap(), self._next)

    def _arrive(self, *, share: float) -> None:
        """Let a pupil enter who has still `share` of the way to the lane to go."""
        self._serial += 1
        pupil = self._serial
        self._inside[pupil] = None
        self._note()
        if not self._lanes:
            return
        dwell = seconds(share * self._chance.draw(self.zone, "pupils.dwell"))
        self._timeline.after(dwell, partial(self._queue, pupil))

    def _queue(self, pupil: int) -> None:
        if pupil not in self._inside:
            return
        service = self._chance.delay(self.zone, "pupils.lane")
        passage = self._line.enter(self._timeline.now, service)
        assert isinstance(passage, Passage), "the line has no end"
        self._timeline.at(passage.ends, partial(self._pass, pupil, passage.lane))

    def _pass(self, pupil: int, lane: int) -> None:
        if pupil not in self._inside:
            return
        if self._lanes[lane].locked:
            self._held[lane].append(pupil)
            return
        self._leave(pupil)
        self._lanes[lane].passed()

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
            del self._inside[pupil]
            self._note()
            self._judge_safe()

    def _note(self) -> None:
        self.counts.append((self._timeline.now, self.count))

    def _judge_safe(self) -> None:
        if self._moved is not None and not self._inside:
            moved, self._moved = self._moved, None
            if self.on_safe is not None:
                self.on_safe(moved)
