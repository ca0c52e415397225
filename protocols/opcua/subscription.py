"""The subscription of one session: what is asked of the server, and what its publishes mean."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from protocols.interfaces import Link, MalformedError
from protocols.opcua.agreement import Agreed, AgreedItem
from protocols.opcua.batch import Batch
from protocols.opcua.codec import stamped_of, status_name
from protocols.opcua.conditions import Conditions, events_request, refresh_request
from protocols.opcua.nodes import Target
from protocols.opcua.rounds import Item
from twins.instant import MILLISECOND, milliseconds

KEEPALIVE_COUNT = 5
"""Publishing intervals without news until the server says that it lives. asyncua's own default,
4500, leaves a dropped subscription unnoticed for 11 minutes (computed from its source)."""

LIFETIME_COUNT = 100
"""Publishing intervals without a request from us until the server drops the subscription."""

SILENCE = 1.5
"""Seconds without any publish that end a session: three keep-alives at 100 ms."""

LEAST_QUEUE = 10
"""At 1, which most servers take for granted, short presses are lost (measured, 14 of 20)."""

LAST_NUMBER = 0xFFFF_FFFF
"""Sequence numbers begin again with 1 after this one (OPC 10000-4 §7.22)."""

FILTER_REFUSALS = frozenset(
    (
        StatusCodes.BadMonitoredItemFilterUnsupported,
        StatusCodes.BadMonitoredItemFilterInvalid,
        StatusCodes.BadFilterNotAllowed,
        StatusCodes.BadDeadbandFilterInvalid,
    )
)
"""How servers say that they offer no deadband."""

WITHOUT_SUBSCRIPTIONS = frozenset(
    (
        StatusCodes.BadServiceUnsupported,
        StatusCodes.BadTooManySubscriptions,
        StatusCodes.BadNotImplemented,
        StatusCodes.BadNotSupported,
    )
)
"""Words by which a server says that it will not publish; it is polled instead."""

_CODE = 0xFFFF_0000
"""A status code without its information bits."""

_IN_PROGRESS = StatusCodes.BadRefreshInProgress
"""A refresh is on its way already; what it tells is told to everybody."""

_OVERFLOW = 0x0000_0480
"""Information bits of a value whose queue on the server overflowed (OPC 10000-4 §7.39.1)."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who is told what a subscription brings; none may block."""

    take: Callable[[Batch], None]
    end: Callable[[str], None]
    """The subscription is over, and why."""
    gap: Callable[[str], None]
    """Something was published that never came."""


