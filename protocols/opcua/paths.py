"""Browse paths → nodes, on a server that is asked and in one that is built."""

from collections.abc import Mapping, Sequence

from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.common.node import Node
from asyncua.server.server import Server
from asyncua.ua.object_ids import ObjectIds

from protocols.interfaces import MalformedError
from protocols.opcua.codec import status_name
from protocols.opcua.nodes import Path, named_id, standard_id

OBJECTS = standard_id(ObjectIds.ObjectsFolder)

HIERARCHICAL = standard_id(ObjectIds.HierarchicalReferences)


async def translated_paths(
    services: UaClient, paths: Sequence[Path]
) -> Mapping[Path, ua.NodeId | str]:
    """Ask a server where paths lead; a path that leads to two nodes leads nowhere."""
    answers = await services.translate_browsepaths_to_nodeids([_asked(path) for path in paths])
    if len(answers) != len(paths):
        raise MalformedError(f"{len(paths)} paths asked, {len(answers)} answered")
    return {path: _found(answer) for path, answer in zip(paths, answers, strict=True)}


def node_of(path: Path) -> ua.NodeId:
    """Return the id that a built server gives to the node at a path."""
    return named_id("".join(f"/{name}" for _, name in path), path[-1][0])


async def built(server: Server, path: Path) -> Node:
    """Return the object at a path of a built server, made with all that leads to it."""
    parent = server.nodes.objects
    for deep in range(1, len(path) + 1):
        index, name = path[deep - 1]
        node = node_of(path[:deep])
        if node in server.iserver.aspace:
            parent = server.get_node(node)
        else:
            parent = await parent.add_object(node, ua.QualifiedName(name, index))
    return parent


def _asked(path: Path) -> ua.BrowsePath:
    elements = [ua.RelativePathElement(ReferenceTypeId=HIERARCHICAL) for _ in path]
    for element, (index, name) in zip(elements, path, strict=True):
        element.IsInverse = False  # type: ignore[assignment]  # asyncua has a class of its own
        element.IncludeSubtypes = True  # type: ignore[assignment]
        element.TargetName = ua.QualifiedName(name, ua.UInt16(index))
    return ua.BrowsePath(StartingNode=OBJECTS, RelativePath=ua.RelativePath(Elements=elements))


def _found(answer: ua.BrowsePathResult) -> ua.NodeId | str:
    if not answer.StatusCode.is_good():
        return f"no node is there ({status_name(answer.StatusCode)})"
    if len(answer.Targets) != 1:
        return f"{len(answer.Targets)} nodes are there"
    target = answer.Targets[0].TargetId
    return ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)
