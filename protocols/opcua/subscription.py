"""The subscription of one session: what is asked of the server, and what its publishes mean."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog
from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.ua.attribute_ids import AttributeIds

from protocols.interfaces import ConnectedDevice, Link, MalformedError
from protocols.opcua.codec import Stamped, stamped_of, status_name
from protocols.opcua.nodes import Target
from twins.instant import MILLISECOND

KEEPALIVE_COUNT = 5
"""Publishing intervals without news until the server says that it lives. asyncua's own default,
4500, leaves a dropped subscription unnoticed for 11 minutes (computed from its source)."""

LIFETIME_COUNT = 100
"""Publishing intervals without a request from us until the server drops the subscription."""

SILENCE = 1.5
"""Seconds without any publish that end a session: three keep-alives at 100 ms."""

LEAST_QUEUE = 10
"""At 1, which most servers take for granted, short presses are lost (measured, 14 of 20)."""

_OVERFLOW = 0x0000_0480
"""Information bits of a value whose queue on the server overflowed (OPC 10000-4 §7.39.1)."""

Batch = Mapping[str, Sequence[Mapping[str, Stamped]]]
"""Device → rounds of readings by point; a point that changed twice stands in two rounds."""

log = structlog.get_logger()


def batch_of(devices: Iterable[str], readings: Iterable[tuple[str, str, Stamped]]) -> Batch:
    """Return readings as rounds per device, in order; every device has at least an empty round."""
    rounds: dict[str, list[dict[str, Stamped]]] = {device: [{}] for device in devices}
    counts: dict[tuple[str, str], int] = {}
    for device, point, reading in readings:
        number = counts.get((device, point), 0)
        counts[device, point] = number + 1
        if number == len(rounds[device]):
            rounds[device].append({})
        rounds[device][number][point] = reading
    return rounds


class Subscription:
    """One subscription and its monitored items, each of which stands or falls alone.

    `take` gets every publish as a batch and must not block; `end` is told why no more will come.
    """

    def __init__(
        self,
        link: Link,
        client: UaClient,
        take: Callable[[Batch], None],
        end: Callable[[str], None],
    ) -> None:
        self._link = link
        self._client = client
        self._take = take
        self._end = end
        self._devices: dict[str, ConnectedDevice] = {device.id: device for device in link.devices}
        self._id = ua.IntegerId(0)
        self._items: dict[int, Target] = {}
        self._overflowed: set[str] = set()
        self.silence = SILENCE
        self.published_at = 0.0
        self.refused: dict[tuple[str, str], tuple[Target, str]] = {}

    @property
    def items(self) -> Sequence[Target]:
        """Return what the server agreed to watch."""
        return tuple(self._items.values())

    async def create(self) -> None:
        """Create the subscription at the shortest publishing interval that a device asks for."""
        devices = self._link.devices
        publish = min(device.model.subscription.publish for device in devices) / MILLISECOND
        asked = ua.CreateSubscriptionParameters()
        asked.RequestedPublishingInterval = ua.Double(publish)
        asked.RequestedMaxKeepAliveCount = ua.UInt32(KEEPALIVE_COUNT)
        asked.RequestedLifetimeCount = ua.UInt32(LIFETIME_COUNT)
        asked.PublishingEnabled = True
        self.published_at = asyncio.get_running_loop().time()
        given = await self._client.create_subscription(asked, self._published)
        self._id = given.SubscriptionId
        revised = (given.RevisedPublishingInterval, given.RevisedMaxKeepAliveCount)
        self.silence = max(SILENCE, 3 * revised[0] * revised[1] / 1000)
        if revised != (publish, KEEPALIVE_COUNT):
            log.info("opcua.revised", link=self._link.url, publish=revised[0], keepalive=revised[1])

    async def monitor(self, targets: Sequence[Target]) -> None:
        """Ask to watch these nodes; those refused stand in `refused` with the server's reason."""
        if not targets:
            return
        first = max(self._items, default=0) + 1
        asked = ua.CreateMonitoredItemsParameters()
        asked.SubscriptionId = self._id
        asked.TimestampsToReturn = ua.TimestampsToReturn.Both
        asked.ItemsToCreate = [
            self._item(handle, target) for handle, target in enumerate(targets, first)
        ]
        # Known before the answer comes: the first values may overtake it.
        self._items.update(enumerate(targets, first))
        results = await self._client.create_monitored_items(asked)
        if len(results) != len(targets):
            raise MalformedError(f"{len(targets)} items asked, {len(results)} answered")
        for handle, (target, result) in enumerate(zip(targets, results, strict=True), first):
            key = (target.device, target.point.name)
            self.refused.pop(key, None)
            if not result.StatusCode.is_good():
                del self._items[handle]
                self.refused[key] = (target, status_name(result.StatusCode))
            elif result.RevisedQueueSize < LEAST_QUEUE:
                log.warning(
                    "opcua.revised", link=self._link.url, point=key, queue=result.RevisedQueueSize
                )

    def _item(self, handle: int, target: Target) -> ua.MonitoredItemCreateRequest:
        settings = self._devices[target.device].model.subscription
        item = ua.MonitoredItemCreateRequest()
        item.ItemToMonitor.NodeId = target.node
        item.ItemToMonitor.AttributeId = AttributeIds.Value
        item.MonitoringMode = ua.MonitoringMode.Reporting
        item.RequestedParameters.ClientHandle = ua.IntegerId(handle)
        item.RequestedParameters.SamplingInterval = ua.Duration(settings.sample / MILLISECOND)
        item.RequestedParameters.QueueSize = ua.Counter(max(settings.queue, LEAST_QUEUE))
        item.RequestedParameters.DiscardOldest = True
        return item

    def _published(self, result: ua.PublishResult) -> None:
        self.published_at = asyncio.get_running_loop().time()
        readings: list[tuple[str, str, Stamped]] = []
        for notification in result.NotificationMessage.NotificationData or ():
            if isinstance(notification, ua.DataChangeNotification):
                readings += [
                    self._reading(target, change.Value)
                    for change in notification.MonitoredItems
                    if (target := self._items.get(change.ClientHandle)) is not None
                ]
            elif isinstance(notification, ua.StatusChangeNotification):
                self._end(f"the server ended the subscription: {status_name(notification.Status)}")
        self._take(batch_of(self._devices, readings))

    def _reading(self, target: Target, data: ua.DataValue) -> tuple[str, str, Stamped]:
        if data.StatusCode is not None and data.StatusCode.value & _OVERFLOW == _OVERFLOW:
            self._note_overflow(target)
        return target.device, target.point.name, stamped_of(target.point, data)

    def _note_overflow(self, target: Target) -> None:
        if target.point.at not in self._overflowed:
            self._overflowed.add(target.point.at)
            log.warning("opcua.overflow", device=target.device, point=target.point.name)
