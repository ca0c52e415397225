"""From the nodes that a model names to the nodes of one server, as numbered today."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from asyncua import ua

from protocols.interfaces import ConnectedDevice
from protocols.model import DeviceModel, Point
from protocols.opcua.address import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One point and its node on the server it was resolved for."""

    device: str
    point: Point
    node: ua.NodeId

    @property
    def key(self) -> tuple[str, str]:
        """Return device and point."""
        return self.device, self.point.name

    @property
    def server_deadband(self) -> float:
        """Return the deadband in raw units as the server may apply it; 0: it shall tell all."""
        point = self.point
        coded = bool(point.mapping or point.invalid)
        return 0.0 if coded else abs(point.deadband / point.scale)


def node_id(node: Node, index: int) -> ua.NodeId:
    """Return a node's id, given the index that its namespace has on this server."""
    identifier = node.identifier
    if isinstance(identifier, int):
        return ua.NumericNodeId(ua.Int32(identifier), ua.Int16(index))
    return ua.NodeId(identifier, ua.Int16(index))  # type: ignore[arg-type]  # its UUID, str, bytes


def namespace_of(model: DeviceModel, point: Point) -> str:
    """Return the URI of a point's namespace; raises ValueError where the model names none."""
    assert isinstance(point.address, Node)
    alias = point.address.namespace_alias
    if alias not in model.namespaces:
        raise ValueError(f"{point.at}: {alias!r} does not stand under `namespaces`")
    return model.namespaces[alias]


def every_point(device: ConnectedDevice) -> Iterator[Point]:
    """Return the readable points of a device, then those that are only written."""
    yield from device.model.points.values()
    yield from device.model.command_points.values()


def resolve(
    devices: Sequence[ConnectedDevice], namespaces: Sequence[str]
) -> tuple[tuple[Target, ...], Mapping[tuple[str, str], str]]:
    """Find every point's node by its namespace's URI.

    Returns what was found, and for (device, point) that has no namespace here the cause.
    """
    targets = []
    missing = {}
    for device in devices:
        for point in every_point(device):
            assert isinstance(point.address, Node)
            try:
                uri = namespace_of(device.model, point)
                index = namespaces.index(uri) if uri in namespaces else None
            except ValueError as error:
                missing[device.id, point.name] = str(error)
                continue
            if index is None:
                missing[device.id, point.name] = f"the server has no namespace {uri}"
            else:
                node = node_id(point.address, index)
                targets.append(Target(device=device.id, point=point, node=node))
    return tuple(targets), missing
