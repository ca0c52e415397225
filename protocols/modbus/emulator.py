"""The device side of a Modbus link: TCP, TLS, RTU over TCP, or a serial line on a pseudo-terminal.

Requests are decoded and answers encoded by pymodbus, so driver and emulator do not share mistakes.
"""

import asyncio
import contextlib
import os
from collections.abc import Mapping

from pymodbus.pdu import DecodePDU

from protocols.faults import Fault, Faults
from protocols.interfaces import Link, MalformedError, OnWrite
from protocols.modbus.framing import Frame
from protocols.modbus.lines import framing_of, host_and_port, server_security
from protocols.modbus.memory import TABLE_OF_FUNCTION, Memory
from protocols.modbus.requests import DEVICE_FAILURE, ILLEGAL_FUNCTION, ILLEGAL_VALUE
from protocols.modbus.serial_line import SerialTransport, make_raw
from protocols.modbus.settings import RTU, TLS, settings_of
from twins.instant import Duration, in_seconds
from twins.observation import Value

READ_MOST = 4096

CONNECTIONS_MAX = 32
"""Clients that are served at the same time; one more is sent away."""

GARBAGE = bytes.fromhex("deadbeef00ff0123456789")


class ModbusEmulator:
    """Implements `protocols.interfaces.Emulator` for every unit of a link."""

    def __init__(self, link: Link, on_write: OnWrite) -> None:
        self._link = link
        self._settings = settings_of(link.settings)
        self._framing = framing_of(link.scheme)
        self._host, self._port = ("", 0) if link.scheme == RTU else host_and_port(link.url)
        self._memory = Memory(link.devices, on_write)
        self._decoder = DecodePDU(True)  # noqa: FBT003  pymodbus's signature: we are the server
        self._server: asyncio.Server | None = None
        self._line: SerialTransport | None = None
        self._client_end = -1
        """Our own hold on the client's end of a serial line, so that it stays while nobody has it
        open."""
        self._sessions: set[asyncio.WriteTransport] = set()
        self._stopping = asyncio.Event()
        self._all_ended = asyncio.Event()
        self._dead = False
        self._faults: dict[int, Faults] = {}
        """Unit → what goes wrong there on purpose."""

    async def start(self) -> str:
        """Answer, and return the URL with the real port or line; raises OSError if it is taken."""
        if self._link.scheme == RTU:
            return f"{RTU}://{self._open_line()}"
        await self._listen()
        host = self._link.url.partition("://")[2].rpartition(":")[0]
        return f"{self._link.scheme}://{host}:{self._port}"

    async def stop(self) -> None:
        """Stop answering and end every connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        if self._line is not None:
            self._line.close()
            os.close(self._client_end)
            self._line = None
        self._stopping.set()
        for transport in tuple(self._sessions):
            transport.abort()
        if self._sessions:
            await self._all_ended.wait()

    async def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Put values into the device's registers."""
        self._memory.publish(device, values)

    def misbehave(self, faults: Faults | None, *devices: str) -> None:
        """Have requests to these devices, or to all, go wrong; None: as they should again."""
        for device in self._link.devices:
            if not devices or device.id in devices:
                self._faults.pop(device.unit, None)
                if faults is not None:
                    self._faults[device.unit] = faults

    async def cut(self) -> None:
        """Go dead: connections end and new ones are refused, a line is silent; values are kept."""
        if self._link.scheme == RTU:
            self._dead = True
        else:
            await self.stop()

    async def restore(self) -> None:
        """Answer again, on the same port."""
        self._dead = False
        if self._link.scheme != RTU and self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._stopping.clear()
        security = server_security(self._settings) if self._link.scheme == TLS else None
        try:
            self._server = await asyncio.start_server(
                self._serve, self._host, self._port, ssl=security
            )
        except OSError as error:
            raise OSError(f"cannot listen on {self._host}:{self._port}: {error}") from error
        self._port = self._server.sockets[0].getsockname()[1]

    def _open_line(self) -> str:
        """Open a pseudo-terminal, answer on one end and return the file of the other."""
        ours, self._client_end = os.openpty()
        os.set_blocking(ours, False)
        make_raw(self._client_end, self._settings)
        reader = asyncio.StreamReader()
        self._line = SerialTransport(ours, asyncio.StreamReaderProtocol(reader, self._serve))
        return os.ttyname(self._client_end)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it goes, one request after the other."""
        if len(self._sessions) >= CONNECTIONS_MAX:
            writer.close()
            return
        self._sessions.add(writer.transport)
        self._all_ended.clear()
        try:
            await self._answer_all(reader, writer)
        except (ConnectionError, MalformedError):
            writer.close()
        finally:
            self._sessions.discard(writer.transport)
            if not self._sessions:
                self._all_ended.set()
            writer.close()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = bytearray()
        before: Frame | None = None
        while data := await reader.read(READ_MOST):
            buffer += data
            while request := self._framing.take_request(buffer):
                answer = await self._answer(request)
                if answer is None:
                    continue
                faults = self._faults.get(request.unit)
                fault = faults.next() if faults is not None else None
                if fault is Fault.DELAY and faults is not None:
                    await self._pause(faults.delay)
                await self._send(writer, answer, before, fault)
                before = answer

    async def _pause(self, duration: Duration | None) -> None:
        """Do nothing for a time, or until the emulator stops; raises ConnectionError then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if duration is None else in_seconds(duration)):
                await self._stopping.wait()
                raise ConnectionAbortedError("the emulator stops")

    async def _send(
        self,
        writer: asyncio.StreamWriter,
        answer: Frame,
        before: Frame | None,
        fault: Fault | None,
    ) -> None:
        """Send an answer, or do what goes wrong with it."""
        match fault:
            case Fault.DROP:
                return
            case Fault.HALF_OPEN:
                await self._pause(None)
        data = self._framing.encode(_spoilt(answer, before, fault))
        writer.write(GARBAGE if fault is Fault.GARBAGE else data)
        await writer.drain()

    async def _answer(self, request: Frame) -> Frame | None:
        """Return the answer to a request, or None where nobody is there to answer."""
        if self._dead or request.unit not in self._memory.units:
            return None
        function = request.pdu[0]
        known = function in TABLE_OF_FUNCTION
        asked = self._decoder.decode(request.pdu) if known else None
        if asked is None:
            code = ILLEGAL_VALUE if known else ILLEGAL_FUNCTION
            return Frame(request.transaction, request.unit, _no(function, code))
        answer = await asked.datastore_update(self._memory, request.unit)  # type: ignore[arg-type]  # the two coroutines it uses
        pdu = bytes((answer.function_code,)) + answer.encode()
        return Frame(request.transaction, request.unit, pdu)


def _spoilt(answer: Frame, before: Frame | None, fault: Fault | None) -> Frame:
    match fault:
        case Fault.STALE if before is not None:
            return before
        case Fault.REFUSE:
            return Frame(answer.transaction, answer.unit, _no(answer.pdu[0] & 0x7F, DEVICE_FAILURE))
        case Fault.WRONG_UNIT:
            return Frame(answer.transaction, answer.unit % 247 + 1, answer.pdu)
    return answer


def _no(function: int, code: int) -> bytes:
    return bytes((function & 0x7F | 0x80, code))
