"""Writes on a Modbus link: each sent once."""

from collections.abc import Callable

from protocols.commanding import time_left
from protocols.interfaces import (
    ConnectedDevice,
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
from protocols.turns import Lane
from twins.clock import Clock
from twins.instant import Instant

UNIT_IS_SILENT = (GATEWAY_PATH_UNAVAILABLE, GATEWAY_NO_RESPONSE)
"""Exceptions by which a gateway says that the device behind it does not answer."""


class Writer:
    """Writes points of one link."""

    def __init__(self, link: str, clock: Clock, connected: Callable[[], Connection]) -> None:
        self._link = link
        self._clock = clock
        self._connected = connected

    async def put(self, device: ConnectedDevice, write: Write, not_after: Instant) -> None:
        """Write a point once; see `protocols.commanding.PutWrite`."""
        connection = self._connected()
        habits = habits_of(device.model.quirks)
        within = time_left(self._clock, not_after)
        async with connection.turn(lane=Lane.COMMAND, within=within):
            requests = await _requests_of(connection, device, write, habits)
            if self._clock.now() > not_after:
                raise LinkLostError("it is past its time")
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
    connection: Connection, device: ConnectedDevice, write: Write, habits: Habits
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
        return writes_of(device.unit, point, cells, habits)
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
