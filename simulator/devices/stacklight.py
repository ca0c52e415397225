"""Stacklight: of the lamps one is on, whichever is to be shown."""

from collections.abc import Mapping
from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.observation import Value

LAMPS = ("red", "yellow", "green")


class OneLampAtATime(SimulatedDevice):
    """A stacklight that shows green until it is told otherwise."""

    START: ClassVar = {"lamp": "green", "green": True}

    def take(self, wanted: Mapping[str, Value]) -> Mapping[str, Value]:
        """Light the lamp that is asked for and no other."""
        if "lamp" not in wanted:
            return wanted
        lamps = {lamp: wanted["lamp"] == lamp for lamp in LAMPS if lamp in self.values}
        return {**wanted, **lamps}
