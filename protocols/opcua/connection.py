"""One connection to a server: the socket, the session on it, and requests made once."""

import asyncio
import contextlib
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from protocols.interfaces import DriverError, Link, LinkLostError, MalformedError, NoAnswerError
from protocols.opcua.codec import status_name
from protocols.opcua.nodes import Target
from protocols.opcua.security import protect
from protocols.opcua.settings import settings_of

REQUEST_TIMEOUT = 1.5
"""Seconds that a server has to answer one request (assumed)."""

CLOSE_TIMEOUT = 1.0
"""Seconds for a polite goodbye; then the socket is dropped."""

SESSION_TIMEOUT = 10_000
"""Milliseconds after which the server may forget us."""

WATCHDOG = 3600.0
"""Seconds between asyncua's own looks at the connection; ours are sooner and say more."""

MOST_NODES = 500
"""Nodes in one read where the server names no limit (assumed)."""

MEANT = {
    StatusCodes.BadCertificateUntrusted: "the server does not trust our certificate",
    StatusCodes.BadSecurityChecksFailed: "the server does not accept our certificate",
    StatusCodes.BadIdentityTokenRejected: "the server does not let this kind of user in",
    StatusCodes.BadUserAccessDenied: "the server does not let this user in",
}
"""What a refusal means where its name alone does not help."""

_NAMESPACES = ua.NumericNodeId(ua.Int32(ObjectIds.Server_NamespaceArray), ua.Int16(0))
_MOST_READ = ua.NumericNodeId(
    ua.Int32(ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead), ua.Int16(0)
)


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
        name = status_name(ua.StatusCode(ua.UInt32(error.code)))
        meant = f": {MEANT[error.code]}" if error.code in MEANT else ""
        raise LinkLostError(f"{name}{meant}") from error
    except (UaError, struct.error, ValueError, TypeError, LookupError, AttributeError) as error:
        raise MalformedError(f"unreadable answer: {error}") from error


class Connection:
    """A client that is used once, with the server's own numbering of its namespaces."""

    def __init__(self, link: Link, ended: Callable[[str], None]) -> None:
        self._link = link
        self._ended = ended
        self._settings = settings_of(link.settings)
        self._client = Client(link.url, timeout=REQUEST_TIMEOUT, watchdog_intervall=WATCHDOG)
        self._client.name = self._client.description = "Gatehouse"
        self._client.session_timeout = SESSION_TIMEOUT
        self._client.connection_lost_callback = self._lost
        self.services = self._client.uaclient
        self.namespaces: list[str] = []
        self._most_nodes = MOST_NODES

    async def open(self) -> None:
        """Connect and learn how the server numbers its namespaces; raises what asyncua raises."""
        if self._settings.security != "none":
            await protect(self._client, self._settings)
        try:
            await self._client.connect()
        except AssertionError as error:
            # asyncua takes any answer for an open channel, also the fault by which some servers
            # say that they do not trust us (node-opcua 2.182).
            refused = "the server opens no secure channel; does it trust our certificate?"
            raise LinkLostError(refused) from error
        found, most = await self.values([_NAMESPACES, _MOST_READ])
        self.namespaces = list(_held(found) or ())
        self._most_nodes = int(_held(most) or 0) or MOST_NODES

    async def close(self, *, broken: bool) -> None:
        """Say goodbye unless nobody listens, and free the socket in any case."""
        protocol = self.services.protocol
        if protocol is None:
            return
        if broken and protocol.transport is not None:
            protocol.transport.abort()
            await asyncio.sleep(0)
        with contextlib.suppress(TimeoutError, OSError, UaError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._client.disconnect()
        self._client.disconnect_socket()
        await asyncio.sleep(0)  # lets the library's cancelled tasks end

    @property
    def can_send(self) -> bool:
        """Return whether bytes given to the socket now have a way out."""
        protocol = self.services.protocol
        transport = protocol.transport if protocol is not None else None
        return transport is not None and not transport.is_closing()

    async def require_same_server(self) -> None:
        """Raise LinkLostError where the namespaces are no longer numbered as they were."""
        (found,) = await self.values([_NAMESPACES])
        if _held(found) != self.namespaces:
            raise LinkLostError("the server numbered its namespaces anew")

    async def values(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
        """Read nodes, in as many requests as the server wants; raises what asyncua raises."""
        answers: list[ua.DataValue] = []
        for first in range(0, len(nodes), self._most_nodes):
            part = list(nodes[first : first + self._most_nodes])
            answers += await self.services.read_attributes(part, AttributeIds.Value)
        if len(answers) != len(nodes):
            raise MalformedError(f"{len(nodes)} nodes asked, {len(answers)} answered")
        return answers

    async def write(self, node: ua.NodeId, data: ua.DataValue) -> list[ua.StatusCode]:
        """Write one node once and return the server's word; raises what asyncua raises."""
        return await self.services.write_attributes([node], [data])

    async def call(self, target: Target, arguments: list[ua.Variant]) -> list[ua.StatusCode]:
        """Call one method once and return the server's word; raises what asyncua raises."""
        assert target.on is not None, "a method"
        request = ua.CallMethodRequest(
            ObjectId=target.on, MethodId=target.node, InputArguments=arguments
        )
        return [result.StatusCode for result in await self.services.call([request])]

    async def _lost(self, error: Exception) -> None:
        self._ended(f"the connection ended: {error}")


def _held(data: ua.DataValue) -> Any:  # noqa: ANN401  whatever the node holds
    return data.Value.Value if data.Value is not None else None
