"""From the nodes that a model names to the nodes of one server, as numbered today."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from asyncua import ua

from protocols.interfaces import ConnectedDevice
from protocols.model import DeviceModel, Point
from protocols.opcua.address import (
    STANDARD_ALIAS,
    STANDARD_URI,
    BrowsePath,
    Method,
    Node,
    Place,
)
from protocols.opcua.structures import Layouts

Path: TypeAlias = tuple[tuple[int, str], ...]
"""Browse names from the Objects folder, each with the index of its namespace."""

Translate: TypeAlias = Callable[[Sequence[Path]], Awaitable[Mapping[Path, ua.NodeId | str]]]
"""Path → its node, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One point and its node on the server it was resolved for."""

    device: str
    point: Point
    node: ua.NodeId
    on: ua.NodeId | None = None
    """The object of a method."""
    layouts: Layouts = field(default_factory=dict)
    """What structures hold on that server."""

    @property
    def key(self) -> tuple[str, str]:
        """Return device and point."""
        return self.device, self.point.name

    @property
    def server_deadband(self) -> float:
        """Return the deadband in raw units as the server may apply it; 0: it shall tell all."""
        point = self.point
        coded = bool(point.mapping or point.invalid or point.field)
        return 0.0 if coded else abs(point.deadband / point.scale)


def standard_id(number: int) -> ua.NodeId:
    """Return the id of a node of OPC UA itself."""
    return ua.NumericNodeId(ua.Int32(number), ua.Int16(0))


def named_id(name: str, index: int) -> ua.NodeId:
    """Return an id of text."""
    return ua.NodeId(ua.String(name), ua.Int16(index))


def node_id(node: Node, index: int) -> ua.NodeId:
    """Return a node's id, given the index that its namespace has on this server."""
    identifier = node.identifier
    if isinstance(identifier, int):
        return ua.NumericNodeId(ua.Int32(identifier), ua.Int16(index))
    return ua.NodeId(identifier, ua.Int16(index))  # type: ignore[arg-type]  # its UUID, str, bytes


def namespace_of(model: DeviceModel, point: Point) -> str:
    """Return the URI of a point's namespace; raises ValueError where the model names none."""
    match point.address:
        case Method():
            place = point.address.method
        case Node() | BrowsePath():
            place = point.address
        case _:
            raise ValueError(f"{point.at} is no OPC UA address")
    alias = place.namespace_alias if isinstance(place, Node) else place.steps[0].namespace_alias
    return _uri(model, place, alias)


def every_point(device: ConnectedDevice) -> Iterator[Point]:
    """Return the readable points of a device, those that are only written, and its methods."""
    yield from device.model.points.values()
    yield from device.model.command_points.values()
    yield from (call.point for call in device.model.calls.values())


async def resolve(
    devices: Sequence[ConnectedDevice], namespaces: Sequence[str], translate: Translate
) -> tuple[tuple[Target, ...], Mapping[tuple[str, str], str]]:
    """Find every point's node by its namespace's URI, and by its path where it has one.

    Returns what was found, and for (device, point) that is nowhere on this server the cause.
    """
    missing: dict[tuple[str, str], str] = {}
    wanted: list[tuple[str, Point, tuple[ua.NodeId | Path, ...]]] = []
    for device in devices:
        for point in every_point(device):
            try:
                places = tuple(
                    _numbered(device.model, place, namespaces) for place in _places(point.address)
                )
            except ValueError as error:
                missing[device.id, point.name] = str(error)
            else:
                wanted.append((device.id, point, places))
    paths = [one for _, _, places in wanted for one in places if isinstance(one, tuple)]
    found = await translate(list(dict.fromkeys(paths))) if paths else {}
    layouts: Layouts = {}
    targets = []
    for name, point, places in wanted:
        nodes = [found[one] if isinstance(one, tuple) else one for one in places]
        nowhere = next((one for one in nodes if isinstance(one, str)), None)
        if nowhere is not None:
            missing[name, point.name] = f"{point.at}: {nowhere}"
            continue
        node, *on = [one for one in nodes if isinstance(one, ua.NodeId)]
        targets.append(
            Target(device=name, point=point, node=node, on=on[0] if on else None, layouts=layouts)
        )
    return tuple(targets), missing


def numbered_path(model: DeviceModel, path: BrowsePath, namespaces: Sequence[str]) -> Path:
    """Return a path as this server numbers it; raises ValueError where it cannot."""
    found = []
    for step in path.steps:
        uri = _uri(model, path, step.namespace_alias)
        if uri not in namespaces:
            raise ValueError(f"the server has no namespace {uri}")
        found.append((namespaces.index(uri), step.name))
    return tuple(found)


def _places(address: object) -> tuple[Place, ...]:
    if isinstance(address, Method):
        return address.method, address.on
    assert isinstance(address, Node | BrowsePath)
    return (address,)


def _numbered(model: DeviceModel, place: Place, namespaces: Sequence[str]) -> ua.NodeId | Path:
    if isinstance(place, BrowsePath):
        return numbered_path(model, place, namespaces)
    uri = _uri(model, place, place.namespace_alias)
    if uri not in namespaces:
        raise ValueError(f"the server has no namespace {uri}")
    return node_id(place, namespaces.index(uri))


def _uri(model: DeviceModel, place: Place, alias: str) -> str:
    if alias == STANDARD_ALIAS:
        return STANDARD_URI
    if alias not in model.namespaces:
        raise ValueError(f"{place}: {alias!r} does not stand under `namespaces`")
    return model.namespaces[alias]
