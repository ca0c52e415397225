"""Environment sensor: temperature and humidity walk slowly about their usual values."""

from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.instant import Duration, seconds

STEP: Duration = seconds(60)
"""Time between two changes (assumed)."""

USUAL = {"temperature": 22.0, "humidity": 60.0}
"""degC and %RH of a gatehouse in September (assumed)."""

PULL = 0.05
"""Share of the distance to the usual value that is made good per step (assumed)."""

SPREAD = {"temperature": 0.2, "humidity": 1.0}
"""Largest random part of one step (assumed)."""


class WanderingEnvironment(SimulatedDevice):
    """A sensor whose values change by tenths, once a minute."""

    START: ClassVar = USUAL

    def live(self) -> None:
        """Begin to wander."""
        self.timeline.after(STEP, self._step)

    def _step(self) -> None:
        wander = {}
        for name, usual in USUAL.items():
            value = float(self.values.get(name) or usual)
            drawn = self.chance.draw(f"{self.id}.{name}", "environment.step")
            wander[name] = round(value + PULL * (usual - value) + SPREAD[name] * drawn, 1)
        self.change_values(wander)
        self.timeline.after(STEP, self._step)
