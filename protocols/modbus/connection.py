"""One TCP connection: one request at a time, commands before polls, every failure named.

pymodbus repeats writes and reconnects by itself by default; both are off here (measured: a coil
write answered late is executed twice with the library's defaults).
"""

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from protocols.interfaces import LinkLostError, NoAnswerError
from protocols.turns import Turns

TIMEOUT_S = 0.5
"""Longest wait for an answer or a connection (ours; four fit into the 2 s of a panic device)."""

SILENCES_MAX = 2
"""Requests without answer in a row, from whatever unit, after which the connection is dropped."""


class Connection:
    """A connection to `host`:`port`; made anew for every attempt, never reused after a loss."""

    def __init__(self, host: str, port: int) -> None:
        self._client = AsyncModbusTcpClient(
            host, port=port, timeout=TIMEOUT_S, retries=0, reconnect_delay=0
        )
        self._turns = Turns()
        self._silences = 0

    @property
    def connected(self) -> bool:
        """Return whether the socket is open, as far as we know."""
        return bool(self._client.connected)

    async def open(self) -> None:
        """Connect; raises LinkLostError."""
        try:
            connected = await self._client.connect()
        except (OSError, ModbusException) as error:
            raise LinkLostError(f"cannot connect: {error}") from error
        if not connected:
            raise LinkLostError("cannot connect")

    def close(self) -> None:
        """Drop the connection; may be called twice."""
        self._client.close()

    async def ask(
        self, request: ModbusPDU, *, command: bool = False, within: float | None = None
    ) -> ModbusPDU:
        """Send a request once and return its unchecked answer.

        A command goes before every poll that has not been sent yet. Raises LinkLostError when
        nothing was sent, also when the line is not free `within` so many seconds; NoAnswerError
        when no answer came.
        """
        async with self._turns.turn(command=command, within=within):
            return await self._exchange(request)

    async def _exchange(self, request: ModbusPDU) -> ModbusPDU:
        if not self.connected:
            raise LinkLostError("the connection is gone")
        try:
            # `execute` raises at once, not in the await, when the transport has gone meanwhile.
            answer: ModbusPDU = await self._client.execute(False, request)  # noqa: FBT003
        except ConnectionException as error:
            raise LinkLostError(str(error)) from error
        except (ModbusException, OSError) as error:
            if not self.connected:
                raise NoAnswerError("the connection broke before an answer came") from error
            self._silences += 1
            if self._silences >= SILENCES_MAX:
                self.close()
            raise NoAnswerError(f"no answer in {TIMEOUT_S:g} s") from error
        self._silences = 0
        return answer
