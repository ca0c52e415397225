"""Devices that begin in good order and then hold what is asked of them or done to them."""

from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.capability import PropertySpec
from twins.observation import Value


class OnlineTerminal(SimulatedDevice):
    """A console or terminal that is switched on and signed on to nobody."""

    START: ClassVar = {"online": True}


class IdleIntercom(SimulatedDevice):
    """An intercom on which nobody calls."""

    START: ClassVar = {"online": True, "call": "idle"}


class ChargedSupply(SimulatedDevice):
    """A UPS on mains with a full battery; half an hour of it, as in drill D07."""

    START: ClassVar = {"mains": True, "charge": 100.0, "minutes_left": 30.0, "temperature": 25.0}

    def lose_mains(self) -> None:
        """Run on the battery."""
        self.change(mains=False)

    def regain_mains(self) -> None:
        """Run on mains again."""
        self.change(mains=True)


class QuietLink(SimulatedDevice):
    """A network link that is up on its primary path."""

    START: ClassVar = {"up": True, "path": "primary", "signal": -70.0}
    """The signal strength is assumed: a usual value of a fair mobile link."""

    def fail(self) -> None:
        """Lose the way out."""
        self.change(up=False, path="none")

    def switch(self) -> None:
        """Take the second path."""
        self.change(up=True, path="secondary")

    def recover(self) -> None:
        """Go back to the first path."""
        self.change(up=True, path="primary")


class FullCabinet(SimulatedDevice):
    """A closed tool cabinet with every tool in its slot."""

    def start_value(self, name: str, spec: PropertySpec) -> Value:
        """Return closed for the door and present for each slot."""
        return True if spec.type == "boolean" else super().start_value(name, spec)
