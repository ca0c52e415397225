"""Lane and loudspeaker: levels that people react to."""

from collections.abc import Callable, Mapping

from simulator.devices.device import SimulatedDevice
from twins.observation import Value


class WatchedLane(SimulatedDevice):
    """A lane with its lock and, where the product has one, its count of passages."""

    waiting: tuple[Callable[[], None], ...] = ()
    """Told when the lane is released."""

    @property
    def locked(self) -> bool:
        """Return whether nobody gets through."""
        return self.values.get("locked") is True

    def take(self, wanted: Mapping[str, Value]) -> Mapping[str, Value]:
        """Lock or release; whoever waits is told of a release as soon as it is so."""
        if wanted.get("locked") is False and self.locked:
            for one in self.waiting:
                self.timeline.after(0, one)
        return wanted

    def passed(self) -> None:
        """Count one person through."""
        if "passages" in self.values:
            self.change(passages=int(self.values["passages"] or 0) + 1)


class HeardLoudspeaker(SimulatedDevice):
    """A loudspeaker with one prepared message."""

    on_play: Callable[[], None] | None = None
    """Told when the message plays."""

    def take(self, wanted: Mapping[str, Value]) -> Mapping[str, Value]:
        """Play or stop; whoever stands there hears it as soon as it plays."""
        if wanted.get("playing") is True and self.on_play is not None:
            self.timeline.after(0, self.on_play)
        return wanted
