"""The wires under Modbus, by URL scheme: TCP, TLS, a TCP connection to a serial line, the line."""

import asyncio
import ssl
from collections.abc import Callable

from protocols.interfaces import LinkLostError
from protocols.modbus.framing import Framing, RtuFraming, TcpFraming
from protocols.modbus.serial_line import open_serial_line
from protocols.modbus.settings import RTU, SERIAL_FORM, TLS, ModbusSettings
from twins.instant import in_seconds


def framing_of(scheme: str) -> Framing:
    """Return how frames stand on the wire of a scheme."""
    return RtuFraming() if scheme in SERIAL_FORM else TcpFraming()


def host_and_port(url: str) -> tuple[str, int]:
    """Return where a URL with a host points, an IPv6 address without its brackets."""
    host, _, port = url.partition("://")[2].partition("/")[0].rpartition(":")
    return host.strip("[]"), int(port)


def serial_port(url: str) -> str:
    """Return the file of a serial line's URL."""
    return url.partition("://")[2]


async def open_line(
    url: str, settings: ModbusSettings, protocol: Callable[[], asyncio.Protocol]
) -> asyncio.Transport:
    """Connect, or open the serial line; raises LinkLostError with what a person can look into."""
    scheme = url.partition("://")[0]
    try:
        if scheme == RTU:
            return open_serial_line(serial_port(url), settings, protocol())
        host, port = host_and_port(url)
        security = client_security(settings) if scheme == TLS else None
        name = (settings.server_name or host) if security else None
        async with asyncio.timeout(in_seconds(settings.connect_within)):
            transport, _ = await asyncio.get_running_loop().create_connection(
                protocol, host, port, ssl=security, server_hostname=name
            )
    except TimeoutError:
        raise LinkLostError(f"no connection in {settings.connect_timeout}") from None
    except (OSError, ssl.SSLError) as error:
        raise LinkLostError(f"cannot connect: {error}") from error
    return transport


def client_security(settings: ModbusSettings) -> ssl.SSLContext:
    """Return how we prove ourselves and whom we believe; raises OSError for an unreadable file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(settings.trust)
    _prove_ourselves(context, settings)
    return context


def server_security(settings: ModbusSettings) -> ssl.SSLContext:
    """Return the same for an emulator: it shows `certificate` and wants one that is trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_verify_locations(settings.trust)
    context.verify_mode = ssl.CERT_REQUIRED
    _prove_ourselves(context, settings)
    return context


def _prove_ourselves(context: ssl.SSLContext, settings: ModbusSettings) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # Modbus/TCP Security V21 §5
    if settings.certificate:
        context.load_cert_chain(settings.certificate, settings.key)
