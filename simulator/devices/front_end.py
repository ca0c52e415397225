"""Recognition front ends: what was seen is published first, its number with it and last."""

from typing import ClassVar

from simulator.devices.device import SimulatedDevice
from twins.observation import Value


class FaceFrontEnd(SimulatedDevice):
    """A front end that compares faces with a list; ids are opaque and synthetic."""

    START: ClassVar = {"online": True, "quality": 1.0, "liveness": True}

    def hit(
        self, subject: str, score: float, *, on: str, quality: float = 1.0, alive: bool = True
    ) -> None:
        """Tell that somebody on the list `on` was recognised with a score of 0 to 1."""
        told: dict[str, Value] = {
            "subject": subject,
            "list": on,
            "score": score,
            "quality": quality,
            "liveness": alive,
            "hits": int(self.values["hits"] or 0) + 1,
        }
        self.change_values(told)


class EventFrontEnd(SimulatedDevice):
    """A front end that recognises events: a knife, a fight, a crowd, a loiterer, a vehicle."""

    START: ClassVar = {"online": True, "class": "none"}

    def see(self, event: str, score: float) -> None:
        """Tell that an event of this class was recognised with a score of 0 to 1."""
        count = int(self.values["events"] or 0) + 1
        self.change_values({"class": event, "score": score, "events": count})
