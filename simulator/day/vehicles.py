"""Vehicles are let in at the barrier; one that meets pupils there is a conflict (R27)."""

from collections.abc import Generator

import simpy

from simulator.day.crowd import Crowd
from simulator.day.scene import Scene
from simulator.day.visitors import OFFICE_HOURS
from twins.instant import Duration, seconds

PATIENCE: Duration = seconds(10)
"""How long a guard waits for the barrier before the vehicle is asked to wait (assumed)."""


class Vehicles:
    """Deliveries through the first vehicle lane."""

    def __init__(self, scene: Scene, crowd: Crowd) -> None:
        self._scene = scene
        self._crowd = crowd
        lanes = [one for one in scene.world.school.lanes if one.kind == "vehicle"]
        self._barrier = lanes[0].device if lanes else ""

    def live(self) -> None:
        """Have vehicles come through the office hours."""
        if not self._barrier:
            return
        midnight = self._scene.times.midnight
        begin, end = (midnight + seconds(3600 * hour) for hour in OFFICE_HOURS)
        rate = self._scene.chance.draw(self._barrier, "deliveries.per-day")
        self._scene.poisson(
            self._barrier, "vehicles", per_second=rate / (end - begin) * 1e9, span=(begin, end),
            do=lambda: self._scene.timeline.process(self._pass()),
        )  # fmt: skip

    def _pass(self) -> Generator[simpy.Event, object, None]:
        self._scene.ask(self._barrier, "open", "a delivery", patience=PATIENCE)
        yield self._scene.timeline.wait(PATIENCE)
        barrier = self._scene.world.devices[self._barrier]
        if barrier.values.get("opened") is not True:
            return
        self._scene.tally.vehicles += 1
        if self._crowd.zone is not None and self._crowd.zone.count:
            self._scene.tally.conflicts += 1
        yield self._scene.timeline.wait(self._scene.chance.delay(self._barrier, "vehicle.passes"))
        self._scene.ask(self._barrier, "close", "a delivery", patience=PATIENCE)
