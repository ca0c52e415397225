"""Pupils come in a burst before the first lesson and leave after the dismissal bell.

Who comes before the gate opens waits outside: that queue, not the lesson, is what an attacker
finds (Nanping 2010). A pupil who has left waits before the gate to be fetched.
"""

from collections.abc import Callable

from simulator.day.scene import MINUTE, Scene
from simulator.day.yard import Yard
from simulator.pupils import GateZone
from twins.capability import Line
from twins.instant import Instant, seconds


class Crowd:
    """All pupils of a school on one day, through the zone before its gate."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        zones = scene.world.school.zones
        place = next((one.id for one in zones if one.line is Line.GATE_FRONT), None)
        self.zone: GateZone | None = None if place is None else scene.world.open_zone(place)
        """The zone before the gate, or None where the school has drawn none."""
        self._turned = 0
        """Pupils who turned back because the gate was closed."""
        self.yard = Yard(scene.package.school.id, scene.chance)

    def live(self) -> None:
        """Draw when each pupil comes and goes, and have them do so."""
        if self.zone is None:
            return
        self.zone.opens_at(self._scene.times.opens)
        self.zone.on_through = self._through
        comes = sorted(self._arrival() for _ in range(self._scene.package.pupils))
        self._one_by_one(comes, self._come)
        goes = sorted(self._departure() for _ in comes)
        self._one_by_one(goes, self._go)

    def welcome(self) -> None:
        """Let pupils come again after a case is closed."""
        if self.zone is None:
            return
        self.zone.welcome()
        turned, self._turned = self._turned, 0
        for _ in range(turned):
            back = self._scene.chance.draw(self._scene.package.school.id, "pupils.come-back")
            self._scene.timeline.after(seconds(60 * back), self._come)

    def _arrival(self) -> Instant:
        chance, school = self._scene.chance, self._scene.package.school.id
        if chance.fraction(school, "pupils.late") < chance.draw(school, "day.late"):
            return self._scene.times.lesson + seconds(60 * chance.draw(school, "day.lateness"))
        return self._scene.times.lesson - seconds(60 * chance.draw(school, "day.lead"))

    def _departure(self) -> Instant:
        chance, school = self._scene.chance, self._scene.package.school.id
        return self._scene.times.dismissal + seconds(60 * chance.draw(school, "day.release"))

    def _one_by_one(self, instants: list[Instant], do: Callable[[], None]) -> None:
        """Put the first on the timeline; each brings the next, so the schedule stays short."""
        waiting = iter(instants)

        def follow() -> None:
            at = next(waiting, None)
            if at is not None:
                self._scene.timeline.at(max(at, self._scene.timeline.now), happen)

        def happen() -> None:
            do()
            follow()

        follow()

    def _come(self) -> None:
        assert self.zone is not None
        if self.zone.open:
            self._scene.tally.arrived += 1
            self.zone.arrive()
        else:
            self._turned += 1

    def _through(self) -> None:
        now = self._scene.timeline.now
        self.yard.enter(now)
        self._scene.tally.entered_late += now > self._scene.times.lesson

    def _go(self) -> None:
        assert self.zone is not None
        if self.zone.open:
            stay = self._scene.chance.draw(self._scene.package.school.id, "day.pick-up")
            self._scene.tally.fetched += 1
            self.zone.linger(round(stay * MINUTE))
