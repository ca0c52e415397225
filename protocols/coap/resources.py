"""The resources of a device as its driver sees them: each is asked once for all points in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from aiocoap import Message
from aiocoap.pipe import Pipe

from protocols.coap.address import ResourcePath
from protocols.coap.formats import NUMBERS
from protocols.coap.notifications import Notification
from protocols.coap.observing import LONGEST_REGISTRATION, Freshness
from protocols.coap.registration import Registration
from protocols.deriving import Reading
from protocols.interfaces import ConnectedDevice
from protocols.model import DeviceModel, Point
from twins.instant import Duration, Instant

NO_ACCEPT = "no-accept"
"""Quirk of a device that does not know the Accept option, which it then must refuse."""


@dataclass(slots=True, kw_only=True, eq=False)
class WatchedResource:
    """One resource with all points in it, and how it stands with reading it."""

    path: ResourcePath
    points: tuple[Point, ...]
    accept: int | None
    """Content format to ask for; None leaves it to the device."""
    observed: bool
    poll: Duration
    freshness: Freshness
    registration: Registration = field(init=False)
    followers: tuple["WatchedResource", ...] = ()
    due: Instant = 0
    asked_at: Instant = 0
    """When a registration was last sent."""
    accepted: int = 0
    """Notifications taken, so that an answer knows whether one overtook it."""
    first_block: Message | None = None
    """The notification whose other blocks are still to be fetched."""
    etag: bytes | None = None
    """Of the answer that `readings` came from."""
    readings: dict[str, Reading] = field(default_factory=dict)
    bad: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the points."""
        return tuple(point.name for point in self.points)


def resources_of(
    device: ConnectedDevice,
    on_event: Callable[[WatchedResource, Pipe.Event], None],
    on_notification: Callable[[WatchedResource, Notification], None],
) -> tuple[WatchedResource, ...]:
    """Return a device's resources in the order of its points, observations ready to be made."""
    accepting = NO_ACCEPT not in device.model.quirks
    groups = resource_points(device.model)
    resources = tuple(_resource(device, points, accepting=accepting) for points in groups)
    for resource in resources:
        resource.registration = Registration(
            resource.path,
            resource.accept,
            partial(on_event, resource),
            partial(on_notification, resource),
        )
        resource.followers = tuple(
            other
            for other in resources
            if any(point.follows in resource.names for point in other.points if point.follows)
        )
    return resources


def resource_points(model: DeviceModel) -> tuple[tuple[Point, ...], ...]:
    """Return the points of a model, together where one request brings them.

    Points described in different formats are asked apart, though they share a path.
    """
    groups: dict[tuple[object, ...], list[Point]] = {}
    for point in model.points.values():
        groups.setdefault((*_asked(point), point.content_format), []).append(point)
    return tuple(tuple(points) for points in groups.values())


def _resource(
    device: ConnectedDevice, points: tuple[Point, ...], *, accepting: bool
) -> WatchedResource:
    first = points[0]
    assert isinstance(first.address, ResourcePath)
    described = NUMBERS[first.content_format] if first.content_format else None
    return WatchedResource(
        path=first.address,
        points=points,
        accept=described if accepting else None,
        observed=any(point.observe for point in points),
        poll=min(point.poll for point in points),
        freshness=Freshness(longest=min(LONGEST_REGISTRATION, device.lost_after)),
    )


def _asked(point: Point) -> tuple[object, ...]:
    assert isinstance(point.address, ResourcePath)
    return point.address.segments, point.address.query
