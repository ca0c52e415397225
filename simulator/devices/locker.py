"""Lockers: every door is closed until it is unlocked."""

from simulator.devices.device import SimulatedDevice
from twins.capability import PropertySpec
from twins.observation import Value


class LockerBank(SimulatedDevice):
    """A bank of lockers; an unlocked door springs open at once."""

    def start_value(self, name: str, spec: PropertySpec) -> Value:
        """Return closed for each door."""
        return True if name.endswith(".closed") else super().start_value(name, spec)
