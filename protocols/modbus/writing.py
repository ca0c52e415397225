"""Writes on a Modbus link: each sent once, and a pulse's end once after its time."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from protocols.commanding import time_left
from protocols.interfaces import (
    ConnectedDevice,
    DriverError,
    LinkLostError,
    MalformedError,
    NoAnswerError,
    RefusedError,
)
from protocols.modbus.codec import Cells, encode, register_of
from protocols.modbus.connection import Connection
from protocols.modbus.plan import plan_of
from protocols.modbus.quirks import Habits, habits_of
from protocols.modbus.requests import (
    ACKNOWLEDGE,
    GATEWAY_NO_RESPONSE,
    GATEWAY_PATH_UNAVAILABLE,
    ExceptionAnswerError,
    Request,
    cells_of,
    check_echo,
    check_read,
    read_request,
    write_request,
)
from protocols.model import Point, Write
from protocols.silence import monotonic
from protocols.turns import Lane
from twins.clock import Clock
from twins.instant import Duration, Instant, in_seconds, milliseconds, seconds

log = structlog.get_logger()

UNIT_IS_SILENT = (GATEWAY_PATH_UNAVAILABLE, GATEWAY_NO_RESPONSE)
"""Exceptions by which a gateway says that the device behind it does not answer."""


ENDED_WITHIN: Duration = seconds(60)
"""How long an end that cannot be sent is still worth sending; then people must look (assumed)."""

TRIED_AGAIN: Duration = milliseconds(200)


@dataclass(slots=True)
class _End:
    """A pulse's end that is still to be written."""

    device: ConnectedDevice
    point: Point
    due: Instant
    given_up: Instant


class Writer:
    """Writes points of one link, and ends the pulses that it began."""

    def __init__(self, link: str, clock: Clock, connected: Callable[[], Connection]) -> None:
        self._link = link
        self._clock = clock
        self._connected = connected
        self._ends: dict[tuple[str, str], _End] = {}
        self._begun = asyncio.Event()

    async def put(self, device: ConnectedDevice, write: Write, not_after: Instant) -> None:
        """Write a point once; see `protocols.commanding.PutWrite`.

        The end of a pulse is written by `run`, whatever becomes of the caller.
        """
        connection = self._connected()
        within = time_left(self._clock, not_after)
        async with connection.turn(lane=Lane.COMMAND, within=within):
            requests = await _requests_of(connection, device, write)
            if self._clock.now() > not_after:
                raise LinkLostError("it is past its time")
            try:
                await _send(connection, requests)
            except (LinkLostError, RefusedError):
                raise  # nothing was done, so nothing is to be ended
            except (DriverError, asyncio.CancelledError):
                self._note(device, write)
                raise
            self._note(device, write)

    def _note(self, device: ConnectedDevice, write: Write) -> None:
        """Plan the end of a pulse that has perhaps begun; a written false needs none."""
        point, key = write.point, (device.id, write.point.at)
        self._ends.pop(key, None)
        if point.pulse and write.value is True:
            due = monotonic() + point.pulse
            self._ends[key] = _End(device, point, due, due + ENDED_WITHIN)
            self._begun.set()

    async def run(self) -> None:
        """End pulses at their time, each once, until cancelled."""
        while True:
            self._begun.clear()
            due = min((end.due for end in self._ends.values()), default=None)
            left = None if due is None else in_seconds(max(due - monotonic(), 0))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._begun.wait()
            for key, end in list(self._ends.items()):
                if end.due <= monotonic() and self._ends.get(key) is end:
                    await self._end(key, end)

    async def _end(self, key: tuple[str, str], end: _End) -> None:
        """Write a pulse's end; what could not be sent is tried again, what was sent never."""
        told = {"link": self._link, "device": end.device.id, "point": end.point.name}
        try:
            connection = self._connected()
            async with connection.turn(lane=Lane.COMMAND):
                if self._ends.get(key) is not end:
                    return  # a command has written in the meantime
                write = Write(point=end.point, value=False)
                await _send(connection, await _requests_of(connection, end.device, write))
        except LinkLostError as error:
            end.due = monotonic() + TRIED_AGAIN
            if end.due <= end.given_up:
                return
            log.warning("driver.pulse_not_ended", **told, reason=str(error))
        except DriverError as error:
            log.warning("driver.pulse_end_in_doubt", **told, reason=str(error))
        if self._ends.get(key) is end:
            del self._ends[key]


async def _send(connection: Connection, requests: Sequence[Request]) -> None:
    """Send the requests of one write, each once."""
    for place, request in enumerate(requests):
        try:
            check_echo(request, await connection.exchange(request))
        except (LinkLostError, ExceptionAnswerError) as error:
            if place:
                done = f"{place} of {len(requests)} registers written, then: {error}"
                raise NoAnswerError(done) from error
            if isinstance(error, LinkLostError):
                raise
            _judge(error)


def _judge(error: ExceptionAnswerError) -> None:
    """Raise what an exception means for a write, if it does not mean that it is at work."""
    if error.code == ACKNOWLEDGE:
        return  # accepted and still at work: the read-back tells how it ended
    if error.code in UNIT_IS_SILENT:
        raise NoAnswerError(str(error)) from error
    raise error


async def _requests_of(
    connection: Connection, device: ConnectedDevice, write: Write
) -> list[Request]:
    """Return the requests of a write; for some bits of a register, after reading the others.

    The line stays ours until it is sent, so that nobody writes the other bits in between.
    """
    point = write.point
    current = None
    if point.bits is not None:
        try:
            current = await _held(connection, device, point)
        except (NoAnswerError, MalformedError) as error:
            raise LinkLostError(f"nothing written, its register is not known: {error}") from error
    try:
        cells = encode(point, point.raw_of(write.value), current)
        return writes_of(device.unit, point, cells, habits_of(device.model.quirks))
    except ValueError as error:
        raise RefusedError(str(error)) from error


def writes_of(unit: int, point: Point, cells: Cells, habits: Habits) -> list[Request]:
    """Return the requests that write cells to a unit of these habits, the lowest address first."""
    first = register_of(point)
    if habits.multiple_writes:
        multiple = True if len(cells) > 1 else not habits.single_writes
        return [write_request(unit, first, cells, multiple=multiple)]
    return [
        write_request(unit, first.moved(place), cells[place : place + 1])
        for place in range(len(cells))
    ]


async def _held(connection: Connection, device: ConnectedDevice, point: Point) -> Cells:
    (block,) = plan_of(device, [point])
    request = read_request(block.unit, block.table, block.start, block.count)
    return cells_of(request, check_read(request, await connection.exchange(request)))
