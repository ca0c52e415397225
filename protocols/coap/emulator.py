"""The CoAP emulator: devices that answer on a real UDP socket, from the models the driver uses."""

import asyncio
import socket
from collections.abc import Mapping

from aiocoap import Context
from aiocoap.pipe import Pipe
from aiocoap.resource import Site, WKCResource
from aiocoap.util import hostportjoin

from protocols.coap.emulated import EmulatedResource, emulated_resources
from protocols.coap.faulty import make_faulty
from protocols.coap.protected_site import ProtectedSite
from protocols.coap.protection import Protection, mirrored
from protocols.coap.settings import CoapSettings
from protocols.faults import Faults
from protocols.interfaces import Link, OnWrite
from protocols.starting_values import starting_values
from twins.observation import Value

DIRECTORY = (".well-known", "core")


class Serving(Context):  # type: ignore[misc]  # aiocoap has no types
    """A server that can be closed while requests come in.

    aiocoap cancels the tasks of its requests; one that had not begun would leave a coroutine that
    was never awaited. So no request is begun any more, and those begun get a moment.
    """

    closing = False

    def render_to_pipe(self, pipe: Pipe) -> None:
        """Answer a request, unless it comes too late."""
        if not self.closing:
            super().render_to_pipe(pipe)

    async def close(self) -> None:
        """Close the socket and forget every observer."""
        self.closing = True
        await asyncio.sleep(0)
        await self.shutdown()


class CoapEmulator:
    """Implements `protocols.interfaces.Emulator` for `coap://` links."""

    def __init__(self, link: Link, on_write: OnWrite) -> None:
        self._link = link
        self._on_write = on_write
        self._values = {device.id: dict(starting_values(device.model)) for device in link.devices}
        self._resources: dict[tuple[str, str], EmulatedResource] = {}
        self._context: Serving | None = None
        settings = link.settings
        folder = settings.oscore if isinstance(settings, CoapSettings) else None
        self._protection = Protection(mirrored(folder)) if folder else None
        self._deaf: socket.socket | None = None
        self._address = ("", 0)
        self.faults: Faults | None = None
        """What goes wrong from now on."""

    async def start(self) -> str:
        """Begin to answer; raises OSError where the port is taken, ValueError for a bad link."""
        self._address = _free(*self._link.address)
        await self._serve()
        return f"coap://{hostportjoin(*self._address)}"

    async def stop(self) -> None:
        """Close the socket: whoever asks again learns that the port is closed."""
        self._stop_being_deaf()
        await self._stop_serving()

    async def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Change values and notify the observers of what differs from before."""
        changed: dict[EmulatedResource, None] = {}
        for name, value in values.items():
            before = self._values[device].get(name)
            self._values[device][name] = value
            resource = self._resources.get((device, name))
            if resource is not None and (before != value or type(before) is not type(value)):
                changed[resource] = None
        for resource in changed:
            resource.notify()

    async def cut(self) -> None:
        """Take every datagram and answer none, as a device does whose radio is out of reach."""
        if self._deaf is None:
            self._deaf = _bound(*self._address, shared=True)
            await self._stop_serving()

    async def restore(self) -> None:
        """Answer again, like a device that has restarted: its observers are forgotten."""
        if self._context is None:
            await self._serve()
        self._stop_being_deaf()

    async def _serve(self) -> None:
        site = Site()
        taken: set[tuple[str, ...]] = set()
        site.add_resource(DIRECTORY, WKCResource(site.get_resources_as_linkheader, impl_info=None))
        for device in self._link.devices:
            for resource in emulated_resources(device, self):
                if resource.segments == DIRECTORY:
                    continue  # what there is, is said by the directory itself
                for point in resource.points:
                    self._resources[device.id, point.name] = resource
                if resource.segments in taken:
                    raise ValueError(f"{device.id}: another device of this host is at {resource}")
                taken.add(resource.segments)
                site.add_resource(resource.segments, resource)
        # simplesocketserver: one IPv4 or IPv6 address, no TCP beside it.
        self._context = await Serving.create_server_context(
            self._guarded(site), bind=self._address, transports=["simplesocketserver"]
        )
        make_faulty(self._context, lambda: self.faults)

    def _guarded(self, site: Site) -> Site | ProtectedSite:
        if self._protection is None:
            return site
        self._protection.open()
        return ProtectedSite(site, self._protection)

    async def _stop_serving(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            await context.close()
        if self._protection is not None:
            self._protection.close()

    def _stop_being_deaf(self) -> None:
        if self._deaf is not None:
            self._deaf.close()
            self._deaf = None

    def value(self, device: str, name: str) -> Value:
        """Return the present value of a point, None where there is none."""
        return self._values[device].get(name)

    async def write(self, device: str, values: Mapping[str, Value]) -> None:
        """Let the device take a write; raises RefusedError where it will not."""
        await self.publish(device, await self._on_write(device, values))


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _free(host: str, port: int) -> tuple[str, int]:
    """Return host and a port that is free: aiocoap shares ports, so a clash would go unseen."""
    with _bound(host.strip("[]"), port, shared=False) as probe:
        found = probe.getsockname()
        return found[0], found[1]
