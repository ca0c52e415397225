"""一键报警器: the contact is closed while it is pressed, and the device counts the presses."""

from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.instant import Duration, Instant
from twins.observation import Value


class OneKeyAlarmButton(SimulatedDevice):
    """A button with or without a counter; a battery, where it has one, is full."""

    START: ClassVar = {"battery": 100.0}

    _released: Instant = 0

    def press(self, duration: Duration) -> None:
        """Close the contact for a time; a press during a press makes it longer."""
        until = self.timeline.now + duration
        if not self.values["pressed"]:
            pressed: dict[str, Value] = {"pressed": True}
            if "press_count" in self.values:
                pressed["press_count"] = int(self.values["press_count"] or 0) + 1
            self.change_values(pressed)
        self._released = max(self._released, until)
        self.timeline.at(until, self._release)

    def _release(self) -> None:
        if self.timeline.now >= self._released:
            self.change(pressed=False)
