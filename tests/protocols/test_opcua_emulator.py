from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from asyncua import Client, ua
from asyncua.common.node import Node
from asyncua.ua.uaerrors import (
    BadIdentityTokenRejected,
    BadInvalidState,
    BadMessageNotAvailable,
    BadNotWritable,
    BadOutOfRange,
    BadTypeMismatch,
    BadUserAccessDenied,
)

from protocols.interfaces import Link, RefusedError
from tests.protocols.opcua_bench import S7, connected, emulating, s7


@asynccontextmanager
async def visiting(link: Link) -> AsyncIterator[Client]:
    async with Client(link.url) as client:
        yield client


async def member(client: Client, name: str) -> Node:
    index = await client.get_namespace_index(S7)
    return client.get_node(f"ns={index};s={name}")


async def test_any_client_reads_a_member_by_the_vendors_address():
    async with (
        emulating(connected("lane", s7("lane"))) as (emulator, link),
        visiting(link) as client,
    ):
        await emulator.publish("lane", {"passages": 7})
        passages = await member(client, '"Lane1"."Passages"')
        assert await passages.read_value() == 7
        assert await passages.read_data_type_as_variant_type() is ua.VariantType.UInt32


async def test_a_browsing_client_finds_devices_and_their_points():
    async with (
        emulating(connected("east", s7("barrier"))) as (_, link),
        visiting(link) as client,
    ):
        device = await client.nodes.objects.get_child("1:east")
        names = {(await node.read_browse_name()).Name for node in await device.get_children()}
        assert names == {"closed", "opened", "fault", "close", "open"}
        assert (await client.nodes.server_state.read_value()) == ua.ServerState.Running


async def test_the_url_carries_the_port_that_was_found():
    async with emulating(connected("lane", s7("lane"))) as (_, link):
        assert link.address[1] > 0
        endpoints = await Client(link.url).connect_and_get_server_endpoints()
        assert [endpoint.EndpointUrl for endpoint in endpoints] == [link.url]


async def test_nothing_but_what_is_described_can_be_written():
    async with (
        emulating(connected("barrier", s7("barrier"))) as (_, link),
        visiting(link) as client,
    ):
        closed = await member(client, '"Barrier1"."Closed"')
        with pytest.raises(BadNotWritable):
            await closed.write_value(True)
        with pytest.raises(BadNotWritable):
            await client.nodes.namespace_array.write_value(["mine"])
        with pytest.raises(BadNotWritable):
            await closed.write_attribute(
                ua.AttributeIds.AccessLevel, ua.DataValue(ua.Variant(3, ua.VariantType.Byte))
            )
        with pytest.raises(BadUserAccessDenied):
            await client.nodes.objects.add_object(ua.NodeId("mine", 1), "mine")
        assert await closed.read_value() is False


async def test_who_calls_himself_admin_is_not_let_in():
    async with emulating(connected("barrier", s7("barrier"))) as (_, link):
        client = Client(link.url)
        client.set_user("admin")
        client.set_password("admin")
        with pytest.raises(BadIdentityTokenRejected):
            await client.connect()


async def test_a_clients_write_is_told_to_the_device_which_decides():
    told = []

    async def on_write(device, values):
        told.append((device, dict(values)))
        return {"closed": True}

    async with (
        emulating(connected("barrier", s7("barrier")), on_write=on_write) as (_, link),
        visiting(link) as client,
    ):
        bit = await member(client, '"Barrier1"."CmdClose"')
        await bit.write_value(True)
        assert told == [("barrier", {"close": True})]
        assert await (await member(client, '"Barrier1"."Closed"')).read_value() is True
        assert await bit.read_value() is False


async def test_a_refused_write_changes_nothing():
    async def refuse(_device, _values):
        raise RefusedError("locked by hand")

    async with (
        emulating(connected("lane", s7("lane")), on_write=refuse) as (_, link),
        visiting(link) as client,
    ):
        locked = await member(client, '"Lane1"."Locked"')
        with pytest.raises(BadInvalidState):
            await locked.write_value(True)
        assert await locked.read_value() is False


async def test_a_write_of_the_wrong_type_or_range_does_not_reach_the_device():
    async with (
        emulating(connected("lane", s7("lane"))) as (_, link),
        visiting(link) as client,
    ):
        locked = await member(client, '"Lane1"."Locked"')
        with pytest.raises((BadTypeMismatch, BadOutOfRange)):
            await locked.write_value(ua.Variant(1, ua.VariantType.Int32))


async def test_a_request_for_a_message_that_is_gone_is_answered_with_a_fault():
    async with (
        emulating(connected("lane", s7("lane"))) as (_, link),
        visiting(link) as client,
    ):
        parameters = ua.CreateSubscriptionParameters(RequestedPublishingInterval=100)
        made = await client.uaclient.create_subscription(parameters, lambda _: None)
        with pytest.raises(BadMessageNotAvailable):
            await client.uaclient.session.republish(made.SubscriptionId, 99)


async def test_values_outlive_a_cut_and_the_port_stays():
    async with emulating(connected("lane", s7("lane"))) as (emulator, link):
        await emulator.publish("lane", {"passages": 3})
        await emulator.cut()
        with pytest.raises(OSError, match="Connect call failed"):
            await Client(link.url).connect()
        await emulator.publish("lane", {"locked": True})
        await emulator.restore()
        async with visiting(link) as client:
            assert await (await member(client, '"Lane1"."Passages"')).read_value() == 3
            assert await (await member(client, '"Lane1"."Locked"')).read_value() is True


async def test_stopping_twice_is_harmless_and_frees_the_port():
    lane = connected("lane", s7("lane"))
    async with emulating(lane) as (emulator, link):
        await emulator.stop()
        await emulator.stop()
        async with emulating(lane, url=link.url) as (_, again):
            assert again.url == link.url
