"""Doors and bollards: they start shut; a bollard travels, and may jam on its way."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.observation import Value


class LockedDoor(SimulatedDevice):
    """A door that starts closed and locked."""

    START: ClassVar = {"closed": True, "locked": True}


class RaisedBollard(SimulatedDevice):
    """A bollard that starts up. Its controller says at once where it is wanted.

    `wear` lets it jam; it then stands between its limit switches until it is moved again.
    """

    START: ClassVar = {"raised": True, "lowered": False, "commanded_up": True}

    _journey: int = 0
    _worn = False

    def wear(self) -> None:
        """Let it jam now and then."""
        self._worn = True

    def take(self, wanted: Mapping[str, Value]) -> Mapping[str, Value]:
        """Leave the one limit switch; the other is reached after the travel."""
        if "raised" not in wanted:
            return wanted
        up = wanted["raised"] is True
        self._journey += 1
        if self.values["raised"] is up and self.values.get("commanded_up", up) is up:
            return {}
        travel = self.chance.delay(self.id, "bollard.travel")
        self.timeline.after(travel, partial(self._arrive, self._journey, up=up))
        return self._known(raised=False, lowered=False, commanded_up=up)

    def _arrive(self, journey: int, *, up: bool) -> None:
        if journey != self._journey:
            return
        if self._worn and self.chance.fraction(self.id, "jam") < self.chance.draw(
            self.id, "bollard.jams"
        ):
            self.change_values(self._known(fault=True))
            return
        self.change_values(self._known(raised=up, lowered=not up, fault=False))

    def _known(self, **values: Value) -> Mapping[str, Value]:
        """Return the values that the product has."""
        return {name: value for name, value in values.items() if name in self.values}
