"""Camera: it is on line, it records, and its own analysis notices who stays too long."""

from collections.abc import Callable
from typing import ClassVar

from simulator.devices.device import SimulatedDevice


class WatchingCamera(SimulatedDevice):
    """A camera whose analysis gives a loitering contact, where the product has one."""

    START: ClassVar = {"online": True, "recording": True, "storage_days": 30.0}

    def watch(self, noticed: Callable[[], None]) -> None:
        """Notice a loiterer after a drawn delay and call `noticed`; never without analysis."""
        if "loitering" not in self.values:
            return

        def notice() -> None:
            self.change(loitering=True)
            noticed()

        self.timeline.after(self.chance.delay(self.id, "camera.notice"), notice)

    def nobody_left(self) -> None:
        """Open the contact: whoever stood there is gone."""
        self.change(loitering=False)
