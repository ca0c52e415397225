"""What publishes mean, told by hand: overflows, missing numbers, the end."""

import pytest
from asyncua import ua
from asyncua.ua.status_codes import StatusCodes
from structlog.testing import capture_logs

from protocols.interfaces import Link
from protocols.opcua.nodes import Target
from protocols.opcua.rounds import Item
from protocols.opcua.subscription import LAST_NUMBER, Hands, Subscription
from tests.protocols.opcua_bench import connected, s7

OVERFLOW = 0x0000_0480


class Told:
    def __init__(self):
        self.batches, self.ends, self.gaps = [], [], []
        self.hands = Hands(
            take=self.batches.append, end=self.ends.append, gap=self.gaps.append
        )  # fmt: skip
        device = connected("barrier", s7("barrier"))
        self.subscription = Subscription(
            Link(url="opc.tcp://x:1", devices=(device,)), None, self.hands
        )
        point = device.model.points["closed"]
        target = Target(device="barrier", point=point, node=ua.NodeId("closed", 2))
        self.item = Item(target=target, interval=1, due=0)
        self.subscription._items[1] = self.item

    def publish(self, number, *notifications):
        message = ua.NotificationMessage(
            SequenceNumber=number, NotificationData=list(notifications)
        )
        self.subscription._published(ua.PublishResult(NotificationMessage=message))


def change(value, status=0):
    data = ua.DataValue(ua.Variant(value), StatusCode=ua.StatusCode(status))
    item = ua.MonitoredItemNotification(ClientHandle=1, Value=data)
    return ua.DataChangeNotification(MonitoredItems=[item])


@pytest.fixture
async def told():
    return Told()


async def test_changes_are_told_in_order_each_in_a_round_of_its_own(told):
    both = change(True)
    both.MonitoredItems += change(False).MonitoredItems
    told.publish(1, both)
    (batch,) = told.batches
    values = [readings["closed"][0] for _, readings, _ in batch.rounds]
    assert values == [True, False]
    assert (told.item.fresh, told.item.told.Value.Value) == (True, False)


async def test_messages_with_news_are_counted_and_those_without_bear_the_next_number(told):
    for number, news in ((1, True), (2, False), (2, False), (2, True), (3, False)):
        told.publish(number, *([change(True)] if news else []))
    assert told.gaps == []
    told.publish(5, change(True))
    assert told.gaps == ["message 3 was published and never came"]
    told.publish(6, change(True))
    assert len(told.gaps) == 1


async def test_after_the_last_number_comes_the_first(told):
    told.subscription._next_number = LAST_NUMBER
    told.publish(LAST_NUMBER, change(True))
    told.publish(1, change(False))
    assert told.gaps == []


async def test_a_queue_that_overflowed_is_counted_and_logged_once(told):
    with capture_logs() as logs:
        told.publish(1, change(True, OVERFLOW))
        told.publish(2, change(False, OVERFLOW))
    assert told.subscription.overflows == 2
    assert [line["event"] for line in logs] == ["opcua.overflow"]


async def test_the_server_s_own_word_that_it_is_over_ends_the_session(told):
    status = ua.StatusCode(StatusCodes.BadTimeout)
    told.publish(1, ua.StatusChangeNotification(Status=status))
    assert told.ends == ["the server ended the subscription: BadTimeout"]