class Subscription:
    """One subscription and its monitored items, each of which stands or falls alone."""

    def __init__(self, link: Link, client: UaClient, hands: Hands) -> None:
        self._link = link
        self._client = client
        self._hands = hands
        self._models = {device.id: device.model for device in link.devices}
        self._id = ua.IntegerId(0)
        self._items: dict[int, Item] = {}
        self._handle = 0
        self._next_number = 1
        self._events: tuple[int, Conditions] | None = None
        self._overflowed: set[str] = set()
        self._agreed = Agreed(publish_ms=0, keepalive=0, lifetime=0)
        self._agreed_items: dict[int, AgreedItem] = {}
        self.silence = SILENCE
        self.published_at = 0.0
        self.overflows = 0
        """Times that a queue on the server overflowed, so that older values were lost."""

    @property
    def agreed(self) -> Agreed:
        """Return what the server agreed to."""
        return Agreed(
            publish_ms=self._agreed.publish_ms,
            keepalive=self._agreed.keepalive,
            lifetime=self._agreed.lifetime,
            items=tuple(self._agreed_items.values()),
        )

    async def create(self) -> None:
        """Create the subscription at the shortest publishing interval that a device asks for."""
        publish = min(model.subscription.publish for model in self._models.values()) / MILLISECOND
        asked = ua.CreateSubscriptionParameters()
        asked.RequestedPublishingInterval = ua.Double(publish)
        asked.RequestedMaxKeepAliveCount = ua.UInt32(KEEPALIVE_COUNT)
        asked.RequestedLifetimeCount = ua.UInt32(LIFETIME_COUNT)
        asked.PublishingEnabled = True
        self.published_at = asyncio.get_running_loop().time()
        given = await self._client.create_subscription(asked, self._published)
        self._id = given.SubscriptionId
        self._agreed = Agreed(
            publish_ms=given.RevisedPublishingInterval,
            keepalive=given.RevisedMaxKeepAliveCount,
            lifetime=given.RevisedLifetimeCount,
        )
        self.silence = max(SILENCE, 3 * self._agreed.publish_ms * self._agreed.keepalive / 1000)

    async def monitor(self, items: Sequence[Item]) -> Mapping[tuple[str, str], str]:
        """Ask to watch these items; return those refused with the server's reason.

        What is refused for its deadband is asked for once more without.
        """
        refused: dict[tuple[str, str], str] = {}
        asked = list(items)
        for item in asked:
            item.filtered = item.target.server_deadband > 0
        while asked:
            again = []
            for item, status in zip(asked, await self._ask(asked), strict=True):
                if item.filtered and status.value & _CODE in FILTER_REFUSALS:
                    item.filtered = False
                    again.append(item)
                elif not status.is_good():
                    refused[item.target.key] = status_name(status)
            asked = again
        return refused

    async def tell_of(self, conditions: Conditions) -> str:
        """Ask for the server's events; return why it tells of none, or nothing."""
        self._handle += 1
        self._events = self._handle, conditions
        asked = ua.CreateMonitoredItemsParameters()
        asked.SubscriptionId = self._id
        asked.TimestampsToReturn = ua.TimestampsToReturn.Both
        asked.ItemsToCreate = [events_request(self._handle)]
        (result,) = await self._client.create_monitored_items(asked)
        if not result.StatusCode.is_good():
            self._events = None
            return f"the server tells of no events ({status_name(result.StatusCode)})"
        return await self.refresh()

    async def refresh(self) -> str:
        """Have the server tell of every condition that stands; return why it does not, if so."""
        if self._events is None:
            return ""
        (result,) = await self._client.call([refresh_request(self._id)])
        if result.StatusCode.is_good() or result.StatusCode.value & _CODE == _IN_PROGRESS:
            return ""
        return f"the server does not say which conditions stand ({status_name(result.StatusCode)})"

    async def _ask(self, items: Sequence[Item]) -> list[ua.StatusCode]:
        """Ask once for each item and return the server's word on each."""
        first = self._handle + 1
        self._handle += len(items)
        asked = ua.CreateMonitoredItemsParameters()
        asked.SubscriptionId = self._id
        asked.TimestampsToReturn = ua.TimestampsToReturn.Both
        asked.ItemsToCreate = [
            self._request(handle, item) for handle, item in enumerate(items, first)
        ]
        # Known before the answer comes: the first values may overtake it.
        self._items.update(enumerate(items, first))
        results = await self._client.create_monitored_items(asked)
        if len(results) != len(items):
            raise MalformedError(f"{len(items)} items asked, {len(results)} answered")
        for handle, (item, result) in enumerate(zip(items, results, strict=True), first):
            if result.StatusCode.is_good():
                self._note(handle, item, result)
            else:
                del self._items[handle]
        return [result.StatusCode for result in results]

    def _request(self, handle: int, item: Item) -> ua.MonitoredItemCreateRequest:
        settings = self._models[item.target.device].subscription
        point = item.target.point
        asked = ua.MonitoredItemCreateRequest()
        asked.ItemToMonitor.NodeId = item.target.node
        asked.ItemToMonitor.AttributeId = AttributeIds.Value
        asked.MonitoringMode = ua.MonitoringMode.Reporting
        asked.RequestedParameters.ClientHandle = ua.IntegerId(handle)
        sample = settings.sample if point.sample is None else point.sample
        asked.RequestedParameters.SamplingInterval = ua.Duration(sample / MILLISECOND)
        asked.RequestedParameters.QueueSize = ua.Counter(max(settings.queue, LEAST_QUEUE))
        asked.RequestedParameters.DiscardOldest = True
        if item.filtered:
            asked.RequestedParameters.Filter = ua.DataChangeFilter(
                Trigger=ua.DataChangeTrigger.StatusValue,
                DeadbandType=ua.UInt32(ua.DeadbandType.Absolute),
                DeadbandValue=ua.Double(item.target.server_deadband),
            )
        return asked

    def _note(self, handle: int, item: Item, result: ua.MonitoredItemCreateResult) -> None:
        target = item.target
        on_its_way = result.RevisedSamplingInterval + self._agreed.publish_ms
        item.patience = milliseconds(2 * on_its_way)
        self._agreed_items[handle] = AgreedItem(
            device=target.device,
            point=target.point.name,
            sample_ms=result.RevisedSamplingInterval,
            queue=result.RevisedQueueSize,
        )
        if result.RevisedQueueSize < LEAST_QUEUE:
            log.warning(
                "opcua.revised",
                link=self._link.url,
                point=target.key,
                queue=result.RevisedQueueSize,
            )

    def _published(self, result: ua.PublishResult) -> None:
        self.published_at = asyncio.get_running_loop().time()
        message = result.NotificationMessage
        self._count(message.SequenceNumber, news=bool(message.NotificationData))
        batch = Batch()
        for notification in message.NotificationData or ():
            if isinstance(notification, ua.DataChangeNotification):
                self._take_changes(notification, batch)
            elif isinstance(notification, ua.EventNotificationList):
                self._take_events(notification, batch)
            elif isinstance(notification, ua.StatusChangeNotification):
                self._hands.end(
                    f"the server ended the subscription: {status_name(notification.Status)}"
                )
        self._hands.take(batch)

    def _take_changes(self, notification: ua.DataChangeNotification, batch: Batch) -> None:
        for change in notification.MonitoredItems:
            item = self._items.get(change.ClientHandle)
            if item is None:
                continue
            data = change.Value
            item.told = data
            item.fresh = True
            if data.StatusCode is not None and data.StatusCode.value & _OVERFLOW == _OVERFLOW:
                self._note_overflow(item.target)
            target = item.target
            batch.add(
                target.device, target.point.name, stamped_of(target.point, data, target.layouts)
            )

    def _take_events(self, notification: ua.EventNotificationList, batch: Batch) -> None:
        if self._events is None:
            return
        handle, conditions = self._events
        for event in notification.Events:
            if event.ClientHandle == handle:
                for reading in conditions.take(event.EventFields):
                    batch.add(*reading)
        if conditions.events_lost:
            conditions.events_lost = False
            self._hands.gap("the server lost events and says so")

    def _count(self, number: int, *, news: bool) -> None:
        """Notice messages that never came.

        Each has the next number, and one without news the number of the one that will follow
        (OPC 10000-4 §5.14.1.1). None has 0: asyncua makes such a one up when a connection ends.
        """
        if number == 0:
            return
        if number != self._next_number:
            self._hands.gap(f"message {self._next_number} was published and never came")
        self._next_number = number % LAST_NUMBER + 1 if news else number

    def _note_overflow(self, target: Target) -> None:
        self.overflows += 1
        if target.point.at not in self._overflowed:
            self._overflowed.add(target.point.at)
            log.warning("opcua.overflow", device=target.device, point=target.point.name)
