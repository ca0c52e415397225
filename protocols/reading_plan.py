"""What a driver will ask of one device and how often, before there is a device: for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from protocols.coap.resources import resource_points
from protocols.coap.watching import CONTROLS_PER_SILENCE
from protocols.interfaces import ConnectedDevice
from protocols.modbus.address import Register
from protocols.modbus.plan import plan
from protocols.model import DeviceModel, Point
from protocols.opcua.rounds import ROUNDS_PER_SILENCE
from twins.instant import SECOND, Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRead:
    """One request that is repeated, or one subscription."""

    what: str
    """In the notation of `at:`: `hr:0-23`, `/3347/0/5500`, or how many nodes."""
    how: Literal["read", "observe", "subscribe", "control read"]
    points: tuple[str, ...]
    every: Duration
    """Between two requests; of a subscription, between two publishes at the most."""
    stale: Duration
    """Oldest that a value gets between two answers while nothing fails."""

    @property
    def requests_per_second(self) -> float:
        """Return how many requests it costs; a subscription publishes, it is not asked."""
        return 0.0 if self.how == "subscribe" else SECOND / self.every


def planned(model: DeviceModel) -> tuple[PlannedRead, ...]:
    """Return everything that is read of one device of a model, alone on its link."""
    device = ConnectedDevice(id=model.name, model=model, lost_after=model.capability.lost_after)
    return PLANS[model.protocol](device) if model.protocol in PLANS else ()


def number_in_frame(point: Point) -> int | None:
    """Return the number that a Modbus frame carries for a point; None on other protocols."""
    return point.address.offset if isinstance(point.address, Register) else None


def _registers(device: ConnectedDevice) -> tuple[PlannedRead, ...]:
    return tuple(
        PlannedRead(
            what=f"{block.table.value}:{block.start}"
            + (f"-{block.end - 1}" if block.count > 1 else ""),
            how="read",
            points=block.points_of(device.id),
            every=block.poll,
            stale=block.poll,
        )
        for block in plan([device])
    )


def _resources(device: ConnectedDevice) -> tuple[PlannedRead, ...]:
    """Return a request per resource; the one that shows life is asked more often."""
    longest = round(device.lost_after / CONTROLS_PER_SILENCE)
    groups = resource_points(device.model)
    observed = [points for points in groups if any(point.observe for point in points)]
    pulse = next(iter(observed or groups), None)
    found = []
    for points in groups:
        registering = (device.lost_after,) if points in observed else ()
        living = (longest,) if points is pulse else ()
        every = min([*(point.poll for point in points), *registering, *living])
        how: Literal["observe", "read"] = "observe" if points in observed else "read"
        names = tuple(point.name for point in points)
        found.append(
            PlannedRead(what=points[0].at, how=how, points=names, every=every, stale=every)
        )
    return tuple(found)


def _nodes(device: ConnectedDevice) -> tuple[PlannedRead, ...]:
    """Return the subscription, and the round of reads that finds what it keeps quiet."""
    settings = device.model.subscription
    names = tuple(device.model.points)
    count = f"{len(names)} nodes"
    fresh = settings.publish + settings.sample
    every = round(device.lost_after / ROUNDS_PER_SILENCE)
    return (
        PlannedRead(what=count, how="subscribe", points=names, every=settings.publish, stale=fresh),
        PlannedRead(what=count, how="control read", points=names, every=every, stale=every),
    )


PLANS: Mapping[str, Callable[[ConnectedDevice], tuple[PlannedRead, ...]]] = {
    "modbus": _registers,
    "coap": _resources,
    "opcua": _nodes,
}
"""Protocol → its plan; the loopback's devices report by themselves."""
