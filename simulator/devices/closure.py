"""Doors and bollards: they start shut, and every switch of a bollard follows its travel at once."""

from collections.abc import Mapping
from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.observation import Value


class LockedDoor(SimulatedDevice):
    """A door that starts closed and locked."""

    START: ClassVar = {"closed": True, "locked": True}


class RaisedBollard(SimulatedDevice):
    """A bollard that starts up; its travel takes no time."""

    START: ClassVar = {"raised": True, "lowered": False, "commanded_up": True}

    def take(self, wanted: Mapping[str, Value]) -> Mapping[str, Value]:
        """Raise or lower: both limit switches and the controller agree."""
        if "raised" not in wanted:
            return wanted
        up = wanted["raised"] is True
        state = {"raised": up, "lowered": not up, "commanded_up": up}
        return {name: value for name, value in state.items() if name in self.values}
