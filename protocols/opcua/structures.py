"""Structures as one server defines them (OPC 10000-3 §8.48), decoded without a class of their own.

asyncua makes Python classes of them and keeps these for the whole process under the server's own
numbers; two servers with different structures of the same number would then be confused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.common.utils import Buffer
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.ua_binary import pack_uatype, unpack_uatype

from protocols.fields import Step

BUILT_IN = range(1, 26)
"""Data types with an encoding of their own (OPC 10000-6 §5.1.2)."""

SAME_AS: Mapping[int, ua.VariantType] = {
    288: ua.VariantType.UInt32, 289: ua.VariantType.UInt32, 290: ua.VariantType.Double,
    294: ua.VariantType.DateTime, 295: ua.VariantType.String, 12877: ua.VariantType.String,
}  # fmt: skip
"""Standard data types that are built-in ones under another name."""

MOST_DEEP = 8
"""Structures within structures that are followed (assumed)."""

Content: TypeAlias = "ua.Variant | list[Content] | dict[str, Content]"
"""A decoded value down to its built-in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of a structure."""

    name: str
    holds: "ua.VariantType | Layout"
    array: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A structure's fields in the order in which they are encoded."""

    parts: tuple[Part, ...]
    with_optional: bool = False

    def read(self, data: Buffer) -> dict[str, Content]:
        """Decode one structure (OPC 10000-6 §5.2.6); raises what asyncua raises for bad data."""
        there = unpack_uatype(ua.VariantType.UInt32, data) if self.with_optional else 0
        found: dict[str, Content] = {}
        bit = 0
        for part in self.parts:
            if part.optional:
                bit += 1
                if not there >> (bit - 1) & 1:
                    continue
            if part.array:
                count = unpack_uatype(ua.VariantType.Int32, data)
                if count > len(data):
                    raise ValueError(f"{part.name} claims {count} elements")
                found[part.name] = [_read(part.holds, data) for _ in range(count)]
            else:
                found[part.name] = _read(part.holds, data)
        return found

    def written(self, content: Mapping[str, Content]) -> bytes:
        """Encode one structure; the counterpart of `read` for emulators."""
        data = b""
        for part in self.parts:
            value = content[part.name]
            if isinstance(value, list):
                data += pack_uatype(ua.VariantType.Int32, len(value))
                data += b"".join(_written(part.holds, one) for one in value)
            else:
                data += _written(part.holds, value)
        return data


Layouts: TypeAlias = dict[ua.NodeId, Layout]
"""Id of a structure's binary encoding → its layout, on one server."""


def member_of(
    value: object, kind: ua.VariantType, member: Sequence[Step], layouts: Layouts
) -> ua.Variant:
    """Return a built-in value inside a value; raises ValueError where the way leads nowhere."""
    content = _unfolded(value, kind, layouts)
    way = ""
    for step in member:
        way += f"[{step}]" if isinstance(step, int) else f"{'.' if way else ''}{step}"
        if isinstance(step, int):
            if not isinstance(content, list) or step >= len(content):
                raise ValueError(f"the value has no {way}")
            content = content[step]
        else:
            if not isinstance(content, dict) or step not in content:
                raise ValueError(f"the value has no {way}")
            content = content[step]
    if not isinstance(content, ua.Variant):
        raise ValueError(f"{way} is no single value")
    return content


async def learn(services: UaClient, nodes: Sequence[ua.NodeId], layouts: Layouts) -> None:
    """Read the layout of the structures that these nodes hold; what has none is left out."""
    types = await services.read_attributes(list(nodes), AttributeIds.DataType)
    for held in {answer.Value.Value for answer in types if answer.Value is not None}:
        if isinstance(held, ua.NodeId):
            await _layout_of(services, held, layouts, MOST_DEEP)


async def _layout_of(
    services: UaClient, data_type: ua.NodeId, layouts: Layouts, deep: int
) -> "ua.VariantType | Layout | None":
    if data_type.NamespaceIndex == 0 and isinstance(data_type.Identifier, int):
        number = data_type.Identifier
        if number in SAME_AS or number in BUILT_IN:
            return SAME_AS.get(number) or ua.VariantType(number)
    (answer,) = await services.read_attributes([data_type], AttributeIds.DataTypeDefinition)
    definition = answer.Value.Value if answer.Value is not None else None
    if isinstance(definition, ua.EnumDefinition):
        return ua.VariantType.Int32
    if not isinstance(definition, ua.StructureDefinition) or not deep:
        return None
    if definition.StructureType not in (
        ua.StructureType.Structure,
        ua.StructureType.StructureWithOptionalFields,
    ):
        return None
    with_optional = definition.StructureType is ua.StructureType.StructureWithOptionalFields
    parts = []
    for field in definition.Fields:
        holds = await _layout_of(services, field.DataType, layouts, deep - 1)
        if holds is None or field.ValueRank > 1:
            return None
        parts.append(
            Part(
                name=field.Name,
                holds=holds,
                array=field.ValueRank == 1,
                optional=with_optional and bool(field.IsOptional),
            )
        )
    layout = Layout(parts=tuple(parts), with_optional=with_optional)
    layouts[definition.DefaultEncodingId] = layout
    return layout


def _unfolded(value: object, kind: ua.VariantType, layouts: Layouts) -> Content:
    if isinstance(value, list):
        return [_unfolded(one, kind, layouts) for one in value]
    if kind is not ua.VariantType.ExtensionObject:
        return ua.Variant(value, kind)
    if not isinstance(value, ua.ExtensionObject):
        raise ValueError(f"members of a standard {type(value).__name__} are not read")
    layout = layouts.get(value.TypeId)
    if layout is None:
        raise ValueError("nothing tells what this structure holds")
    data = Buffer(value.Body or b"")
    content = layout.read(data)
    if len(data):
        raise ValueError(f"{len(data)} bytes of the structure are left over")
    return content


def _read(holds: ua.VariantType | Layout, data: Buffer) -> Content:
    if isinstance(holds, Layout):
        return holds.read(data)
    return ua.Variant(unpack_uatype(holds, data), holds)


def _written(holds: ua.VariantType | Layout, value: Content) -> bytes:
    if isinstance(holds, Layout):
        assert isinstance(value, dict), "a structure"
        return holds.written(value)
    assert isinstance(value, ua.Variant), "a built-in value"
    packed: bytes = pack_uatype(holds, value.Value)
    return packed
