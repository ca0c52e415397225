"""The nodes of a link's models in an emulated server, and what each of them holds."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from asyncua import ua
from asyncua.common.node import Node
from asyncua.common.ua_utils import value_to_datavalue
from asyncua.server.server import Server
from asyncua.ua.status_codes import StatusCodes

from protocols.fields import parse_field
from protocols.interfaces import ConnectedDevice, RefusedError
from protocols.model import Call, Point, Raw
from protocols.opcua.address import BrowsePath, Method, Place
from protocols.opcua.codec import variant_of, variant_type
from protocols.opcua.composing import Whole, whole_of
from protocols.opcua.nodes import Path, Target, every_point, numbered_path, resolve, standard_id
from protocols.opcua.paths import built, node_of
from protocols.starting_values import starting_values
from twins.observation import Value

Told = Callable[[str, Mapping[str, Value]], Awaitable[None]]
"""Takes (device, what a client wrote or called); raises RefusedError to have it fail."""


@dataclass(slots=True, kw_only=True)
class Building:
    """What was built: points and their nodes, and the values that several points share."""

    targets: dict[tuple[str, str], Target]
    wholes: dict[ua.NodeId, Whole] = field(default_factory=dict)

    def stored(self, target: Target, value: Value) -> ua.DataValue:
        """Return what a point's node holds once the point has this value; None: a bad status."""
        if value is None:
            return ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(StatusCodes.BadNoCommunication)))
        point = target.point
        raw = point.raw_of(value)
        whole = self.wholes.get(target.node)
        if whole is None:
            return value_to_datavalue(variant_of(raw, point.wire_type))
        whole.raws[parse_field(point.field)] = raw
        return value_to_datavalue(whole.variant())


async def build(server: Server, devices: Sequence[ConnectedDevice], told: Told) -> Building:
    """Add every node that the devices' models name, with starting values."""
    for device in devices:
        for uri in device.model.namespaces.values():
            await server.register_namespace(uri)

    async def translate(paths: Sequence[Path]) -> Mapping[Path, ua.NodeId | str]:
        return {path: node_of(path) for path in paths}

    namespaces = await server.get_namespace_array()
    targets, missing = await resolve(devices, namespaces, translate)
    assert not missing, "every namespace has just been registered"
    building = Building(targets={target.key: target for target in targets})
    builder = _Builder(server, building, namespaces, told)
    for device in devices:
        await builder.add(device)
    return building


class _Builder:
    def __init__(
        self, server: Server, building: Building, namespaces: Sequence[str], told: Told
    ) -> None:
        self._server = server
        self._building = building
        self._namespaces = namespaces
        self._told = told

    async def add(self, device: ConnectedDevice) -> None:
        group = await self._server.nodes.objects.add_object(
            ua.NodeId(ua.String(device.id), ua.Int16(1)),
            ua.QualifiedName(device.id, ua.UInt16(1)),
        )
        starts = starting_values(device.model)
        await self._add_wholes(device, starts)
        for point in every_point(device):
            target = self._building.targets[device.id, point.name]
            if target.node in self._server.iserver.aspace:
                continue  # two points may show the same node
            parent, name = await self._place(device, target, group)
            if point.condition is not None:
                await parent.add_object(target.node, name)
            elif isinstance(point.address, Method):
                await self._add_method(device, target, parent, name)
            else:
                await self._add_variable(target, parent, name, starts)

    async def _add_wholes(self, device: ConnectedDevice, starts: Mapping[str, Value]) -> None:
        shared: dict[ua.NodeId, list[Point]] = {}
        for point in device.model.points.values():
            if point.field and point.condition is None:
                node = self._building.targets[device.id, point.name].node
                shared.setdefault(node, []).append(point)
        for node, points in shared.items():
            whole = await whole_of(self._server, str(node.Identifier), node.NamespaceIndex, points)
            for point in points:
                whole.raws[parse_field(point.field)] = _start(point, starts)
            self._building.wholes[node] = whole

    async def _add_variable(
        self, target: Target, parent: Node, name: ua.QualifiedName, starts: Mapping[str, Value]
    ) -> None:
        point = target.point
        whole = self._building.wholes.get(target.node)
        if whole is not None:
            await parent.add_variable(target.node, name, whole.variant(), datatype=whole.data_type)
            return
        start = variant_of(_start(point, starts), point.wire_type)
        variable = await parent.add_variable(target.node, name, start)
        if point.writable or point.command:
            await variable.set_writable()

    async def _add_method(
        self, device: ConnectedDevice, target: Target, parent: Node, name: ua.QualifiedName
    ) -> None:
        call = device.model.calls[target.point.name]

        async def called(_object: ua.NodeId, *given: ua.Variant) -> ua.StatusCode:
            return ua.StatusCode(ua.UInt32(await self._call(device.id, call, given)))

        inputs = [
            ua.Argument(Name=one.name, DataType=standard_id(variant_type(one.wire_type).value))
            for one in call.arguments
        ]
        await parent.add_method(target.node, name, called, inputs, [])

    async def _call(self, device: str, call: Call, given: Sequence[ua.Variant]) -> int:
        """Tell the device of a call as `{action: True, "action.argument": value}`."""
        if len(given) != len(call.arguments):
            missing = len(given) < len(call.arguments)
            return StatusCodes.BadArgumentsMissing if missing else StatusCodes.BadTooManyArguments
        told: dict[str, Value] = {call.point.name: True}
        for one, variant in zip(call.arguments, given, strict=True):
            if variant.VariantType is not variant_type(one.wire_type) or variant.is_array:
                return StatusCodes.BadInvalidArgument
            told[f"{call.point.name}.{one.name}"] = variant.Value
        try:
            await self._told(device, told)
        except RefusedError:
            return StatusCodes.BadInvalidState
        return StatusCodes.Good

    async def _place(
        self, device: ConnectedDevice, target: Target, group: Node
    ) -> tuple[Node, ua.QualifiedName]:
        """Return under what a node stands, and its browse name there."""
        address = target.point.address
        name = ua.QualifiedName(target.point.name, target.node.NamespaceIndex)
        if isinstance(address, Method):
            assert target.on is not None, "a method has an object"
            if isinstance(address.on, BrowsePath):
                return await built(self._server, self._path(device, address.on)), name
            if target.on in self._server.iserver.aspace:
                return self._server.get_node(target.on), name
            on = ua.QualifiedName(str(target.on.Identifier), target.on.NamespaceIndex)
            return await group.add_object(target.on, on), name
        if not isinstance(address, BrowsePath):
            return group, name
        *above, last = self._path(device, address)
        parent = await built(self._server, tuple(above))
        return parent, ua.QualifiedName(last[1], ua.UInt16(last[0]))

    def _path(self, device: ConnectedDevice, place: Place) -> Path:
        assert isinstance(place, BrowsePath), "a path"
        return numbered_path(device.model, place, self._namespaces)


def _start(point: Point, starts: Mapping[str, Value]) -> Raw:
    if point.name in starts:
        return point.raw_of(starts[point.name])
    neutral: Mapping[str, bool | int | str] = {"boolean": False, "string": ""}
    return neutral.get(point.value_type, 0)
