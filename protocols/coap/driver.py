"""The CoAP driver: one host, its devices observed and polled, commands put once."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Mapping, Sequence

from aiocoap import Message
from aiocoap.numbers.codes import CHANGED, CONTENT, CREATED, POST, PUT

from protocols.backoff import Backoff
from protocols.coap.address import Method, ResourcePath
from protocols.coap.answers import said
from protocols.coap.codec import written
from protocols.coap.endpoint import Endpoint
from protocols.coap.protection import Protection
from protocols.coap.settings import CoapSettings
from protocols.coap.watching import WatchedDevice
from protocols.commanding import carry_out_in_turn, ended, time_left
from protocols.interfaces import Link, LinkLostError, NoAnswerError, RefusedError, Sink
from protocols.model import Write
from protocols.reporting import Reporter
from protocols.turns import Lane, Turns
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.observation import Value
from twins.streams import Streams

CODES: Mapping[Method, object] = {"PUT": PUT, "POST": POST}

CLIENT_ERROR = 4
"""Class of the answers by which a device says no (RFC 7252 §5.9.2)."""


class CoapDriver:
    """Implements `protocols.interfaces.Driver` for `coap://` links."""

    def __init__(self, link: Link, sink: Sink, clock: Clock, streams: Streams) -> None:
        host, port = link.address
        host = host.strip("[]")
        ipaddress.ip_address(host)  # names would be looked up in the middle of an alarm
        self._clock = clock
        self._reporter = Reporter(link.devices, sink, clock)
        settings = link.settings
        folder = settings.oscore if isinstance(settings, CoapSettings) else None
        self._protection = Protection(folder) if folder else None
        # One socket per device: a device that hangs behind a shared host holds up no other.
        self._endpoints = {
            device.id: Endpoint(host, port, self._protection) for device in link.devices
        }
        self._watched = {
            device.id: WatchedDevice(
                device,
                self._endpoints[device.id],
                self._reporter,
                clock,
                Backoff(stream=streams.stream("coap", device.id, "backoff")),
            )
            for device in link.devices
        }
        self._devices = {device.id: device for device in link.devices}
        self._commanding = {device.id: Turns() for device in link.devices}

    async def run(self) -> None:
        """Keep every device read, observed and watched until cancelled."""
        async with contextlib.AsyncExitStack() as leaving:
            if self._protection is not None:
                self._protection.open()
                leaving.callback(self._protection.close)
            # Each runs whatever another raised: no socket is left open by its neighbour's goodbye.
            for device, watched in self._watched.items():
                leaving.push_async_callback(self._endpoints[device].close)
                leaving.push_async_callback(watched.say_goodbye)
            async with asyncio.TaskGroup() as tasks:
                for watched in self._watched.values():
                    tasks.create_task(watched.watch_silence())
                    tasks.create_task(watched.keep_reading())

    async def execute(self, command: Command) -> CommandEnded:
        """Put once, confirm by reading back; one command at a time per device."""
        device = self._devices.get(command.device)
        if device is None:
            return ended(command, CommandResult.REFUSED, f"no {command.device} behind this link")
        watched = self._watched[device.id]

        async def put(write: Write) -> None:
            watched.require_alive()
            await self._put(write, command)

        async def read(names: Sequence[str]) -> Mapping[str, Value]:
            return {name: await watched.read_back(name) for name in names}

        turns = self._commanding[device.id]
        return await carry_out_in_turn(command, device, self._clock, turns, put=put, read=read)

    async def _put(self, write: Write, command: Command) -> None:
        address = write.point.address
        assert isinstance(address, ResourcePath)
        endpoint = self._endpoints[command.device]
        try:
            content_format, payload = written(write.point, write.value)
        except ValueError as error:
            raise RefusedError(str(error)) from error

        def still() -> None:
            if self._clock.now() > command.not_after:
                raise LinkLostError("it is past its time")

        within = time_left(self._clock, command.not_after)
        async with endpoint.turns.turn(lane=Lane.COMMAND, within=within):
            code = CODES[address.method]
            _judge(await endpoint.write(code, address, payload, content_format, still))


def _judge(answer: Message) -> None:
    """Raise RefusedError where the device said no, NoAnswerError where it did not say yes."""
    if answer.code in (CHANGED, CREATED, CONTENT):
        return
    if answer.code.class_ == CLIENT_ERROR:
        raise RefusedError(said(answer))
    raise NoAnswerError(said(answer))
