"""One resource of an emulated device: read, observed and written by whoever speaks CoAP."""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiocoap import Message
from aiocoap.error import BadRequest, Forbidden, NotFound, UnallowedMethod, UnsupportedContentFormat
from aiocoap.numbers.codes import (
    CHANGED,
    CONTENT,
    GET,
    NOT_ACCEPTABLE,
    POST,
    SERVICE_UNAVAILABLE,
    VALID,
)
from aiocoap.pipe import Pipe
from aiocoap.resource import Resource

from protocols.coap.address import ResourcePath
from protocols.coap.blockwise import LARGEST_BLOCK, SMALLEST_BLOCK_BYTES, option_of
from protocols.coap.codec import READERS, WRITERS, decode, encode_all
from protocols.coap.formats import TEXT, format_of
from protocols.coap.registration import REGISTER
from protocols.coap.tuning import Notifying
from protocols.interfaces import ConnectedDevice, MalformedError, RefusedError
from protocols.model import Point
from twins.observation import Quality, Value

MAX_AGE = 5
"""Seconds an observed value may be used: short, so that a client soon misses a dead server."""

NUMBERS = 1 << 24
"""Sequence numbers of notifications have 24 bits (RFC 7641 §3.4)."""

MOST_OBSERVERS = 32
"""Observers of one resource; whoever comes later gets the value alone (RFC 7641 §4.1)."""


class Device(Protocol):
    """Who holds the values: the emulator."""

    def value(self, device: str, name: str) -> Value:
        """Return the present value of a point, None where there is none."""
        ...

    async def write(self, device: str, values: Mapping[str, Value]) -> None:
        """Let the device take a write; raises RefusedError where it will not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one way of asking a resource shows: the points of a query, in one format."""

    points: tuple[Point, ...]
    content_format: int


class EmulatedResource(Resource):  # type: ignore[misc]  # aiocoap has no types
    """All points at one path, in one payload as the model describes it.

    Observers are served here and not by aiocoap's ObservableResource, which keeps the latest
    change only and begins to count anew with every registration.
    """

    def __init__(self, device: ConnectedDevice, points: Sequence[Point], holder: Device) -> None:
        super().__init__()
        self.points = tuple(points)
        self.segments = _path(points[0]).segments
        self._device = device
        self._holder = holder
        self._observers: dict[Pipe, View] = {}
        self._number = 0
        self._readable = [point for point in points if not point.command]
        formats = dict.fromkeys(format_of(point) for point in self.points)
        self.ct = " ".join(map(str, formats))
        for content_format in formats:
            self._check(content_format)

    def __str__(self) -> str:
        """Return the path."""
        return "/" + "/".join(self.segments)

    def notify(self) -> None:
        """Send the present values to every observer."""
        self._number = (self._number + 1) % NUMBERS
        for pipe, view in tuple(self._observers.items()):
            self._tell(pipe, view)

    def get_link_description(self) -> dict[str, str | None]:
        """Return the attributes for `.well-known/core` (RFC 6690)."""
        return {"ct": self.ct, **({"obs": None} if self._readable else {})}

    async def needs_blockwise_assembly(self, request: Message) -> bool:
        """Return whether aiocoap puts the blocks of a request together; answers are cut here."""
        return request.code is not GET

    async def render_to_pipe(self, pipe: Pipe) -> None:
        """Answer a request; keep telling an observer until it goes away."""
        request = pipe.request
        observing = request.code is GET and request.opt.observe == REGISTER
        if not observing or not self._readable or len(self._observers) >= MOST_OBSERVERS:
            await super().render_to_pipe(pipe)
            return
        view = self._view(request)
        if view is None:
            await super().render_to_pipe(pipe)
            return
        self._observers[pipe] = view
        try:
            self._tell(pipe, view)
            await asyncio.Event().wait()  # until aiocoap cancels us: RST, new request, no answer
        finally:
            self._observers.pop(pipe, None)

    async def render_get(self, request: Message) -> Message:
        """Return the values, or the block of them that was asked."""
        if not self._readable:
            raise UnallowedMethod
        view = self._view(request)
        if view is None:
            return Message(code=NOT_ACCEPTABLE)
        message = self._content(view)
        if message.opt.etag is not None and message.opt.etag in request.opt.etags:
            return Message(code=VALID, etag=message.opt.etag, max_age=MAX_AGE)
        return _cut(message, request)

    async def render_put(self, request: Message) -> Message:
        """Take values, if the points may be written and the device agrees."""
        return await self._write(request, "PUT")

    async def render_post(self, request: Message) -> Message:
        """Carry out what is described with POST."""
        return await self._write(request, "POST")

    async def _write(self, request: Message, method: str) -> Message:
        query = tuple(request.opt.uri_query)
        points = [
            point
            for point in self.points
            if (point.writable or point.command)
            and _path(point).method == method
            and _path(point).query == query
        ]
        if not points:
            raise UnallowedMethod
        if request.opt.content_format not in (*READERS, None):
            raise UnsupportedContentFormat
        try:
            await self._holder.write(self._device.id, _written(request, points))
        except RefusedError as error:
            raise Forbidden(str(error)) from error
        return Message(code=CHANGED)

    def _view(self, request: Message) -> View | None:
        """Return what a request asks to see, or None where it is in no format we have."""
        query = tuple(request.opt.uri_query)
        points = [point for point in self._readable if _path(point).query == query]
        if not points:
            raise NotFound
        accepted = request.opt.accept
        if accepted is None:
            accepted = format_of(points[0])
        fitting = [point for point in points if format_of(point) == accepted]
        if not fitting and not any(point.content_format for point in points):
            fitting = points  # the description leaves the format to the device: so do we
        if not fitting or accepted not in WRITERS:
            return None
        return View(points=tuple(fitting), content_format=int(accepted))

    def _tell(self, pipe: Pipe, view: View) -> None:
        message = self._content(view)
        if message.code is CONTENT:
            message.opt.observe = self._number
        pipe.add_response(_cut(message, pipe.request), is_last=message.code is not CONTENT)

    def _content(self, view: View) -> Message:
        values = [(point, self._holder.value(self._device.id, point.name)) for point in view.points]
        known = [(point, point.raw_of(value)) for point, value in values if value is not None]
        if not known:
            return Message(code=SERVICE_UNAVAILABLE, transport_tuning=Notifying())
        message = Message(
            code=CONTENT,
            payload=encode_all(known, view.content_format),
            content_format=view.content_format,
            max_age=MAX_AGE,
            transport_tuning=Notifying(),
        )
        if view.content_format != TEXT or len(message.payload) > _size(LARGEST_BLOCK):
            message.opt.etag = zlib.crc32(message.payload).to_bytes(4)
        return message

    def _check(self, content_format: int) -> None:
        """Raise ValueError where the points of a view do not go into one payload."""
        mine = [one for one in self._readable if format_of(one) == content_format]
        by_query: dict[tuple[str, ...], list[Point]] = {}
        for point in mine:
            by_query.setdefault(_path(point).query, []).append(point)
        for points in by_query.values():
            if content_format in WRITERS:
                try:
                    encode_all([(point, _any_raw(point)) for point in points], content_format)
                except ValueError as error:
                    raise ValueError(f"{self._device.id}: {self}: {error}") from error


