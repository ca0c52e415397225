"""Guard-post presence: a guard is there at the start."""

from typing import ClassVar

from simulator.devices.device import SimulatedDevice


class MannedPost(SimulatedDevice):
    """A sensor over a post that is manned when the world begins."""

    START: ClassVar = {"present": True}
