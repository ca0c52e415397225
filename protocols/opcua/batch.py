"""What one publish or one answer says, in the order in which it is to be reported."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from protocols.deriving import Reading
from protocols.opcua.codec import Stamped
from twins.instant import Instant


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one answer or one publish says: readings in rounds, in order.

    A point that changed twice stands in two rounds of its device.
    """

    rounds: list[tuple[str, dict[str, Reading], dict[str, Instant]]] = field(default_factory=list)
    """Device, readings by point, and the device's own stamps where it gives any."""
    _latest: dict[str, tuple[dict[str, Reading], dict[str, Instant]]] = field(default_factory=dict)

    def add(self, device: str, point: str, stamped: Stamped) -> None:
        """Add one reading."""
        latest = self._latest.get(device)
        if latest is None or point in latest[0]:
            latest = self._latest[device] = ({}, {})
            self.rounds.append((device, *latest))
        latest[0][point], stamp = stamped
        if stamp is not None:
            latest[1][point] = stamp


def batch_of(readings: Iterable[tuple[str, str, Stamped]]) -> Batch:
    """Return readings as one batch."""
    batch = Batch()
    for device, point, stamped in readings:
        batch.add(device, point, stamped)
    return batch
