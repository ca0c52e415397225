"""The CoAP emulator: devices that answer on a real UDP socket, from the models the driver uses."""

import asyncio
import socket
from collections.abc import Mapping

from aiocoap import Context, Message
from aiocoap.error import BadRequest, Forbidden, UnallowedMethod, UnsupportedContentFormat
from aiocoap.numbers.codes import CHANGED, CONTENT, GET, SERVICE_UNAVAILABLE
from aiocoap.numbers.constants import TransportTuning
from aiocoap.pipe import Pipe
from aiocoap.resource import Resource, Site, WKCResource
from aiocoap.util import hostportjoin

from protocols.coap.address import ResourcePath
from protocols.coap.codec import READERS, TEXT, decode, encode
from protocols.coap.endpoint import REGISTER
from protocols.interfaces import ConnectedDevice, Link, MalformedError, OnWrite, RefusedError
from protocols.model import Point
from protocols.starting_values import starting_values
from twins.observation import Quality, Value

MAX_AGE = 5
"""Seconds an observed value may be used: short, so that a client soon misses a dead server."""

NUMBERS = 1 << 24
"""Sequence numbers of notifications have 24 bits (RFC 7641 §3.4)."""

MOST_OBSERVERS = 32
"""Observers of one resource; whoever comes later gets the value alone (RFC 7641 §4.1)."""


class Notifying(TransportTuning):  # type: ignore[misc]  # aiocoap has no types
    """Confirmable, repeated after 0.5 s, 1 s, 2 s and 4 s, then the observer counts as gone."""

    ACK_TIMEOUT = 0.5
    MAX_RETRANSMIT = 4
    reliability = True


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
        self._resources: dict[tuple[str, str], PointResource] = {}
        self._context: Serving | None = None
        self._deaf: socket.socket | None = None
        self._address = ("", 0)

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
        """Change values and notify every observer of what differs from before."""
        for name, value in values.items():
            before = self._values[device].get(name)
            self._values[device][name] = value
            resource = self._resources.get((device, name))
            if resource is not None and (before != value or type(before) is not type(value)):
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
        site.add_resource(
            [".well-known", "core"], WKCResource(site.get_resources_as_linkheader, impl_info=None)
        )
        taken: set[ResourcePath] = set()
        for device in self._link.devices:
            for point in (*device.model.points.values(), *device.model.command_points.values()):
                path = point.address
                assert isinstance(path, ResourcePath)
                if path in taken:
                    raise ValueError(f"{device.id}: another point of this host is at {path}")
                taken.add(path)
                resource = PointResource(self, device, point)
                self._resources[device.id, point.name] = resource
                site.add_resource(path.segments, resource)
        # simplesocketserver: one IPv4 or IPv6 address, no TCP beside it.
        self._context = await Serving.create_server_context(
            site, bind=self._address, transports=["simplesocketserver"]
        )

    async def _stop_serving(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            await context.close()

    def _stop_being_deaf(self) -> None:
        if self._deaf is not None:
            self._deaf.close()
            self._deaf = None

    def value(self, device: str, name: str) -> Value:
        """Return the present value of a point, None where there is none."""
        return self._values[device].get(name)

    async def write(self, device: str, name: str, value: Value) -> None:
        """Let the device take a write; raises RefusedError where it will not."""
        await self.publish(device, await self._on_write(device, {name: value}))


class PointResource(Resource):  # type: ignore[misc]  # aiocoap has no types
    """One point as a resource that can be read, observed and, where the model says so, put.

    Observers are served here and not by aiocoap's ObservableResource, which keeps the latest
    change only and begins to count anew with every registration.
    """

    ct = TEXT

    def __init__(self, emulator: CoapEmulator, device: ConnectedDevice, point: Point) -> None:
        super().__init__()
        self._emulator = emulator
        self._device = device
        self._point = point
        self._observers: dict[Pipe, None] = {}
        self._number = 0

    def notify(self) -> None:
        """Send the present value to every observer."""
        self._number = (self._number + 1) % NUMBERS
        for pipe in tuple(self._observers):
            self._tell(pipe)

    def get_link_description(self) -> dict[str, str | None]:
        """Return the attributes for `.well-known/core` (RFC 6690)."""
        return {"ct": str(self.ct), **({} if self._point.command else {"obs": None})}

    async def render_to_pipe(self, pipe: Pipe) -> None:
        """Answer a request; keep telling an observer until it goes away."""
        observing = pipe.request.code is GET and pipe.request.opt.observe == REGISTER
        if not observing or self._point.command or len(self._observers) >= MOST_OBSERVERS:
            await super().render_to_pipe(pipe)
            return
        self._observers[pipe] = None
        try:
            self._tell(pipe)
            await asyncio.Event().wait()  # until aiocoap cancels us: RST, new request, no answer
        finally:
            self._observers.pop(pipe, None)

    async def render_get(self, request: Message) -> Message:  # noqa: ARG002  aiocoap's signature
        """Return the value as plain text."""
        if self._point.command:
            raise UnallowedMethod
        return self._content()

    async def render_put(self, request: Message) -> Message:
        """Take a value, if the point may be written and the device agrees."""
        point = self._point
        if not (point.writable or point.command):
            raise UnallowedMethod
        if request.opt.content_format not in (*READERS, None):
            raise UnsupportedContentFormat
        try:
            raw = decode(request.payload, request.opt.content_format, point)
        except MalformedError as error:
            raise BadRequest(str(error)) from error
        value, quality, cause = point.value_of(raw)
        if quality is not Quality.GOOD:
            raise BadRequest(cause)
        try:
            await self._emulator.write(self._device.id, point.name, value)
        except RefusedError as error:
            raise Forbidden(str(error)) from error
        return Message(code=CHANGED)

    def _tell(self, pipe: Pipe) -> None:
        message = self._content()
        if message.code is CONTENT:
            message.opt.observe = self._number
        pipe.add_response(message, is_last=message.code is not CONTENT)

    def _content(self) -> Message:
        value = self._emulator.value(self._device.id, self._point.name)
        if value is None:
            return Message(code=SERVICE_UNAVAILABLE, transport_tuning=Notifying())
        return Message(
            code=CONTENT,
            payload=encode(self._point.raw_of(value), self._point),
            content_format=TEXT,
            max_age=MAX_AGE,
            transport_tuning=Notifying(),
        )


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
