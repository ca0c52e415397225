"""One TCP connection: one request at a time, commands before polls, every failure named.

pymodbus repeats writes and reconnects by itself by default; both are off here (measured: a coil
write answered late is executed twice with the library's defaults).
"""

import asyncio
from contextlib import AbstractAsyncContextManager

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException, ModbusIOException
from pymodbus.pdu import ModbusPDU

from protocols.interfaces import LinkLostError, NoAnswerError
from protocols.modbus.requests import Answer, AnswerDecoder
from protocols.turns import Turns

TIMEOUT_S = 0.5
"""Longest wait for an answer or a connection (ours; four fit into the 2 s of a panic device)."""


class Connection:
    """A connection to `host`:`port`; made anew for every attempt, never reused after a loss."""

    def __init__(self, host: str, port: int) -> None:
        self._client = AsyncModbusTcpClient(
            host.strip("[]"),
            port=port,
            timeout=TIMEOUT_S,
            retries=0,
            reconnect_delay=0,
            trace_connect=self._connection_changed,
        )
        self._client.ctx.framer.decoder = AnswerDecoder()
        self._turns = Turns()
        self._asking = False

    @property
    def connected(self) -> bool:
        """Return whether the socket is open, as far as we know."""
        return bool(self._client.connected)

    async def open(self) -> None:
        """Connect; raises LinkLostError."""
        cancels = _cancels()
        try:
            connected = await self._client.connect()
        except (OSError, ModbusException) as error:
            raise LinkLostError(f"cannot connect: {error}") from error
        _heed(cancels)
        if not connected:
            raise LinkLostError("cannot connect")

    def close(self) -> None:
        """Drop the connection; may be called twice."""
        self._client.close()

    def turn(
        self, *, command: bool = False, within: float | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Return the wait for the line; a command goes before every poll that was not sent yet.

        Raises LinkLostError when the line is not free `within` so many seconds.
        """
        return self._turns.turn(command=command, within=within)

    async def exchange(self, request: ModbusPDU) -> Answer:
        """Send a request once and return its unchecked answer; only for whose turn it is.

        Raises LinkLostError when nothing was sent, NoAnswerError when no answer came.
        """
        if not self.connected:
            raise LinkLostError("the connection is gone")
        cancels = _cancels()
        self._asking = True
        try:
            # `execute` raises at once, not in the await, when the transport has gone meanwhile.
            answer: Answer = await self._client.execute(False, request)  # noqa: FBT003
        except ConnectionException as error:
            raise LinkLostError(str(error)) from error
        except (ModbusException, OSError) as error:
            if not self.connected:
                raise NoAnswerError("the connection broke before an answer came") from error
            if self._client.ctx.recv_buffer:
                # The rest, should it come, would be taken for the beginning of another answer.
                self.close()
                raise NoAnswerError(f"no whole answer in {TIMEOUT_S:g} s") from error
            raise NoAnswerError(f"no answer in {TIMEOUT_S:g} s") from error
        finally:
            self._asking = False
        _heed(cancels)
        return answer

    def _connection_changed(self, connected: bool) -> None:  # noqa: FBT001  pymodbus calls it so
        """End the wait for an answer that cannot come any more; the library would wait on."""
        answer = self._client.ctx.response_future
        if not connected and self._asking and not answer.done():
            answer.set_exception(ModbusIOException("the connection is closed"))


def _cancels() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0


def _heed(before: int) -> None:
    """Raise the cancellation that came while we waited, if the library has lost it.

    It waits with `asyncio.wait_for`, which before Python 3.12 returns the answer and forgets a
    cancellation that comes in the same round of the loop; a poll loop would then never end.
    """
    if _cancels() > before:
        raise asyncio.CancelledError
