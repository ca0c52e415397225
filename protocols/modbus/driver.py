"""The client side of a Modbus TCP link: polls by plan, watches silence, writes once."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from protocols.backoff import Backoff
from protocols.commanding import carry_out, ended, time_left
from protocols.interfaces import (
    ConnectedDevice,
    DriverError,
    Link,
    LinkLostError,
    MalformedError,
    NoAnswerError,
    Sink,
)
from protocols.modbus.codec import Cells, decode, encode, register_of, width
from protocols.modbus.connection import Connection
from protocols.modbus.plan import Block, Item, plan, plan_of
from protocols.modbus.polling import Schedule, Turn
from protocols.modbus.requests import (
    ACKNOWLEDGE,
    GATEWAY_NO_RESPONSE,
    GATEWAY_PATH_UNAVAILABLE,
    ILLEGAL_ADDRESS,
    ExceptionAnswerError,
    cells_of,
    check_echo,
    read_request,
    write_request,
)
from protocols.model import Point, Write
from protocols.reporting import Reading, Reporter
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

    async def run(self) -> None:
        """Keep the link alive until cancelled."""
        self._reporter.start(monotonic())
        async with asyncio.TaskGroup() as group:
            for watch in self._watches.values():
                group.create_task(watch.watch())
            group.create_task(self._stay_connected())

    async def execute(self, command: Command) -> CommandEnded:
        """Carry out a command at most once; one at a time per device."""
        device = self._devices.get(command.device)
        if device is None:
            return ended(command, CommandResult.REFUSED, f"no {command.device} behind this link")
        try:
            within = time_left(self._clock, command.not_after)
            async with self._commanding[device.id].turn(within=within):
                return await carry_out(
                    command,
                    device,
                    self._clock,
                    put=lambda write: self._put(device, write, command),
                    read=lambda names: self._read_back(device, names),
                )
        except LinkLostError as error:
            return ended(command, CommandResult.NOT_EXECUTED, str(error))

    async def _stay_connected(self) -> None:
        while True:
            connection = Connection(*self._link.address)
            try:
                await connection.open()
                self._backoff.connected(monotonic())
                self._connection = connection
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
        self._schedule = Schedule(plan(self._link.devices), monotonic())
        while True:
            turn = self._schedule.next()
            await asyncio.sleep(in_seconds(max(turn.due - monotonic(), 0)))
            if not connection.connected:
                raise LinkLostError("the connection is gone")
            await self._take_turn(connection, turn)

    async def _take_turn(self, connection: Connection, turn: Turn) -> None:
        block = turn.block
        try:
            cells = await _read(connection, block)
        except NoAnswerError as error:
            self._blame(block.devices, f"unit {block.unit}: {error}")
            self._schedule.silent(block.unit, monotonic())
        except ExceptionAnswerError as error:
            self._refused(turn, error)
        except MalformedError as error:
            turn.cells = None
            self._failed(block, str(error))
            self._schedule.answered(turn, monotonic())
        else:
            self._schedule.answered(turn, monotonic())
            self._report(turn, cells)

    def _refused(self, turn: Turn, error: ExceptionAnswerError) -> None:
        """Book an exception: an address splits the block, a silent unit waits, the rest is bad."""
        now = monotonic()
        if error.code in UNIT_IS_SILENT:
            self._blame(turn.block.devices, str(error))
            self._schedule.silent(turn.block.unit, now)
        elif error.code == ILLEGAL_ADDRESS:
            if not self._schedule.refuse(turn, now):
                log.warning("driver.refused", link=self._link.url, block=str(turn.block))
                self._failed(turn.block, str(error))
        else:
            turn.cells = None
            self._failed(turn.block, str(error))
            self._schedule.answered(turn, now)

    def _failed(self, block: Block, cause: str) -> None:
        for device in block.devices:
            self._reporter.failed(device, block.points_of(device), cause)

    def _report(self, turn: Turn, cells: Cells) -> None:
        """Pass on what a block holds; a block that has not changed only shows that it was heard."""
        unchanged = turn.cells == cells
        turn.cells = cells
        now = monotonic()
        for device in turn.block.devices:
            watch = self._watches[device]
            # A device that was lost has bad values now, so all of it is news again.
            known = unchanged and watch.alive
            readings = {} if known else _readings(turn.block, device, cells)
            watch.heard()
            self._reporter.readings(device, readings, now)

    async def _put(self, device: ConnectedDevice, write: Write, command: Command) -> None:
        self._watches[device.id].require_alive()
        connection = self._connected()
        point = write.point
        current = None
        if point.bits is not None:
            current = await _read(connection, block_of(device, point), command=True)
        cells = encode(point, point.raw_of(write.value), current)
        request = write_request(device.unit, register_of(point), cells)
        within = time_left(self._clock, command.not_after)
        answer = await connection.ask(request, command=True, within=within)
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
        connection = self._connected()
        state: dict[str, Value] = {}
        for block in plan_of(device, names):
            cells = await _read(connection, block, command=True)
            readings = _readings(block, device.id, cells)
            self._reporter.readings(device.id, readings, monotonic())
            state.update({name: value for name, (value, _, _) in readings.items()})
        return state


def block_of(device: ConnectedDevice, point: Point) -> Block:
    """Return the block that reads the cells of one point, for a write of some of their bits."""
    register = register_of(point)
    start, end = register.offset, register.offset + width(point)
    item = Item(device=device.id, unit=device.unit, point=point, poll=0, start=start, end=end)
    return Block(
        unit=device.unit, table=register.table, poll=0, start=start, end=end, items=(item,)
    )


async def _read(connection: Connection, block: Block, *, command: bool = False) -> Cells:
    request = read_request(block.unit, block.table, block.start, block.count)
    answer = await connection.ask(request, command=command)
    return cells_of(request, answer)


def _readings(block: Block, device: str, cells: Cells) -> dict[str, Reading]:
    readings: dict[str, Reading] = {}
    for item in block.items:
        if item.device != device:
            continue
        part = cells[item.start - block.start : item.end - block.start]
        try:
            readings[item.point.name] = item.point.value_of(decode(item.point, part))
        except ValueError as error:
            readings[item.point.name] = (None, Quality.BAD, str(error))
    return readings
