"""Patrols of the school's own plan: who is not at the gate walks the key places (R39, R44)."""

import math
from functools import partial

from simulator.day.desk import Desk
from simulator.day.scene import GUARD_ID, Scene
from twins.capability import Line
from twins.duty import Patrol, PatrolDone, PatrolKind
from twins.instant import Duration, Instant, seconds

PACE = 0.8
"""Share of its window that a round takes (assumed)."""


class Rounds:
    """Rounds on foot, which take a guard from the desk, and video patrols of the station."""

    def __init__(self, scene: Scene, desk: Desk, guards: int) -> None:
        self._scene = scene
        self._desk = desk
        self._spare = guards - len(scene.package.school.posts)
        self._walking: tuple[Patrol, Instant, Instant] | None = None
        zones = scene.world.school.zones
        self._gate = next((one.id for one in zones if one.line is Line.GATE_FRONT), "")

    def live(self) -> None:
        """Have every patrol made in each of its windows, or not."""
        duty, timeline = self._scene.world.school.duty, self._scene.timeline
        for patrol in duty.patrols if duty is not None else ():
            for window in patrol.windows:
                begin = self._scene.times.midnight + window.start
                if self._scene.times.day.weekday() in window.weekdays and begin >= timeline.now:
                    lasts = round(PACE * (window.end - window.start))
                    timeline.at(begin, partial(self._begin, patrol, lasts))

    def backup(self) -> tuple[Duration, ...]:
        """Return after which delays other guards reach the attacker once the siren sounds."""
        chance, school = self._scene.chance, self._scene.package.school.id
        at_hand = max(0, self._spare - (self._walking is not None))
        found = [chance.delay(f"{school} guard {n}", "guard.backup") for n in range(at_hand)]
        way = self._way()
        if way is not None:
            found.append(seconds(way / chance.draw(f"{school} round", "guard.runs")))
        return tuple(found)

    def _way(self) -> float | None:
        """Return the way in metres of the guard on a round to the gate, None without one."""
        drawing = self._scene.package.design
        if self._walking is None or drawing.coordinates_in != "metres":
            return None
        patrol, begin, end = self._walking
        gone = (self._scene.timeline.now - begin) / max(1, end - begin)
        place = patrol.places[min(int(gone * len(patrol.places)), len(patrol.places) - 1)]
        rings = drawing.zones
        if place not in rings or self._gate not in rings:
            return None
        return math.dist(_middle(rings[place]), _middle(rings[self._gate]))

    def _begin(self, patrol: Patrol, lasts: Duration) -> None:
        chance, name = self._scene.chance, patrol.id
        made = chance.fraction(name, "made") < chance.draw(name, "patrols.made")
        on_foot = patrol.kind is PatrolKind.ROUND and bool(patrol.places)
        if not made or (on_foot and self._spare < 1):
            return
        if on_foot:
            now = self._scene.timeline.now
            self._walking = (patrol, now, now + lasts)
            self._scene.timeline.process(self._desk.away(lasts))
        self._scene.timeline.after(lasts, partial(self._done, patrol))

    def _done(self, patrol: Patrol) -> None:
        if self._walking is not None and self._walking[0] is patrol:
            self._walking = None
        self._scene.tally.patrols += 1
        self._scene.say(PatrolDone(patrol=patrol.id, by=GUARD_ID))


def _middle(ring: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    corners = ring[:-1] or ring
    return (
        sum(east for east, _ in corners) / len(corners),
        sum(north for _, north in corners) / len(corners),
    )
