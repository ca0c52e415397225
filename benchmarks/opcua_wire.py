"""CPU of an OPC UA notification, from the wire to the observation, against bare asyncua's.

    uv run python -m benchmarks.opcua_wire

The server is asyncua's in a process of its own: 320 counters that all change every 100 ms, each
change of which becomes an observation. Bare: asyncua's client with a handler that counts. Decoded:
asyncua's publish loop alone, whose decoding nobody on top of it can save. CPU seconds of this
process alone, median of five, the three in turn.
"""

import argparse
import asyncio
import logging
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from asyncua import Client, Node, Server, ua

from benchmarks.provenance import commit
from gateway.clock import WallClock
from protocols.dialects import DIALECTS
from protocols.interfaces import ConnectedDevice, Link
from protocols.model import DeviceModel, Point
from protocols.opcua.driver import OpcuaDriver
from twins.capability import capabilities
from twins.instant import Instant, seconds
from twins.observation import Observation
from twins.streams import Streams

RUNS = 5
SECONDS = 4.0
DEVICES = 10
COUNTERS = 32
EVERY = 0.1
URI = "urn:gatehouse:benchmark"
LIMIT = 1.3


async def serve() -> None:
    """Answer on any port, say which, and count until killed."""
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(URI)
    nodes = [
        await server.nodes.objects.add_variable(
            ua.NodeId(f"d{device}.c{counter}", index), f"d{device}.c{counter}", 0,
            ua.VariantType.UInt32,
        )
        for device in range(DEVICES) for counter in range(COUNTERS)
    ]  # fmt: skip
    async with server:
        print(server.bserver.port if server.bserver else 0, flush=True)
        count = 0
        due = time.monotonic()
        while True:
            count += 1
            for node in nodes:
                value = ua.DataValue(ua.Variant(count, ua.VariantType.UInt32))
                await server.write_attribute_value(node.nodeid, value)
            due = max(due + EVERY, time.monotonic())
            await asyncio.sleep(max(due - time.monotonic(), 0))


class Counting:
    """asyncua's handler, and our sink: both count what they are given."""

    def __init__(self) -> None:
        self.count = 0

    def datachange_notification(self, node: Node, val: object, data: object) -> None:  # noqa: ARG002
        """Take one notification of asyncua's."""
        self.count += 1

    def observe(self, observations: Sequence[Observation]) -> None:
        """Take observations of ours."""
        self.count += len(observations)

    def heard(self, devices: Sequence[str], at: Instant) -> None:
        """Take a sign of life."""


async def measured(counting: Counting) -> float:
    """Return microseconds of CPU per notification, once all is set up."""
    await asyncio.sleep(1)
    count, cpu = counting.count, time.process_time()
    await asyncio.sleep(SECONDS)
    return (time.process_time() - cpu) / (counting.count - count) * 1e6


async def bare(port: int) -> float:
    """Measure asyncua's own client."""
    counting = Counting()
    async with Client(f"opc.tcp://127.0.0.1:{port}") as client:
        index = await client.get_namespace_index(URI)
        nodes = [
            client.get_node(ua.NodeId(f"d{device}.c{counter}", index))
            for device in range(DEVICES) for counter in range(COUNTERS)
        ]  # fmt: skip
        subscription = await client.create_subscription(100, counting)
        await subscription.subscribe_data_change(nodes, queuesize=10, sampling_interval=50)
        return await measured(counting)


async def decoded(port: int) -> float:
    """Measure asyncua's publish loop with a callback that counts, without its handlers."""
    counting = Counting()
    async with Client(f"opc.tcp://127.0.0.1:{port}") as client:
        index = await client.get_namespace_index(URI)

        def published(result: ua.PublishResult) -> None:
            for notification in result.NotificationMessage.NotificationData or ():
                counting.count += len(notification.MonitoredItems)

        asked = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=100, RequestedLifetimeCount=100,
            RequestedMaxKeepAliveCount=5, PublishingEnabled=True,
        )  # fmt: skip
        given = await client.uaclient.create_subscription(asked, published)
        items = ua.CreateMonitoredItemsParameters(SubscriptionId=given.SubscriptionId)
        for number in range(DEVICES * COUNTERS):
            item = ua.MonitoredItemCreateRequest(MonitoringMode=ua.MonitoringMode.Reporting)
            node = f"d{number // COUNTERS}.c{number % COUNTERS}"
            item.ItemToMonitor.NodeId = ua.NodeId(node, index)
            item.ItemToMonitor.AttributeId = ua.AttributeIds.Value
            item.RequestedParameters.ClientHandle = number
            item.RequestedParameters.QueueSize = 10
            items.ItemsToCreate.append(item)
        await client.uaclient.create_monitored_items(items)
        return await measured(counting)


def model(device: int) -> DeviceModel:
    """Return an I/O module whose counters stand on this server."""
    at = {f"counter{n}": f"b:s=d{device}.c{n}" for n in range(COUNTERS)}
    points = {
        name: Point(
            name=name, at=where, address=DIALECTS["opcua"].parse_address(where),
            value_type="integer", wire_type="u32", minimum=0,
        )
        for name, where in at.items()
    }  # fmt: skip
    return DeviceModel(
        name="benchmark", capability=capabilities()["remote-io"], protocol="opcua", title="",
        source="", points=points, namespaces={"b": URI},
    )  # fmt: skip


async def ours(port: int) -> float:
    """Measure our driver."""
    devices = tuple(
        ConnectedDevice(id=f"module-{n}", model=model(n), lost_after=seconds(10))
        for n in range(DEVICES)
    )
    link = Link(url=f"opc.tcp://127.0.0.1:{port}", devices=devices)
    counting = Counting()
    async with asyncio.TaskGroup() as tasks:
        driver = tasks.create_task(OpcuaDriver(link, counting, WallClock(), Streams(1)).run())
        result = await measured(counting)
        driver.cancel()
    return result


def main() -> None:
    """Run the server beside us and print both figures."""
    command = [sys.executable, "-m", "benchmarks.opcua_wire", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            runs = [[asyncio.run(one(port)) for one in (bare, decoded, ours)] for _ in range(RUNS)]
        finally:
            server.kill()
    others, least, own = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"{platform.machine()}, Python {platform.python_version()}, {commit()}")
    print(f"CPU per notification: bare asyncua {others:.1f} us, ours {own:.1f} us")
    print(f"of which asyncua's decoding and publish loop {least:.1f} us")
    print(f"ratio {own / others:.2f} (limit {LIMIT})")
    sys.exit(own / others > LIMIT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", action="store_true")
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    if parser.parse_args().serve:
        asyncio.run(serve())
    else:
        main()
