"""What an emulated server does wrong when told to: as a whole, or by a seed request by request."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.internal_session import InternalSession
from asyncua.ua.status_codes import StatusCodes

from protocols.faults import Fault, Faults
from twins.instant import in_seconds

POSSIBLE = frozenset((Fault.DELAY, Fault.REFUSE, Fault.FORGET, Fault.HALF_OPEN))
"""What can go wrong with a request. None is dropped alone: a connection's answers are in order, so
that one that never comes is a half-open connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFaults:
    """What is wrong with a server as long as it is so."""

    frozen: bool = False
    """Subscriptions live and publish nothing, not even that they live."""
    hung: bool = False
    """Half-open TCP: connections stand, new ones are accepted, and nothing is answered."""
    polled_only: bool = False
    """It has no subscriptions (BadServiceUnsupported)."""
    deaf: frozenset[tuple[str, str]] = frozenset()
    """Points (device, point) whose changes no subscription tells; who reads them sees them."""
    refused: frozenset[tuple[str, str]] = frozenset()
    """Points that no subscription may watch (BadTooManyMonitoredItems)."""


class Trouble:
    """The faults of one server as they stand now."""

    def __init__(self, forget: Callable[[], Awaitable[None]]) -> None:
        self.transports = Transports(self)
        self.now = ServerFaults()
        self.requests: Faults | None = None
        self.unwatched: frozenset[ua.NodeId] = frozenset()
        self._forget = forget

    def become(self, faults: ServerFaults) -> None:
        """Go wrong as told from now on."""
        self.now = faults
        self.transports.obey(hung=faults.hung)

    async def meddle(self) -> None:
        """Let happen to a request what its seed has for it; raises ServiceError for a refusal."""
        fault = self.requests.next() if self.requests is not None else None
        if fault is Fault.DELAY and self.requests is not None:
            await asyncio.sleep(in_seconds(self.requests.delay))
        elif fault is Fault.REFUSE:
            raise ServiceError(StatusCodes.BadResourceUnavailable)
        elif fault is Fault.FORGET:
            await self._forget()
        elif fault is Fault.HALF_OPEN:
            self.become(ServerFaults(hung=True, frozen=True))


class TroubledSession(InternalSession):
    """A client's session on a server that may be in trouble."""

    trouble: Trouble

    async def create_session(
        self, params: ua.CreateSessionParameters, sockname: tuple[str, int] | None = None
    ) -> ua.CreateSessionResult:
        """Open a session; who must show a certificate cannot leave it out."""
        if self.iserver.certificate_validator and not params.ClientCertificate:
            raise ServiceError(StatusCodes.BadCertificateInvalid)
        return await super().create_session(params, sockname)

    async def read(self, params: ua.ReadParameters) -> list[ua.DataValue]:
        """Answer a read, unless something goes wrong."""
        await self.trouble.meddle()
        return await super().read(params)

    async def write(self, params: ua.WriteParameters) -> list[ua.StatusCode]:
        """Answer a write; what comes late is done late as well."""
        await self.trouble.meddle()
        return await super().write(params)

    async def call(self, params: list[ua.CallMethodRequest]) -> list[ua.CallMethodResult]:
        """Answer a call; what comes late is done late as well."""
        await self.trouble.meddle()
        return await super().call(params)

    async def create_subscription(
        self,
        params: ua.CreateSubscriptionParameters,
        callback: Callable[..., object],
        request_callback: Callable[..., object] | None = None,
    ) -> ua.CreateSubscriptionResult:
        """Make a subscription that stays silent while the server is frozen."""
        if self.trouble.now.polled_only:
            raise ServiceError(StatusCodes.BadServiceUnsupported)

        def asked(subscription: int) -> object:
            assert request_callback is not None
            return None if self.trouble.now.frozen else request_callback(subscription)

        return await super().create_subscription(
            params, callback, None if request_callback is None else asked
        )

    async def create_monitored_items(
        self, params: ua.CreateMonitoredItemsParameters
    ) -> list[ua.MonitoredItemCreateResult]:
        """Watch items, except those that this server will not watch."""
        refused = ua.MonitoredItemCreateResult(
            StatusCode=ua.StatusCode(ua.UInt32(StatusCodes.BadTooManyMonitoredItems))
        )
        asked = params.ItemsToCreate
        taken = [one for one in asked if one.ItemToMonitor.NodeId not in self.trouble.unwatched]
        if len(taken) == len(asked):
            return await super().create_monitored_items(params)
        params.ItemsToCreate = taken
        results = iter(await super().create_monitored_items(params))
        return [next(results) if one in taken else refused for one in asked]


class Transports(list[asyncio.Transport]):
    """A server's connections; while it hangs, it hears none of them."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def append(self, transport: asyncio.Transport) -> None:
        """Take up a connection that was just made."""
        super().append(transport)
        if self._trouble.now.hung:
            transport.pause_reading()

    def obey(self, *, hung: bool) -> None:
        """Stop or go on hearing all that are there."""
        for transport in self:
            if transport.is_closing():
                continue
            if hung and transport.is_reading():
                transport.pause_reading()
            elif not hung and not transport.is_reading():
                transport.resume_reading()
