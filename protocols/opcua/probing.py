"""Probe an OPC UA server: who it is, and its variables as a tree, each with type and value."""

from asyncua import ua
from asyncua.common.node import Node
from asyncua.ua.object_ids import ObjectIds

from protocols.interfaces import Link
from protocols.opcua.codec import status_name
from protocols.opcua.connection import Connection, translated
from protocols.probing import Probed, ProbedPoint

MOST_NODES = 400
"""Nodes that are looked at; a PLC may have tens of thousands."""

DEEPEST = 8
"""Levels below the objects folder."""

SHOWN = 48
"""Characters of a value that are told."""

LOOKED_AT = (ua.NodeClass.Object, ua.NodeClass.Variable)

IDENTITY = {
    "product": ObjectIds.Server_ServerStatus_BuildInfo_ProductName,
    "vendor": ObjectIds.Server_ServerStatus_BuildInfo_ManufacturerName,
    "revision": ObjectIds.Server_ServerStatus_BuildInfo_SoftwareVersion,
}
"""What a server says of itself (OPC 10000-5 §12.4)."""


async def probe_opcua(link: Link) -> Probed:
    """Browse a server from its objects folder; raises DriverError where nobody answers."""
    connection = Connection(link, lambda reason: None)  # noqa: ARG005  a lost probe has failed
    found = Probed()
    with translated():
        try:
            await connection.open()
            await _look(connection, found)
        finally:
            await connection.close(broken=False)
    return found


async def _look(connection: Connection, found: Probed) -> None:
    nodes = [ua.NodeId(ua.Int32(number), ua.Int16(0)) for number in IDENTITY.values()]
    answers = await connection.values(nodes)
    found.identity = {
        name: str(answer.Value.Value)
        for name, answer in zip(IDENTITY, answers, strict=True)
        if answer.Value is not None and answer.Value.Value
    }
    found.namespaces = {
        f"ns{index}": uri for index, uri in enumerate(connection.namespaces) if index > 1
    }
    start = Node(connection.services, ua.NodeId(ua.Int32(ObjectIds.ObjectsFolder), ua.Int16(0)))  # type: ignore[arg-type]  # a session in all but name
    left = await _branch(start, found, 0, MOST_NODES)
    if left <= 0:
        found.notes.append(f"the first {MOST_NODES} nodes were looked at; there are more")


async def _branch(node: Node, found: Probed, depth: int, left: int) -> int:
    """Add what lies below a node; return how many nodes may still be looked at."""
    for reference in await node.get_children_descriptions():
        if left <= 0:
            return left
        if reference.NodeId.NamespaceIndex == 0 or reference.NodeClass not in LOOKED_AT:
            continue  # the standard's own nodes, the server's state among them
        left -= 1
        child = Node(node.session, reference.NodeId)
        variable = reference.NodeClass is ua.NodeClass.Variable
        found.points.append(await _point(child, reference, depth, variable=variable))
        if depth < DEEPEST and not variable:
            left = await _branch(child, found, depth + 1, left)
    return left


async def _point(
    node: Node, reference: ua.ReferenceDescription, depth: int, *, variable: bool
) -> ProbedPoint:
    identifier = reference.NodeId.to_string().partition(";")[2] or reference.NodeId.to_string()
    at = f"ns{reference.NodeId.NamespaceIndex}:{identifier}"
    name = reference.DisplayName.Text or reference.BrowseName.Name
    if not variable:
        return ProbedPoint(at=at, name=name, depth=depth)
    held = await node.read_data_value(raise_on_bad_status=False)
    access = await node.get_user_access_level()
    status = status_name(held.StatusCode) if held.StatusCode is not None else "no value"
    value = status if held.Value is None else str(held.Value.Value)
    return ProbedPoint(
        at=at,
        name=name,
        kind="" if held.Value is None else held.Value.VariantType.name,
        value=value if len(value) <= SHOWN else f"{value[:SHOWN]} …",
        depth=depth,
        writable=ua.AccessLevel.CurrentWrite in access,
        observable=True,
    )
