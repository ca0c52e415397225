"""A serial line as an asyncio transport, from the standard library alone; one owner at a time."""

import asyncio
import fcntl
import os
import termios

from protocols.modbus.settings import ModbusSettings

READ_MOST = 4096


def open_serial_line(
    path: str, settings: ModbusSettings, protocol: asyncio.BaseProtocol
) -> "SerialTransport":
    """Open a port as the settings say; raises OSError, also where another program has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        make_raw(descriptor, settings)
    except BlockingIOError:
        os.close(descriptor)
        raise OSError(f"{path} is in use by another program") from None
    except termios.error as error:
        os.close(descriptor)
        raise OSError(f"{path} is no serial line: {error}") from error
    return SerialTransport(descriptor, protocol)


def make_raw(descriptor: int, settings: ModbusSettings) -> None:
    """Set rate and form of a character, and have bytes pass as they are."""
    rate = getattr(termios, f"B{settings.baud}")
    form = termios.CS8 | termios.CREAD | termios.CLOCAL
    if settings.parity != "none":
        form |= termios.PARENB | (termios.PARODD if settings.parity == "odd" else 0)
    if settings.stop_bits == 2:  # noqa: PLR2004  one or two, there is nothing else
        form |= termios.CSTOPB
    characters = termios.tcgetattr(descriptor)[6]
    termios.tcsetattr(descriptor, termios.TCSANOW, [0, 0, form, 0, rate, rate, characters])
    termios.tcflush(descriptor, termios.TCIOFLUSH)


class SerialTransport(asyncio.Transport):
    """Reads and writes a descriptor that it owns; told to close, it does so at once."""

    def __init__(self, descriptor: int, protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        assert isinstance(protocol, asyncio.Protocol), "bytes are handed to it as they come"
        self._descriptor = descriptor
        self._protocol: asyncio.Protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._loop.call_soon(protocol.connection_made, self)
        self._loop.call_soon(self._begin)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send a frame; a line that does not take it whole is closed."""
        if self._closed:
            return
        try:
            taken = os.write(self._descriptor, data)
        except OSError as error:
            self._end(error)
            return
        if taken < len(data):
            self._end(OSError("the line does not take what is sent"))

    def is_closing(self) -> bool:
        """Return whether it is closed."""
        return self._closed

    def close(self) -> None:
        """Close the line; may be called twice."""
        self._end(None)

    def abort(self) -> None:
        """Close the line."""
        self._end(None)

    def _begin(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._descriptor, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, READ_MOST)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if data:
            self._protocol.data_received(data)
        else:
            self._end(OSError("the line has gone"))

    def _end(self, error: Exception | None) -> None:
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self._loop.call_soon(self._protocol.connection_lost, error)
