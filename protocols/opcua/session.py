"""One connection to a server, from the socket to the subscription.

A session is used once: after any loss it is thrown away and the next one starts from nothing.
Reusing a client, a session or a subscription is where five OPC UA stacks, asyncua among them,
ended connected and silent for ever (asyncua 2.1.0: two cuts are enough, measured).
"""

import asyncio
import contextlib
import struct
from collections.abc import Iterator, Mapping, Sequence

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from protocols.deriving import Reading
from protocols.interfaces import DriverError, Link, LinkLostError, MalformedError, NoAnswerError
from protocols.opcua.codec import Stamped, stamped_of, status_name
from protocols.opcua.nodes import Target, resolve
from protocols.opcua.subscription import Batch, Subscription, batch_of
from twins.observation import Quality

REQUEST_TIMEOUT = 1.5
"""Seconds that a server has to answer one request (assumed)."""

CONNECT_TIMEOUT = 5.0
"""Seconds from the first packet to the first full reading; asyncua itself may hang for ever under
packet loss (opcua-asyncio #1660)."""

CLOSE_TIMEOUT = 1.0
"""Seconds for a polite goodbye; then the socket is dropped."""

SESSION_TIMEOUT = 10_000
"""Milliseconds after which the server may forget us."""

CONTROL_READ = 1.0
"""Seconds between full reads, which heal what a subscription does not say."""

BACKLOG = 1000
"""Answers that may wait to be taken; one more ends the session, so that nothing is lost unseen."""

