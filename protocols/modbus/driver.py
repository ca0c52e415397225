"""The client side of a Modbus link: polls by plan, watches silence, splits what is refused."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from protocols.backoff import Backoff
from protocols.commanding import carry_out_in_turn, ended
from protocols.interfaces import (
    ConnectedDevice,
    DriverError,
    Link,
    LinkLostError,
    MalformedError,
    NoAnswerError,
    Sink,
)
from protocols.modbus.connection import Connection
from protocols.modbus.lines import framing_of
from protocols.modbus.plan import habits_by_unit, plan, plan_of
from protocols.modbus.polling import Hole, Schedule, Turn
from protocols.modbus.reading import readers_of
from protocols.modbus.requests import (
    ACKNOWLEDGE,
    BUSY,
    DEVICE_FAILURE,
    ILLEGAL_ADDRESS,
    ILLEGAL_VALUE,
    ExceptionAnswerError,
    cells_of,
    check_read,
    read_request,
)
from protocols.modbus.settings import settings_of
from protocols.modbus.writing import UNIT_IS_SILENT, Writer
from protocols.model import Write
from protocols.reporting import Reporter
from protocols.silence import SilenceWatch, monotonic
from protocols.turns import Lane, Turns
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import in_seconds
from twins.observation import Quality, Value
from twins.streams import Streams

log = structlog.get_logger()

NOT_NOW = (ACKNOWLEDGE, BUSY)
"""Exceptions by which a device says that it will answer later."""

NOT_ALL_OF_IT = (ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE)
"""Exceptions that may be meant for one address of a block, or for its length: devices with a
shorter longest read answer 2 or 3, some answer 4 for a register that fails."""


class ModbusDriver:
    """Implements `protocols.interfaces.Driver` for every unit behind one address."""

    def __init__(self, link: Link, sink: Sink, clock: Clock, streams: Streams) -> None:
        self._link = link
        self._clock = clock
        self._devices = {device.id: device for device in link.devices}
        self._reporter = Reporter(link.devices, sink, clock)
        self._watches = {
            device.id: SilenceWatch(device, self._reporter, link.url) for device in link.devices
        }
        self._commanding = {device.id: Turns() for device in link.devices}
        self._backoff = Backoff(stream=streams.stream("modbus", link.url, "backoff"))
        self._settings = settings_of(link.settings)
        self._habits = habits_by_unit(link.devices)
        self._settling = max((one.settling for one in self._habits.values()), default=0)
        self._connection: Connection | None = None
        self._writer = Writer(link.url, clock, self._connected)
        self._schedule = Schedule((), 0)
        self._failing: set[str] = set()
        """Blocks that are logged as refused or malformed."""

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Return the cells that devices have refused to have read along, as learnt so far."""
        return tuple(self._schedule.holes)

    async def run(self) -> None:
        """Keep the link alive until cancelled."""
        numbered = framing_of(self._link.scheme).numbered
        told_apart = numbered and all(one.numbered for one in self._habits.values())
        late = 0 if told_apart else self._settings.answer_within
        self._schedule = Schedule(plan(self._link.devices), monotonic(), late=late)
        async with asyncio.TaskGroup() as group:
            for watch in self._watches.values():
                group.create_task(watch.watch())
            group.create_task(self._stay_connected())
            group.create_task(self._writer.run())

    async def execute(self, command: Command) -> CommandEnded:
        """Carry out a command at most once; one at a time per device."""
        device = self._devices.get(command.device)
        if device is None:
            return ended(command, CommandResult.REFUSED, f"no {command.device} behind this link")
        return await carry_out_in_turn(
            command,
            device,
            self._clock,
            self._commanding[device.id],
            put=lambda write: self._put(device, write, command),
            read=lambda names: self._read_back(device, names),
        )

    async def _stay_connected(self) -> None:
        while True:
            connection = Connection(self._link.url, self._settings, self._habits)
            try:
                await connection.open()
                self._backoff.connected(monotonic())
                self._connection = connection
                self._schedule.reconnected(monotonic())
                await self._poll(connection)
            except DriverError as error:
                self._blame(self._devices, str(error))
            finally:
                self._connection = None
                connection.close()
            pause = max(self._backoff.lost(monotonic()), self._settling)
            await asyncio.sleep(in_seconds(pause))

    def _blame(self, devices: Iterable[str], reason: str) -> None:
        """Keep for people why a device is silent, should it stay so."""
        for device in devices:
            self._watches[device].reason = reason

    async def _poll(self, connection: Connection) -> None:
        """Read block after block, each at its time; raises LinkLostError."""
        while True:
            turn = self._schedule.next(monotonic())
            early = turn.due - monotonic()
            if early > 0:
                await asyncio.sleep(in_seconds(early))
            if not connection.connected:
                raise LinkLostError("the connection is gone")
            async with connection.turn(lane=turn.block.lane):
                # While we waited for a command, what is more urgent may have become due.
                turn = self._schedule.next(monotonic())
                self._schedule.taken(turn)
                await self._take_turn(connection, turn)

    async def _take_turn(self, connection: Connection, turn: Turn) -> None:
        block = turn.block
        try:
            seen = check_read(turn.request, await connection.exchange(turn.request))
        except NoAnswerError as error:
            self._unanswered(turn, f"unit {block.unit}: {error}")
            self._schedule.silent(turn, monotonic())
            if self._schedule.connection_in_doubt or not connection.connected:
                raise LinkLostError(str(error)) from error
        except ExceptionAnswerError as error:
            self._excepted(turn, error)
        except MalformedError as error:
            self._failed(turn, str(error), "driver.malformed")
            self._schedule.answered(turn, monotonic())
        else:
            self._report(turn, seen)
            self._answered(turn)

    def _answered(self, turn: Turn) -> None:
        known = len(self._schedule.holes)
        self._schedule.answered(turn, monotonic())
        for hole in self._schedule.holes[known:]:
            log.info("driver.hole", link=self._link.url, hole=str(hole))

    def _excepted(self, turn: Turn, error: ExceptionAnswerError) -> None:
        """Book an exception: some mean a part of the block, a silent unit or another time."""
        now = monotonic()
        if error.code in UNIT_IS_SILENT:
            self._unanswered(turn, str(error))
            self._schedule.silent(turn, now, gateway_answered=True)
        elif error.code in NOT_NOW:
            self._unanswered(turn, str(error))
            self._schedule.busy(turn, now)
        elif error.code not in NOT_ALL_OF_IT:
            self._failed(turn, str(error), "driver.refused")
            self._schedule.answered(turn, now)
        elif not self._schedule.refuse(turn, now, forbidden=error.code == ILLEGAL_ADDRESS):
            self._failed(turn, str(error), "driver.refused")

    def _unanswered(self, turn: Turn, cause: str) -> None:
        """Mark a block bad whose values are too old by now though its device answers others.

        A device that answers nothing is marked bad as a whole by its watch.
        """
        self._blame(turn.block.devices, cause)
        for device in turn.block.devices:
            age = monotonic() - turn.answered_at
            if self._watches[device].alive and age >= self._devices[device].lost_after:
                self._reporter.failed(device, turn.block.points_of(device), cause)

    def _failed(self, turn: Turn, cause: str, event: str) -> None:
        """Mark a block's points bad, and say so when it begins."""
        turn.seen = turn.hole = None
        if str(turn.block) not in self._failing:
            self._failing.add(str(turn.block))
            log.warning(event, link=self._link.url, block=str(turn.block), reason=cause)
        self._blame(turn.block.devices, cause)
        for device in turn.block.devices:
            self._reporter.failed(device, turn.block.points_of(device), cause)

    def _report(self, turn: Turn, seen: bytes) -> None:
        """Pass on what a block holds; an answer that has not changed only tells of life."""
        for device in turn.block.devices:
            if not self._watches[device].alive:
                # All its values are bad now, so all of them are news again.
                self._schedule.forget(turn.block.unit)
        unchanged = turn.seen == seen
        cells = () if unchanged else cells_of(turn.request, seen)
        turn.seen = seen
        if self._failing and str(turn.block) in self._failing:
            self._failing.remove(str(turn.block))
            log.info("driver.answered", link=self._link.url, block=str(turn.block))
        for device in turn.block.devices:
            self._watches[device].heard()
            readers = () if unchanged else turn.readers[device]
            readings = {name: reader(cells) for name, reader in readers}
            self._reporter.readings(device, readings)

    async def _put(self, device: ConnectedDevice, write: Write, command: Command) -> None:
        """Write a point once; see `protocols.commanding.PutWrite`."""
        self._watches[device.id].require_alive()
        await self._writer.put(device, write, command.not_after)

    def _connected(self) -> Connection:
        if self._connection is None:
            raise LinkLostError("there is no connection")
        return self._connection

    async def _read_back(self, device: ConnectedDevice, names: Sequence[str]) -> dict[str, Value]:
        missing = [name for name in names if name not in device.model.points]
        if missing:
            raise MalformedError(f"{device.model.name} has no {', '.join(missing)} to read")
        connection = self._connected()
        state: dict[str, Value] = {}
        for block in plan_of(device, [device.model.points[name] for name in names]):
            request = read_request(block.unit, block.table, block.start, block.count)
            async with connection.turn(lane=Lane.COMMAND):
                cells = cells_of(request, check_read(request, await connection.exchange(request)))
            # What is reported here the next poll may find changed back to what it read last.
            self._schedule.forget(device.unit)
            readings = {name: reader(cells) for name, reader in readers_of(block)[device.id]}
            self._reporter.readings(device.id, readings)
            for name, (value, quality, _) in readings.items():
                state[name] = value if quality is Quality.GOOD else None
        return state