def emulated_resources(device: ConnectedDevice, holder: Device) -> list[EmulatedResource]:
    """Return the resources of a device; raises ValueError for points that cannot share one."""
    paths: dict[tuple[str, ...], list[Point]] = {}
    for point in (*device.model.points.values(), *device.model.command_points.values()):
        paths.setdefault(_path(point).segments, []).append(point)
    return [EmulatedResource(device, points, holder) for points in paths.values()]


def _written(request: Message, points: Sequence[Point]) -> dict[str, Value]:
    """Return the values that a request writes; raises BadRequest where there is none."""
    values: dict[str, Value] = {}
    reason = ""
    for point in points:
        if not request.payload and request.code is POST and point.wire_type == "bool":
            values[point.name] = True  # an order without arguments
            continue
        try:
            raw = decode(request.payload, request.opt.content_format, point)
        except MalformedError as error:
            reason = str(error)
            continue
        value, quality, reason = point.value_of(raw)
        if quality is Quality.GOOD:
            values[point.name] = value
    if not values:
        raise BadRequest(reason)
    return values


def _cut(message: Message, request: Message) -> Message:
    """Return the block of an answer that was asked, or all of it where it fits into one."""
    asked = request.opt.block2
    exponent = min(asked.size_exponent, LARGEST_BLOCK) if asked is not None else LARGEST_BLOCK
    number = asked.block_number if asked is not None else 0
    size = _size(exponent)
    payload = message.payload
    if message.code is not CONTENT or (len(payload) <= size and not number):
        return message
    if number * size >= len(payload):
        raise BadRequest("there is no such block")
    message.payload = payload[number * size : (number + 1) * size]
    message.opt.block2 = option_of((number, (number + 1) * size < len(payload), exponent))
    return message


def _size(exponent: int) -> int:
    return SMALLEST_BLOCK_BYTES << exponent


def _any_raw(point: Point) -> bool | int | float | str:
    """Return some raw value of a point's type."""
    return "" if point.wire_type == "string" else 0


def _path(point: Point) -> ResourcePath:
    assert isinstance(point.address, ResourcePath)
    return point.address
