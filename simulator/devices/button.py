"""一键报警器: the contact is closed while it is pressed, and the device counts the presses."""

from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.instant import Duration, Instant, seconds
from twins.observation import Value

LOW = 20.0
"""Battery in percent below which a button says so, where it can (assumed)."""

HOUR: Duration = seconds(3600)


class OneKeyAlarmButton(SimulatedDevice):
    """A button with or without a counter, on a wire or with a battery.

    In a drill it works as it should; `wear` gives it what happens in ordinary days.
    """

    START: ClassVar = {"battery": 100.0}

    _released: Instant = 0
    _worn = False

    @property
    def dead(self) -> bool:
        """Return whether its battery is empty: a press then closes nothing."""
        return self._battery is not None and self._battery <= 0.0

    def wear(self) -> None:
        """Give it a battery that runs down, and a contact that may stick."""
        self._worn = True
        if self._battery is not None:
            self.change(battery=round(self.chance.draw(self.id, "button.battery"), 1))
            self._drained()

    def press(self, duration: Duration) -> None:
        """Close the contact for a time; a press during a press makes it longer."""
        if self.dead:
            return
        if self._worn and self.chance.fraction(self.id, "sticking") < self.chance.draw(
            self.id, "button.sticks"
        ):
            duration = seconds(60 * self.chance.draw(self.id, "button.freed"))
        until = self.timeline.now + duration
        if not self.values["pressed"]:
            pressed: dict[str, Value] = {"pressed": True}
            if "press_count" in self.values:
                pressed["press_count"] = int(self.values["press_count"] or 0) + 1
            self.change_values(pressed)
        self._released = max(self._released, until)
        self.timeline.at(until, self._release)

    @property
    def _battery(self) -> float | None:
        level = self.values.get("battery")
        return None if level is None else float(level)

    def _drained(self) -> None:
        left = max(0.0, (self._battery or 0.0) - self.chance.draw(self.id, "button.drain"))
        self.change(battery=round(left, 2), low_battery=left < LOW)
        self.timeline.after(HOUR, self._drained)

    def _release(self) -> None:
        if self.timeline.now >= self._released:
            self.change(pressed=False)
