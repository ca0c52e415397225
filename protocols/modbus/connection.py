"""One connection: one request at a time, every answer to its own request, every failure named.

A request is sent once. An answer that comes late is never taken for the next one's: by its number
where frames carry one, else by waiting for it before its unit is asked again.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from protocols.interfaces import LinkLostError, MalformedError, NoAnswerError
from protocols.modbus.framing import Frame
from protocols.modbus.lines import framing_of, open_line
from protocols.modbus.quirks import STRICTLY, Habits
from protocols.modbus.requests import Request
from protocols.modbus.settings import DEFAULTS, ModbusSettings
from protocols.turns import Lane, Turns
from twins.instant import in_seconds

LAST_TRANSACTION = 0xFFFF


@dataclass(slots=True)
class _Asked:
    """The request that is on its way and who waits for its answer."""

    frame: Frame
    habits: Habits
    answer: asyncio.Future[Frame]


class Connection(asyncio.Protocol):
    """A connection along one link; made anew for every attempt, never reused after a loss."""

    def __init__(
        self,
        url: str,
        settings: ModbusSettings = DEFAULTS,
        habits: Mapping[int, Habits] | None = None,
    ) -> None:
        scheme = url.partition("://")[0]
        self._url = url
        self._settings = settings
        self._habits = habits or {}
        self._stays = all(one.stays for one in self._habits.values())
        self._framing = framing_of(scheme)
        self._timeout = in_seconds(settings.answer_within)
        self._character = in_seconds(settings.character(scheme))
        self._quiet = in_seconds(settings.quiet(scheme))
        self._turns = Turns()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._echo = b""
        """What we have sent and the adapter has not handed back yet."""
        self._asked: _Asked | None = None
        self._transaction = 0
        self._last_byte_at = float("-inf")
        self._owing: dict[int, tuple[float, Frame]] = {}
        """Unit → until when its late answer may come, and to which request."""

    @property
    def connected(self) -> bool:
        """Return whether the line is open, as far as we know, or is opened for each request."""
        return self._open or not self._stays

    @property
    def _open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def open(self) -> None:
        """Connect; raises LinkLostError."""
        self._transport = await open_line(self._url, self._settings, lambda: self)

    def close(self) -> None:
        """Drop the connection at once; may be called twice."""
        if self._transport is not None:
            self._transport.abort()
        self._fail(NoAnswerError("the connection was closed before an answer came"))

    def turn(
        self, *, lane: Lane = Lane.POLL, within: float | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Return the wait for the line, each lane before the next.

        Raises LinkLostError when the line is not free `within` so many seconds.
        """
        return self._turns.turn(lane=lane, within=within)

    async def exchange(self, request: Request) -> Frame:
        """Send a request once and return the answer to it; only for whose turn it is.

        Raises LinkLostError when nothing was sent, NoAnswerError when no answer came and
        MalformedError for one that names no request. What the answer says is not checked.
        """
        habits = self._habits.get(request.unit, STRICTLY)
        await self._rest(request.unit, habits)
        if not self._stays and not self._open:
            self._buffer.clear()
            await self.open()
        if self._transport is None or not self._open:
            raise LinkLostError("the connection is gone")
        loop = asyncio.get_running_loop()
        self._transaction = self._transaction % LAST_TRANSACTION + 1
        number = self._transaction if self._framing.numbered else 0
        frame = Frame(number, request.unit, request.pdu)
        asked = self._asked = _Asked(frame, habits, loop.create_future())
        if not self._framing.numbered:
            self._buffer.clear()
        data = self._framing.encode(frame)
        self._echo = data if self._settings.echo else b""
        self._transport.write(data)
        allowed = self._timeout + self._character * (len(data) + _answer_size(request))
        timer = loop.call_later(allowed, self._time_out, asked)
        try:
            return await asked.answer
        finally:
            timer.cancel()
            self._asked = None
            if not self._stays:
                self._transport.abort()
            self._last_byte_at = loop.time()
            if not self._by_number(habits) and not _answered(asked):
                self._owing[request.unit] = (loop.time() + self._timeout, frame)

    async def _rest(self, unit: int, habits: Habits) -> None:
        """Wait for the silence between frames, and for the late answer that the unit owes us."""
        loop = asyncio.get_running_loop()
        while unit in self._owing:
            left = self._owing[unit][0] - loop.time()
            if left <= 0:
                # Were we late ourselves, it may have come already: two rounds of the loop read it.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                self._owing.pop(unit, None)
                break
            await asyncio.sleep(min(left, self._timeout / 10))
        quiet = max(self._quiet, in_seconds(habits.gap))
        latest = loop.time() + self._timeout + quiet  # a line that is never quiet is not waited for
        while (left := min(self._last_byte_at + quiet, latest) - loop.time()) > 0:  # noqa: ASYNC110  it moves
            await asyncio.sleep(left)

    def _by_number(self, habits: Habits) -> bool:
        return self._framing.numbered and habits.numbered

    def _time_out(self, asked: _Asked) -> None:
        if asked.answer.done():
            return
        seconds_text = f"{self._timeout:g} s"
        if not self._buffer:
            asked.answer.set_exception(NoAnswerError(f"no answer in {seconds_text}"))
            return
        asked.answer.set_exception(NoAnswerError(f"no whole answer in {seconds_text}"))
        if self._framing.numbered and self._transport is not None:
            # The rest, should it come, would be taken for the beginning of another answer.
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        if self._asked is not None and not self._asked.answer.done():
            self._asked.answer.set_exception(error)

    def data_received(self, data: bytes) -> None:
        """Take bytes of the wire as they come."""
        self._buffer += data
        self._last_byte_at = asyncio.get_running_loop().time()
        if self._echo and not self._without_echo():
            return
        try:
            while frame := self._framing.take_answer(self._buffer, self._expected()):
                self._take(frame)
        except MalformedError as error:
            # The connection stays, for the sake of others on it. What is left of the garbage fails
            # the next answer at worst: transaction, unit, function and size must all agree.
            self._buffer.clear()
            self._fail(error)

    def _without_echo(self) -> bool:
        """Drop our own frame from the buffer; return whether what is there is somebody else's."""
        if len(self._buffer) < len(self._echo) and self._echo.startswith(self._buffer):
            return False  # the rest of it is still to come
        if self._buffer.startswith(self._echo):
            del self._buffer[: len(self._echo)]
        self._echo = b""
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        """End the wait for an answer that cannot come any more."""
        self._fail(NoAnswerError("the connection broke before an answer came"))

    def _expected(self) -> Frame | None:
        """Return the request whose answer may come next."""
        if self._asked is not None and not self._asked.answer.done():
            return self._asked.frame
        return next((frame for _, frame in self._owing.values()), None)

    def _take(self, frame: Frame) -> None:
        asked = self._asked
        if asked is None or asked.answer.done():
            self._owing.pop(frame.unit, None)
            return
        if frame.unit != asked.frame.unit and frame.unit in self._owing:
            del self._owing[frame.unit]
            return  # late: another unit's answer, where nothing but the unit tells
        if self._framing.numbered and frame.transaction != asked.frame.transaction:
            if frame.transaction and asked.habits.numbered:
                return  # late: the answer to a request before
            if asked.habits.numbered:
                number = asked.frame.transaction
                message = f"transaction {number} was asked, {frame.transaction} answered"
                asked.answer.set_exception(MalformedError(message))
                return
        if not asked.habits.own_unit and self._framing.numbered:
            frame = Frame(frame.transaction, asked.frame.unit, frame.pdu)
        asked.answer.set_result(frame)


def _answered(asked: _Asked) -> bool:
    answer = asked.answer
    return answer.done() and not answer.cancelled() and answer.exception() is None


def _answer_size(request: Request) -> int:
    """Return the bytes of the longest answer on a serial line."""
    if request.pdu[0] > 4:  # noqa: PLR2004  functions 1 to 4 read
        return 8
    return 5 + ((request.count + 7) // 8 if request.of_bits else 2 * request.count)
