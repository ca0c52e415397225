"""Whole values made of their members, for emulators; a structure follows from what is described."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds

from protocols.fields import Step, parse_field
from protocols.model import Point, Raw
from protocols.opcua.codec import variant_of, variant_type
from protocols.opcua.nodes import named_id, standard_id
from protocols.opcua.structures import Content, Layout, Part

Member: TypeAlias = tuple[Step, ...]


@dataclass(slots=True)
class Whole:
    """A value and the points that are its members."""

    points: dict[Member, Point]
    raws: dict[Member, Raw]
    layout: Layout | None = None
    """None: an array of built-in values."""
    data_type: ua.NodeId | None = None
    encoding: ua.NodeId = field(default_factory=ua.NodeId)

    def variant(self) -> ua.Variant:
        """Return the whole as it stands."""
        content = _content(tuple(self.points), (), self)
        if self.layout is None:
            assert isinstance(content, list), "an array"
            kind = variant_type(next(iter(self.points.values())).wire_type)
            return ua.Variant([_plain(one) for one in content], kind)
        assert isinstance(content, dict), "a structure"
        body = self.layout.written(content)
        return ua.Variant(
            ua.ExtensionObject(TypeId=self.encoding, Body=ua.ByteString(body)),
            ua.VariantType.ExtensionObject,
        )


async def whole_of(server: Server, name: str, index: int, points: Sequence[Point]) -> Whole:
    """Define what a node holds from the points that name its members; raises ValueError."""
    whole = Whole({parse_field(point.field): point for point in points}, {})
    if isinstance(next(iter(whole.points))[0], str):
        layout = _layout(tuple(whole.points), (), whole)
        assert isinstance(layout, Layout), "names are fields"
        whole.layout = layout
        whole.data_type, whole.encoding = await _define(server, name, index, layout)
    return whole


async def _define(
    server: Server, name: str, index: int, layout: Layout
) -> tuple[ua.NodeId, ua.NodeId]:
    """Add a data type for a layout; return its id and that of its encoding."""
    fields = []
    for part in layout.parts:
        if isinstance(part.holds, Layout):
            held, _ = await _define(server, f"{name}.{part.name}", index, part.holds)
        else:
            held = standard_id(part.holds.value)
        rank = ua.Int32(1 if part.array else -1)
        one = ua.StructureField(Name=part.name, DataType=held, ValueRank=rank)
        one.IsOptional = False
        fields.append(one)
    data_type = named_id(f"type:{name}", index)
    encoding = named_id(f"encoding:{name}", index)
    parent = Node(server.iserver.isession, standard_id(ObjectIds.Structure))
    node = await parent.add_data_type(data_type, ua.QualifiedName(name, index))
    definition = ua.StructureDefinition(
        DefaultEncodingId=encoding, BaseDataType=parent.nodeid, Fields=fields
    )
    await node.write_attribute(
        AttributeIds.DataTypeDefinition,
        ua.DataValue(ua.Variant(definition, ua.VariantType.ExtensionObject)),
    )
    return data_type, encoding


def _steps(members: Sequence[Member], way: Member) -> list[Step]:
    deep = len(way)
    found = [one[deep] for one in members if one[:deep] == way and len(one) > deep]
    return list(dict.fromkeys(found))


def _layout(members: Sequence[Member], way: Member, whole: Whole) -> Layout | ua.VariantType:
    steps = _steps(members, way)
    if not steps:
        return variant_type(whole.points[way].wire_type)
    parts = []
    for step in steps:
        inside = _steps(members, (*way, step))
        array = bool(inside) and isinstance(inside[0], int)
        below: Member = (*way, step, inside[0]) if array else (*way, step)
        holds = _layout(members, below, whole)
        parts.append(Part(name=str(step), holds=holds, array=array))
    return Layout(parts=tuple(parts))


def _content(members: Sequence[Member], way: Member, whole: Whole) -> Content:
    steps = _steps(members, way)
    if not steps:
        point = whole.points[way]
        return variant_of(whole.raws[way], point.wire_type)
    if all(isinstance(step, int) for step in steps):
        known = {step: _content(members, (*way, step), whole) for step in steps}
        pattern = next(iter(known.values()))
        last = max(step for step in steps if isinstance(step, int))
        return [known.get(number, _neutral(pattern)) for number in range(last + 1)]
    return {str(step): _content(members, (*way, step), whole) for step in steps}


def _neutral(pattern: Content) -> Content:
    """Return what stands where nothing is described, of the same shape."""
    if isinstance(pattern, dict):
        return {name: _neutral(one) for name, one in pattern.items()}
    if isinstance(pattern, list):
        return [_neutral(one) for one in pattern]
    return ua.Variant(type(pattern.Value)(), pattern.VariantType)


def _plain(content: Content) -> object:
    assert isinstance(content, ua.Variant), "an array of built-in values"
    return content.Value
