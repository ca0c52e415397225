"""The device side of one OPC UA server: a node for every described point, on a real socket."""

from collections.abc import Mapping
from dataclasses import replace

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.binary_server_asyncio import BinaryServer
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds

from protocols.faults import Faults
from protocols.interfaces import Link, OnWrite
from protocols.opcua.building import Building, build
from protocols.opcua.core_server import CoreServer
from protocols.opcua.faults import POSSIBLE, ServerFaults
from protocols.opcua.library_log import hush
from protocols.opcua.outside import Attributes
from protocols.opcua.raising import Alarms
from protocols.opcua.security import guard
from protocols.opcua.settings import settings_of
from twins.observation import Value

URI = "urn:gatehouse:emulator"
"""Application URI, and namespace of the objects that group a device's variables."""

DECOY = "urn:gatehouse:emulator:other"
"""Beginning of the URIs of namespaces that are none of ours."""

MOST_CHUNKS = 17
LARGEST_MESSAGE = 1_048_576
"""Bytes; asyncua would take 100 MB from anybody."""


class OpcuaEmulator:
    """Answers for all devices of a link, to whom its settings let in: by default to anybody.

    Only described points exist beside the standard nodes, and only writable and command points
    can be written.
    """

    def __init__(self, link: Link, on_write: OnWrite) -> None:
        self._link = link
        self._on_write = on_write
        self._core = CoreServer()
        self._server: Server | None = None
        self._settings = settings_of(link.settings)
        self._building = Building(targets={})
        self._alarms = Alarms(self._core, ())
        self._values: dict[str, dict[str, Value]] = {}
        self._url = link.url

    async def start(self) -> str:
        """Build the nodes, begin to answer and return the URL with the real port."""
        await self._begin(shifted=0)
        return self._url

    async def _begin(self, shifted: int) -> None:
        hush()
        server = Server(iserver=self._core)
        server.set_server_name("Gatehouse emulator")
        server.limits.max_chunk_count = MOST_CHUNKS
        server.limits.max_message_size = LARGEST_MESSAGE
        await server.init()
        await server.set_application_uri(URI)
        await guard(server, self._settings)
        server.set_endpoint(self._link.url)
        for number in range(shifted):
            await server.register_namespace(f"{DECOY}-{number + 1}")
        self._building = await build(server, self._link.devices, self._written)
        self._core.attribute_service = Attributes(
            self._core.aspace, tuple(self._building.targets.values()), self._written
        )
        self._alarms = Alarms(self._core, tuple(self._building.targets.values()))
        await server.start()
        self._server = server
        self._url = self._name_port(server)

    async def stop(self) -> None:
        """Stop answering and free the port."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.stop()

    def disturb(self, faults: ServerFaults) -> None:
        """Go wrong from now on as told; `ServerFaults()` mends it."""
        trouble = self._core.trouble
        trouble.unwatched = frozenset(self._building.targets[key].node for key in faults.refused)
        trouble.become(faults)

    def misbehave(self, faults: Faults | None) -> None:
        """Have requests go wrong by a seed from now on; raises ValueError for what cannot be."""
        impossible = sorted(set(faults.odds if faults is not None else ()) - POSSIBLE)
        if impossible:
            raise ValueError(f"an OPC UA server cannot do this: {', '.join(impossible)}")
        self._core.trouble.requests = faults

    async def spoil(self, device: str, point: str, status: int) -> None:
        """Have a point answer with a status code and no value until it is published again."""
        node = self._building.targets[device, point].node
        spoilt = ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(status)))
        await Node(self._core.isession, node).write_value(spoilt)

    async def restart(self, *, shifted: int = 0) -> None:
        """Start anew as after a power failure, with so many more namespaces before our own.

        Every client is forgotten; port and values stay. The nodes that now have our old numbers
        hold what nobody may take for ours.
        """
        assert self._server is not None, "not started"
        url = self._url
        await self.stop()
        self._core = CoreServer()
        self._link = replace(self._link, url=url)
        await self._begin(shifted)
        for device, values in self._values.items():
            await self.publish(device, values)

    async def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Change values; None makes a point answer with a status and no value."""
        self._values.setdefault(device, {}).update(values)
        for name, value in values.items():
            target = self._building.targets[device, name]
            if target.point.condition is not None:
                if value is not None:
                    await self._alarms.show(target, target.point.raw_of(value))
                continue
            stored = self._building.stored(target, value)
            if (device, name) in self._core.trouble.now.deaf:
                self._core.aspace[target.node].attributes[AttributeIds.Value].value = stored
            else:
                await Node(self._core.isession, target.node).write_value(stored)

    async def cut(self) -> None:
        """Close the port and every connection, and forget all clients; values stay."""
        await self._socket().stop()
        await self._core.forget_clients()

    async def restore(self) -> None:
        """Answer again on the same port."""
        await self._socket().start()

    def _socket(self) -> BinaryServer:
        assert self._server is not None, "not started"
        assert self._server.bserver is not None, "not started"
        return self._server.bserver

    async def _written(self, device: str, values: Mapping[str, Value]) -> None:
        await self.publish(device, await self._on_write(device, values))

    def _name_port(self, server: Server) -> str:
        """Put the port that was found into every endpoint and return the URL."""
        assert server.bserver is not None
        host, asked = self._link.address
        url = self._link.url.replace(f"{host}:{asked}", f"{host}:{server.bserver.port}", 1)
        for endpoint in self._core.endpoints:
            endpoint.EndpointUrl = url
            endpoint.Server.DiscoveryUrls = [url]
        return url