_NAMESPACES = ua.NumericNodeId(ua.Int32(ObjectIds.Server_NamespaceArray), ua.Int16(0))


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what asyncua raises into the errors of drivers, once, at this edge."""
    try:
        yield
    except DriverError:
        raise
    except TimeoutError:
        raise NoAnswerError("the server does not answer in time") from None
    except ConnectionRefusedError as error:
        raise LinkLostError("connection refused") from error
    except OSError as error:
        raise LinkLostError(str(error) or type(error).__name__) from error
    except UaStatusCodeError as error:
        raise LinkLostError(status_name(ua.StatusCode(ua.UInt32(error.code)))) from error
    except (UaError, struct.error, ValueError, TypeError, LookupError, AttributeError) as error:
        raise MalformedError(f"unreadable answer: {error}") from error


class Session:
    """A live connection: resolved nodes, one subscription, and the batches it brings.

    `generation` numbers the sessions of a link. The queue of batches dies with its session, so a
    late callback of a dead generation reaches nobody.
    """

    def __init__(self, link: Link, generation: int) -> None:
        self.generation = generation
        self.batches: asyncio.Queue[Batch] = asyncio.Queue(maxsize=BACKLOG)
        self._link = link
        self._client = Client(link.url, timeout=REQUEST_TIMEOUT, watchdog_intervall=REQUEST_TIMEOUT)
        self._client.name = self._client.description = "Gatehouse"
        self._client.session_timeout = SESSION_TIMEOUT
        self._client.connection_lost_callback = self._connection_lost
        self._services = self._client.uaclient
        self._subscription = Subscription(link, self._services, self._offer, self._end)
        self._alive = False
        self._over = asyncio.Event()
        self._reason = ""
        self._namespaces: list[str] = []
        self._targets: dict[tuple[str, str], Target] = {}
        self._homeless: Mapping[tuple[str, str], str] = {}

    async def open(self) -> None:
        """Connect, resolve every node, subscribe and read everything once; raises DriverError."""
        with translated():
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self._client.connect()
                self._alive = True
                self._namespaces = await self._client.get_namespace_array()
                targets, self._homeless = resolve(self._link.devices, self._namespaces)
                self._targets = {(target.device, target.point.name): target for target in targets}
                await self._subscription.create()
                await self._subscription.monitor([t for t in targets if not t.point.command])
                await self._refresh()

    async def close(self) -> None:
        """Say goodbye if anybody listens, and free the socket in any case."""
        self._alive = False
        protocol = self._services.protocol
        if protocol is None:
            return
        if self._over.is_set() and protocol.transport is not None:
            protocol.transport.abort()
            await asyncio.sleep(0)
        with contextlib.suppress(TimeoutError, OSError, UaError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._client.disconnect()
        self._client.disconnect_socket()
        await asyncio.sleep(0)  # lets the library's cancelled tasks end

    async def watch(self) -> None:
        """Wait until the session is over and raise LinkLostError with the reason.

        Silence of the subscription ends it too, whatever the socket says.
        """
        loop = asyncio.get_running_loop()
        while not self._over.is_set():
            left = self._subscription.published_at + self._subscription.silence - loop.time()
            if left <= 0:
                self._end(f"no publish for {self._subscription.silence:g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._over.wait()
        raise LinkLostError(self._reason)

    async def keep_reading(self) -> None:
        """Read everything every second; raises DriverError when that fails."""
        while True:
            await asyncio.sleep(CONTROL_READ)
            with translated():
                refused = [target for target, _ in self._subscription.refused.values()]
                await self._subscription.monitor(refused)
                await self._refresh()

    async def read(self, device: str, points: Sequence[str]) -> dict[str, Reading]:
        """Read some points of a device now; raises DriverError."""
        targets = [self._targets[device, point] for point in points]
        with translated():
            readings = self._readings(targets, await self._values(targets))
        self._offer(batch_of(self._ids(), readings))
        return {point: reading for _, point, (reading, _) in readings}

    def knows(self, device: str, point: str) -> bool:
        """Return whether the namespace of a point is on this server."""
        return (device, point) in self._targets

    @property
    def can_send(self) -> bool:
        """Return whether bytes given to the socket now have a way out."""
        protocol = self._services.protocol
        transport = protocol.transport if protocol is not None else None
        return self._alive and transport is not None and not transport.is_closing()

    async def write(self, device: str, point: str, data: ua.DataValue) -> list[ua.StatusCode]:
        """Write one node once and return the server's word; raises what asyncua raises."""
        return await self._services.write_attributes([self._targets[device, point].node], [data])

    async def _refresh(self) -> None:
        """Read every point and hand all over as one batch."""
        targets = self._subscription.items
        found, *answers = await self._values(targets, _NAMESPACES)
        if found.Value is None or found.Value.Value != self._namespaces:
            raise LinkLostError("the server numbered its namespaces anew")
        readings = self._readings(targets, answers)
        refused = {key: cause for key, (_, cause) in self._subscription.refused.items()}
        readings += [
            (device, point, ((None, Quality.BAD, cause), None))
            for (device, point), cause in {**self._homeless, **refused}.items()
            if point in self._readable(device)
        ]
        self._offer(batch_of(self._ids(), readings))

    async def _values(self, targets: Sequence[Target], *also: ua.NodeId) -> list[ua.DataValue]:
        nodes = [*also, *(target.node for target in targets)]
        answers = await self._services.read_attributes(nodes, AttributeIds.Value)
        if len(answers) != len(nodes):
            raise MalformedError(f"{len(nodes)} nodes asked, {len(answers)} answered")
        return answers

    def _readings(
        self, targets: Sequence[Target], answers: Sequence[ua.DataValue]
    ) -> list[tuple[str, str, Stamped]]:
        return [
            (target.device, target.point.name, stamped_of(target.point, answer))
            for target, answer in zip(targets, answers, strict=True)
        ]

    def _ids(self) -> list[str]:
        return [device.id for device in self._link.devices]

    def _readable(self, device: str) -> Mapping[str, object]:
        return next(one.model.points for one in self._link.devices if one.id == device)

    def _offer(self, batch: Batch) -> None:
        if not self._alive:
            return
        try:
            self.batches.put_nowait(batch)
        except asyncio.QueueFull:
            self._end(f"{BACKLOG} answers wait to be taken")

    def _end(self, reason: str) -> None:
        if not self._over.is_set():
            self._reason = reason
            self._over.set()

    async def _connection_lost(self, error: Exception) -> None:
        self._end(f"the connection ended: {error}")
