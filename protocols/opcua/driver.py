"""The client side of one OPC UA server, with a supervisor of its own.

asyncua's `auto_reconnect` is not used: after a second cut it says CONNECTED and stays silent.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from protocols.backoff import Backoff
from protocols.commanding import carry_out, ended, time_left
from protocols.interfaces import DriverError, Link, LinkLostError, NoAnswerError, Sink
from protocols.model import Write
from protocols.opcua.library_log import hush
from protocols.opcua.session import Session
from protocols.opcua.subscription import Batch
from protocols.opcua.writing import write_once
from protocols.reporting import Reporter
from protocols.silence import monotonic
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import Duration, in_seconds, milliseconds
from twins.observation import Quality, Value
from twins.streams import Streams

LOOK_AGAIN = 0.1
"""Seconds between two looks at a silence that has already been reported."""

PATIENCE: Duration = milliseconds(500)
"""How long after `not_after` the answer to a write is still waited for."""

log = structlog.get_logger()


class OpcuaDriver:
    """Keeps one server subscribed and reports its devices' points to a sink."""

    def __init__(self, link: Link, sink: Sink, clock: Clock, streams: Streams) -> None:
        self._link = link
        self._clock = clock
        self._devices = {device.id: device for device in link.devices}
        self._reporter = Reporter(link.devices, sink, clock)
        self._backoff = Backoff(stream=streams.stream("opcua", link.url, "backoff"))
        self._session: Session | None = None
        self._reason = "never connected"
        self._up: bool | None = None
        self._silent: set[str] = set()
        self._commanding = {device.id: asyncio.Lock() for device in link.devices}

    async def run(self) -> None:
        """Keep the link alive until cancelled; see `protocols.interfaces.Driver`."""
        hush()
        self._reporter.start(monotonic())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_silence())
            tasks.create_task(self._stay_connected())

    async def execute(self, command: Command) -> CommandEnded:
        """Carry out a command at most once; see `protocols.interfaces.Driver`."""
        device = self._devices.get(command.device)
        if device is None:
            return ended(command, CommandResult.REFUSED, f"{command.device} is not on this link")
        lane = self._commanding[device.id]
        try:
            async with asyncio.timeout(time_left(self._clock, command.not_after)):
                await lane.acquire()
        except TimeoutError:
            return ended(command, CommandResult.NOT_EXECUTED, "its time was over before its turn")
        try:
            return await carry_out(
                command,
                device,
                self._clock,
                put=partial(self._put, command),
                read=partial(self._read_back, device.id),
            )
        finally:
            lane.release()

    async def _put(self, command: Command, write: Write) -> None:
        if self._session is None:
            raise LinkLostError(f"no link: {self._reason}")
        try:
            async with asyncio.timeout(time_left(self._clock, command.not_after + PATIENCE)):
                await write_once(self._session, command.device, write)
        except TimeoutError:
            raise NoAnswerError("no answer to the write") from None

    async def _read_back(self, device: str, points: Sequence[str]) -> Mapping[str, Value]:
        if self._session is None:
            raise LinkLostError(f"no link: {self._reason}")
        readings = await self._session.read(device, points)
        return {
            name: value for name, (value, quality, _) in readings.items() if quality is Quality.GOOD
        }

    async def _stay_connected(self) -> None:
        generation = 0
        while True:
            generation += 1
            await self._live(Session(self._link, generation))
            await asyncio.sleep(in_seconds(self._backoff.lost(monotonic())))

    async def _live(self, session: Session) -> None:
        """Open one session and use it up."""
        try:
            await session.open()
            self._connected(session)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.watch())
                tasks.create_task(session.keep_reading())
                tasks.create_task(self._take_all(session))
        except* DriverError as group:
            self._lost(str(_first(group)))
        finally:
            self._session = None
            await session.close()

    def _connected(self, session: Session) -> None:
        self._session = session
        self._backoff.connected(monotonic())
        self._up = True
        log.info("driver.connected", link=self._link.url, generation=session.generation)

    def _lost(self, reason: str) -> None:
        self._reason = reason
        if self._up is not False:
            self._up = False
            log.info("driver.lost", link=self._link.url, reason=reason)

    async def _take_all(self, session: Session) -> None:
        while True:
            self._take(await session.batches.get())

    def _take(self, batch: Batch) -> None:
        now = monotonic()
        for device, rounds in batch.items():
            self._silent.discard(device)
            for stamped in rounds:
                readings = {point: reading for point, (reading, _) in stamped.items()}
                times = {point: at for point, (_, at) in stamped.items() if at is not None}
                self._reporter.readings(device, readings, now, times)

    async def _watch_silence(self) -> None:
        """Mark a device bad once it is silent for longer than it may; only new readings undo it."""
        while True:
            now = monotonic()
            for device in self._reporter.overdue(now):
                if device not in self._silent:
                    self._silent.add(device)
                    self._reporter.lost(device, self._cause(device))
            due = self._reporter.next_overdue()
            left = LOOK_AGAIN if due is None or due <= now else in_seconds(due - now)
            await asyncio.sleep(left)

    def _cause(self, device: str) -> str:
        silence = f"silent for {in_seconds(self._devices[device].lost_after):g} s"
        return silence if self._up else f"{silence}: {self._reason}"


def _first(group: BaseExceptionGroup[DriverError]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
