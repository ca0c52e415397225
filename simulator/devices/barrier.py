"""Barrier: it leaves one limit switch at once and reaches the other after its travel."""

from collections.abc import Mapping
from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.instant import Instant
from twins.observation import Value


class TravellingBarrier(SimulatedDevice):
    """A barrier that starts closed. Turned back half way, it needs half the time."""

    START: ClassVar = {"closed": True, "opened": False}

    _journey: int = 0
    """Counts the departures, so that the arrival of an abandoned journey is none."""
    _arrives: Instant = 0
    _target: str = ""

    def take(self, wanted: Mapping[str, Value]) -> Mapping[str, Value]:
        """Depart for the limit switch asked for."""
        target = next((name for name in ("closed", "opened") if wanted.get(name) is True), None)
        if target is None or self.values[target]:
            return {}
        travel = self.chance.delay(self.id, "barrier.travel")
        now = self.timeline.now
        left = self._arrives - now
        if left > 0:
            if target == self._target:
                return {}
            travel -= left  # what was not travelled yet need not be travelled back
        self._journey += 1
        self._target = target
        self._arrives = now + travel
        journey = self._journey
        self.timeline.after(travel, lambda: self._arrive(target, journey))
        return {"closed": False, "opened": False}

    def _arrive(self, target: str, journey: int) -> None:
        if journey == self._journey:
            self.change_values({target: True})
