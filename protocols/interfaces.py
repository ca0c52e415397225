"""The seam that every protocol fills: a driver and an emulator per link.

A link is one endpoint: a Modbus TCP address, an OPC UA server, a CoAP host. Several devices may
live behind it. The contract both sides keep is `tests/contract/`, run over `PROTOCOLS`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from protocols.dialect import LinkSettings
from protocols.model import DeviceModel
from twins.clock import Clock
from twins.command import Command, CommandEnded
from twins.instant import Duration, Instant
from twins.observation import Observation, Value
from twins.streams import Streams


class DriverError(Exception):
    """A device or its link failed us, in a way that a caller can act on."""


class LinkLostError(DriverError):
    """The connection is gone or cannot be made."""


class NoAnswerError(DriverError):
    """A request was sent and no answer came in time; it may have been carried out."""


class RefusedError(DriverError):
    """The device answered and said no; nothing was done."""


class MalformedError(DriverError):
    """The answer is none to our question; its content is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedDevice:
    """One device behind a link."""

    id: str
    model: DeviceModel
    unit: int = 1
    """Modbus unit id; the other protocols do not use it."""
    lost_after: Duration
    """Longest silence before its values must be reported bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One endpoint and all the devices behind it.

    `url` is `modbus+tcp://host:port`, `opc.tcp://host:port/path`, `coap://host:port` or
    `loopback://name`.
    """

    url: str
    devices: tuple[ConnectedDevice, ...]
    settings: LinkSettings | None = None
    """Of the type that the protocol's dialect names; None: its defaults."""

    @property
    def scheme(self) -> str:
        """Return the URL's scheme, the key of `SCHEMES`."""
        return self.url.partition("://")[0]

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port; raises ValueError where the URL has none."""
        host, _, port = self.url.partition("://")[2].partition("/")[0].rpartition(":")
        return host, int(port)


class Sink(Protocol):
    """Where a driver puts what it learns. Both calls are synchronous and must not block."""

    def observe(self, observations: Sequence[Observation]) -> None:
        """Take changed values and changed qualities, one batch per answer or notification."""
        ...

    def heard(self, devices: Sequence[str], at: Instant) -> None:
        """Note that these devices answered just now, changed or not."""
        ...


class Driver(Protocol):
    """The client side of one link. It owns connecting, reading, watching and reconnecting."""

    async def run(self) -> None:
        """Keep the link alive until cancelled.

        Reports every described point once when first read and then whenever value or quality
        changes. When a device is silent for longer than its `lost_after`, all its points become
        bad with a cause. Never raises for what a device or a network does.
        """
        ...

    async def execute(self, command: Command) -> CommandEnded:
        """Carry out a command at most once and say how it ended, `not_after` + 1 s at the latest.

        Never repeats a write by itself. Confirms only after `expects` was read back from the
        device. Past `not_after` nothing is sent any more.
        """
        ...


OnWrite: TypeAlias = Callable[[str, Mapping[str, Value]], Awaitable[Mapping[str, Value]]]
"""Called with (device, written property values); returns the values the device takes on.

The emulator publishes what is returned. Raise `RefusedError` to have the device refuse.
"""


class Emulator(Protocol):
    """The device side of one link, answering on a real socket from the same models."""

    async def start(self) -> str:
        """Begin to answer and return the URL, with the real port where port 0 was asked."""
        ...

    async def stop(self) -> None:
        """Stop answering and free the port; may be called twice."""
        ...

    async def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Change device-side values; a client sees them as the protocol lets it."""
        ...

    async def cut(self) -> None:
        """Go dead: running connections end or hang, new ones fail. Values are kept."""
        ...

    async def restore(self) -> None:
        """Come back on the same port after `cut`."""
        ...


MakeDriver: TypeAlias = Callable[[Link, Sink, Clock, Streams], Driver]
MakeEmulator: TypeAlias = Callable[[Link, OnWrite], Emulator]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolEntry:
    """One line of the registry."""

    name: str
    make_driver: MakeDriver
    make_emulator: MakeEmulator
