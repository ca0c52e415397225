"""The client side of one OPC UA server, with a supervisor of its own.

asyncua's `auto_reconnect` is not used: after a second cut it says CONNECTED and stays silent.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from protocols.backoff import Backoff
from protocols.commanding import carry_out_in_turn, ended, time_left
from protocols.interfaces import DriverError, Link, LinkLostError, NoAnswerError, Sink
from protocols.model import Write
from protocols.opcua.agreement import Agreed
from protocols.opcua.batch import Batch
from protocols.opcua.library_log import hush
from protocols.opcua.rounds import DeafError
from protocols.opcua.session import Session
from protocols.opcua.writing import write_once
from protocols.reporting import Reporter
from protocols.silence import SilenceWatch, monotonic
from protocols.turns import Turns
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import Duration, in_seconds, milliseconds
from twins.observation import Quality, Value
from twins.streams import Streams

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
        self._watches = {
            device.id: SilenceWatch(device, self._reporter, link.url) for device in link.devices
        }
        self._backoff = Backoff(stream=streams.stream("opcua", link.url, "backoff"))
        self._session: Session | None = None
        self._reason = "never connected"
        self._up: bool | None = None
        self._deaf: set[tuple[str, str]] = set()
        self._polled: set[tuple[str, str]] = set()
        self._commanding = {device.id: Turns() for device in link.devices}

    @property
    def agreed(self) -> Agreed | None:
        """Return what the server agreed to publish; None unconnected, or where it is polled."""
        return self._session.agreed if self._session is not None else None

    async def run(self) -> None:
        """Keep the link alive until cancelled; see `protocols.interfaces.Driver`."""
        hush()
        async with asyncio.TaskGroup() as tasks:
            for watch in self._watches.values():
                tasks.create_task(watch.watch())
            tasks.create_task(self._stay_connected())

    async def execute(self, command: Command) -> CommandEnded:
        """Carry out a command at most once; see `protocols.interfaces.Driver`."""
        device = self._devices.get(command.device)
        if device is None:
            return ended(command, CommandResult.REFUSED, f"{command.device} is not on this link")
        return await carry_out_in_turn(
            command,
            device,
            self._clock,
            self._commanding[device.id],
            put=partial(self._put, command),
            read=partial(self._read_back, device.id),
        )

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
            await self._live(Session(self._link, generation, frozenset(self._polled)))
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
            self._lost(_first(group))
        finally:
            self._session = None
            await session.close()

    def _connected(self, session: Session) -> None:
        self._session = session
        self._backoff.connected(monotonic())
        self._up = True
        log.info("driver.connected", link=self._link.url, generation=session.generation)
        if session.agreed is not None:
            log.info("opcua.agreed", link=self._link.url, subscription=session.agreed.lines()[0])

    def _lost(self, error: BaseException) -> None:
        self._reason = str(error)
        for watch in self._watches.values():
            watch.reason = self._reason
        if isinstance(error, DeafError):
            self._distrust(error.key)
        if self._up is not False:
            self._up = False
            log.info("driver.link_lost", link=self._link.url, reason=self._reason)

    def _distrust(self, key: tuple[str, str]) -> None:
        """Subscribe a deaf point once more in a new session; after that, poll it."""
        if key in self._deaf:
            self._polled.add(key)
            log.warning("opcua.deaf", link=self._link.url, point=key)
        self._deaf.add(key)

    async def _take_all(self, session: Session) -> None:
        while True:
            self._take(await session.batches.get())

    def _take(self, batch: Batch) -> None:
        for device, readings, stamps in batch.rounds:
            self._reporter.readings(device, readings, stamps)
        self._reporter.heard(tuple(self._devices))
        for watch in self._watches.values():
            watch.heard()


def _first(group: BaseExceptionGroup[DriverError]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
