"""asyncua's server as our emulators need it: the core address space, and bounds.

asyncua fills in the whole OPC UA model at each start, 6 174 nodes and 0.9 s of work; a gate needs
the types and the Server object of the base specification, 0.15 s (measured, asyncua 2.1.0).
"""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.address_space import NodeManagementService
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession
from asyncua.server.subscription_service import SubscriptionService
from asyncua.ua.status_codes import StatusCodes

from protocols.opcua.faults import Trouble, TroubledSession
from protocols.opcua.security import Doorkeeper
from protocols.opcua.settings import PLAIN

BASE = 2300
"""Base types and the Server object have numeric ids below this (OPC 10000-6 annex A)."""

OPERATION_LIMITS = range(11704, 11715)
"""How many nodes one request may name; clients ask before they send."""

CONDITIONS = (2782, 2787, 2788, 2881, 2915, 3875)
"""Types of conditions and of the events around a refresh, and the method that asks for one."""

MOST_CONNECTIONS = 20
MOST_SUBSCRIPTIONS = 50
ACTIVATE_WITHIN = 5.0
"""Seconds that a socket may stay open without a session."""

MOST_LIFETIME = 100
"""Publishing intervals after which a subscription that nobody asks for is dropped."""


class CoreServer(InternalServer):
    """A bounded server whose every client is a guest."""

    def __init__(self) -> None:
        super().__init__(user_manager=Doorkeeper(PLAIN))
        self.allow_remote_admin = False
        self.max_connections = MOST_CONNECTIONS
        self.max_subscriptions = MOST_SUBSCRIPTIONS
        self.max_pending_activation_seconds = ACTIVATE_WITHIN
        self.max_lifetime_count = MOST_LIFETIME
        self.max_keep_alive_count = MOST_LIFETIME // 3
        self.subscription_service = _Subscriptions(self.aspace, iserver=self)
        self.isession.subscription_service = self.subscription_service
        self.trouble = Trouble(self.forget_subscriptions)
        self.asyncio_transports = self.trouble.transports

    def create_session(
        self,
        name: str,
        user: User = User(role=UserRole.Anonymous),  # noqa: B008  asyncua's signature
        external: bool = False,  # noqa: FBT001, FBT002
    ) -> InternalSession:
        """Return a session; a client's one is in whatever trouble the server is in."""
        if not external:
            return super().create_session(name, user, external=False)
        session = TroubledSession(
            self, self.aspace, self.subscription_service, name, user=user, external=True
        )
        session.trouble = self.trouble
        return session

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        """Fill the address space in a thread: reading the generated modules takes a while."""
        assert shelf_file is None, "the core is not cached"
        await asyncio.to_thread(_fill_core, self.node_mgt_service)

    async def stop(self) -> None:
        """Stop at once; asyncua would first sleep out the second of its clock."""
        if self.time_task is not None:
            self.time_task.cancel()
            await asyncio.wait({self.time_task})
            self.time_task = None
        await self.forget_clients()
        await super().stop()

    async def forget_clients(self) -> None:
        """Drop all sessions and subscriptions, as a controller does that loses its power."""
        for session in tuple(self._external_sessions.values()):
            await session.close_session()
        await self.forget_subscriptions()

    async def forget_subscriptions(self) -> None:
        """Drop all subscriptions and tell nobody."""
        await self.subscription_service.delete_subscriptions(
            list(self.subscription_service.subscriptions)
        )


class _Subscriptions(SubscriptionService):
    """Answers Republish of an unknown message with a fault, as OPC 10000-4 §5.13.6 wants.

    asyncua answers with an empty success, and its clients then ask 500 times a second for ever.
    """

    def republish(self, params: ua.RepublishParameters) -> ua.NotificationMessage:
        """Return a message not yet acknowledged; raises ServiceError where there is none."""
        if params.SubscriptionId not in self.subscriptions:
            raise ServiceError(StatusCodes.BadSubscriptionIdInvalid)
        message = super().republish(params)
        if not message.NotificationData:
            raise ServiceError(StatusCodes.BadMessageNotAvailable)
        return message


def _fill_core(service: NodeManagementService) -> None:
    """Add the core nodes, whatever they rest on, and the references among them."""
    from asyncua.server.standard_address_space import (  # noqa: PLC0415  9 MB, for servers only
        standard_address_space_services as generated,
    )

    standard = _Standard()
    generated.create_standard_address_space_Services(standard)  # type: ignore[no-untyped-call]  # generated
    kept = standard.core()
    waiting = [item for number, item in standard.nodes.items() if number in kept]
    while waiting:
        refused = list(service.try_add_nodes(waiting, check=False))
        assert len(refused) < len(waiting), "a core node has no parent"
        waiting = refused
    references = [
        reference
        for reference in standard.references
        if reference.SourceNodeId.Identifier in kept and reference.TargetNodeId.Identifier in kept
    ]
    refused_references = list(service.try_add_references(references))
    assert not refused_references, "a core reference leads nowhere"


class _Standard:
    """Collects what the generated modules would add."""

    def __init__(self) -> None:
        self.nodes: dict[object, ua.AddNodesItem] = {}
        self.references: list[ua.AddReferencesItem] = []

    def add_nodes(self, items: Iterable[ua.AddNodesItem]) -> None:
        self.nodes.update((item.RequestedNewNodeId.Identifier, item) for item in items)

    def add_references(self, items: Iterable[ua.AddReferencesItem]) -> None:
        self.references.extend(items)

    def core(self) -> set[object]:
        """Return the ids of the core and of every node that one of them rests on."""
        kept: set[object] = set()
        todo: list[object] = [*range(BASE), *OPERATION_LIMITS, *CONDITIONS]
        while todo:
            number = todo.pop()
            if number in self.nodes and number not in kept:
                kept.add(number)
                todo += _supports(self.nodes[number])
        return kept


def _supports(item: ua.AddNodesItem) -> Iterator[object]:
    for node in (item.ParentNodeId, item.TypeDefinition, item.ReferenceTypeId):
        if not node.is_null():
            yield node.Identifier
