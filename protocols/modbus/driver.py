"""The client side of a Modbus TCP link: polls by plan, watches silence, writes once."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from pymodbus.pdu import ModbusPDU

from protocols.backoff import Backoff
from protocols.commanding import carry_out_in_turn, ended, time_left
from protocols.deriving import Reading
from protocols.interfaces import (
    ConnectedDevice,
    DriverError,
    Link,
    LinkLostError,
    MalformedError,
    NoAnswerError,
    RefusedError,
    Sink,
)
from protocols.modbus.codec import Cells, reading_of
from protocols.modbus.connection import Connection
from protocols.modbus.plan import Block, plan, plan_of
from protocols.modbus.polling import Schedule, Turn
from protocols.modbus.requests import (
    ACKNOWLEDGE,
    BUSY,
    DEVICE_FAILURE,
    GATEWAY_NO_RESPONSE,
    GATEWAY_PATH_UNAVAILABLE,
    ILLEGAL_ADDRESS,
    ILLEGAL_VALUE,
    ExceptionAnswerError,
    cells_of,
    check_echo,
    read_request,
    write_of,
)
from protocols.model import Write
from protocols.reporting import Reporter
from protocols.silence import SilenceWatch, monotonic
from protocols.turns import Turns
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import in_seconds
from twins.observation import Quality, Value
from twins.streams import Streams

log = structlog.get_logger()

UNIT_IS_SILENT = (GATEWAY_PATH_UNAVAILABLE, GATEWAY_NO_RESPONSE)
"""Exceptions by which a gateway says that the device behind it does not answer."""

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
        self._connection: Connection | None = None
        self._schedule = Schedule((), 0)
        self._refused: set[str] = set()
        """Blocks that are logged as refused."""

    async def run(self) -> None:
        """Keep the link alive until cancelled."""
        self._reporter.start(monotonic())
        self._schedule = Schedule(plan(self._link.devices), monotonic())
        async with asyncio.TaskGroup() as group:
            for watch in self._watches.values():
                group.create_task(watch.watch())
            group.create_task(self._stay_connected())

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
            connection = Connection(*self._link.address)
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
            await asyncio.sleep(in_seconds(self._backoff.lost(monotonic())))

    def _blame(self, devices: Iterable[str], reason: str) -> None:
        """Keep for people why a device is silent, should it stay so."""
        for device in devices:
            self._watches[device].reason = reason

    async def _poll(self, connection: Connection) -> None:
        """Read block after block, each at its time; raises LinkLostError."""
        while True:
            turn = self._schedule.next(monotonic())
            await asyncio.sleep(in_seconds(max(turn.due - monotonic(), 0)))
            if not connection.connected:
                raise LinkLostError("the connection is gone")
            await self._take_turn(connection, turn)

    async def _take_turn(self, connection: Connection, turn: Turn) -> None:
        block = turn.block
        try:
            cells = await _read(connection, block)
        except NoAnswerError as error:
            self._unanswered(turn, f"unit {block.unit}: {error}")
            self._schedule.silent(turn, monotonic())
            if self._schedule.connection_in_doubt or not connection.connected:
                raise LinkLostError(str(error)) from error
        except ExceptionAnswerError as error:
            self._excepted(turn, error)
        except MalformedError as error:
            self._failed(turn, str(error))
            self._schedule.answered(turn, monotonic())
        else:
            self._report(turn, cells)
            self._schedule.answered(turn, monotonic())

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
            self._failed(turn, str(error))
            self._schedule.answered(turn, now)
        elif not self._schedule.refuse(turn, now):
            if str(turn.block) not in self._refused:
                self._refused.add(str(turn.block))
                log.warning(
                    "driver.refused", link=self._link.url, block=str(turn.block), reason=str(error)
                )
            self._failed(turn, str(error))

    def _unanswered(self, turn: Turn, cause: str) -> None:
        """Mark a block bad whose values are too old by now though its device answers others.

        A device that answers nothing is marked bad as a whole by its watch.
        """
        self._blame(turn.block.devices, cause)
        for device in turn.block.devices:
            age = monotonic() - turn.answered_at
            if self._watches[device].alive and age >= self._devices[device].lost_after:
                self._reporter.failed(device, turn.block.points_of(device), cause)

    def _failed(self, turn: Turn, cause: str) -> None:
        turn.cells = None
        self._blame(turn.block.devices, cause)
        for device in turn.block.devices:
            self._reporter.failed(device, turn.block.points_of(device), cause)

    def _report(self, turn: Turn, cells: Cells) -> None:
        """Pass on what a block holds; a block that has not changed only shows that it was heard."""
        for device in turn.block.devices:
            if not self._watches[device].alive:
                # All its values are bad now, so all of them are news again.
                self._schedule.forget(turn.block.unit)
        unchanged = turn.cells == cells
        turn.cells = cells
        if str(turn.block) in self._refused:
            self._refused.remove(str(turn.block))
            log.info("driver.answered", link=self._link.url, block=str(turn.block))
        for device in turn.block.devices:
            self._watches[device].heard()
            readings = {} if unchanged else _readings(turn.block, device, cells)
            self._reporter.readings(device, readings, monotonic())

    async def _put(self, device: ConnectedDevice, write: Write, command: Command) -> None:
        """Write a point once; see `protocols.commanding.PutWrite`."""
        self._watches[device.id].require_alive()
        connection = self._connected()
        within = time_left(self._clock, command.not_after)
        async with connection.turn(command=True, within=within):
            request = await _write_of(connection, device, write)
            if self._clock.now() > command.not_after:
                raise LinkLostError("it is past its time")
            answer = await connection.exchange(request)
        try:
            check_echo(request, answer)
        except ExceptionAnswerError as error:
            if error.code == ACKNOWLEDGE:
                return  # accepted and still at work: the read-back tells how it ended
            if error.code in UNIT_IS_SILENT:
                raise NoAnswerError(str(error)) from error
            raise

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
            cells = await _read(connection, block, command=True)
            # What is reported here the next poll may find changed back to what it read last.
            self._schedule.forget(device.unit)
            readings = _readings(block, device.id, cells)
            self._reporter.readings(device.id, readings, monotonic())
            for name, (value, quality, _) in readings.items():
                state[name] = value if quality is Quality.GOOD else None
        return state


async def _read(connection: Connection, block: Block, *, command: bool = False) -> Cells:
    async with connection.turn(command=command):
        return await _cells(connection, block)


async def _cells(connection: Connection, block: Block) -> Cells:
    request = read_request(block.unit, block.table, block.start, block.count)
    return cells_of(request, await connection.exchange(request))


async def _write_of(connection: Connection, device: ConnectedDevice, write: Write) -> ModbusPDU:
    """Return the request of a write; for some bits of a register, after reading the others.

    The line stays ours until it is sent, so that nobody writes the other bits in between.
    """
    point = write.point
    current = None
    if point.bits is not None:
        try:
            (register,) = plan_of(device, [point])
            current = await _cells(connection, register)
        except (NoAnswerError, MalformedError) as error:
            raise LinkLostError(f"nothing written, its register is not known: {error}") from error
    try:
        return write_of(device.unit, point, write.value, current)
    except ValueError as error:
        raise RefusedError(str(error)) from error


def _readings(block: Block, device: str, cells: Cells) -> dict[str, Reading]:
    readings: dict[str, Reading] = {}
    for item in block.items:
        if item.device != device:
            continue
        part = cells[item.start - block.start : item.end - block.start]
        readings[item.point.name] = reading_of(item.point, part)
    return readings
