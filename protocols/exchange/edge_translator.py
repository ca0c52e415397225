"""A Thing Description for UA Edge Translator, which reads its own dialect.

Its base has no slash at the end, its references are relative, every term that it does not know
stops it, and the order of words means the opposite (read in its source, not run).
"""

from typing import Any

from protocols.exchange.terms import ENTITIES, MODBUS, TD, XSD, Thing
from protocols.exchange.thing import canonical
from protocols.modbus.codec import register_of, width
from protocols.model import DeviceModel, Point, WireType
from protocols.opcua.address import BrowsePath
from protocols.opcua.nodes import namespace_of

TYPES: dict[WireType, str] = {
    "bool": "xsd:boolean", "s16": "xsd:short", "u16": "xsd:short", "s32": "xsd:integer",
    "u32": "xsd:integer", "s64": "xsd:long", "u64": "xsd:long", "f32": "xsd:float",
    "f64": "xsd:double", "string": "xsd:string",
}  # fmt: skip
"""Wire type → one that its parser knows; unsigned types are not among them."""

UNSIGNED = frozenset(("u16", "u32", "u64"))

SPEAKS = ("modbus", "opcua")


def for_edge_translator(model: DeviceModel, address: str) -> tuple[Thing, list[str]]:
    """Return the Thing and what of it is lost or wrong; raises ValueError for another protocol."""
    if model.protocol not in SPEAKS:
        raise ValueError(f"UA Edge Translator does not speak {model.protocol}")
    whole = canonical(model, address)
    lost: list[str] = []
    properties = {}
    for name, point in model.points.items():
        if reason := _impossible(point):
            lost.append(f"{name}: {reason}")
            continue
        if point.wire_type in UNSIGNED:
            lost.append(f"{name}: {point.wire_type} is read as signed, its upper half negative")
        properties[name] = _property(model, point, whole["properties"][name])
    lost += [f"{name}: actions are not carried" for name in model.capability.actions]
    return {
        "@context": [TD, {"modv": MODBUS, "xsd": XSD}] if model.protocol == "modbus" else [TD],
        "@type": ["Thing"],
        "id": whole["id"],
        "name": model.name,
        "title": model.title,
        "base": _base(model, whole["base"]),
        "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}},
        "security": ["nosec_sc"],
        "properties": properties,
    }, lost


def _base(model: DeviceModel, base: str) -> str:
    """Return the base: without a slash at the end; of OPC UA without any path."""
    if model.protocol == "modbus":
        return base.rstrip("/")
    scheme, _, rest = base.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _impossible(point: Point) -> str:
    if point.field or point.condition is not None or isinstance(point.address, BrowsePath):
        return "a path, a part of a value and a condition have no term"
    if point.wire_type not in TYPES:
        return f"{point.wire_type} is not among its types"
    if point.bits is not None:
        return "a bit of a register has no term"
    if point.offset or point.mapping or point.inverted:
        return "an offset, a map or an inversion has no term"
    return ""


def _property(model: DeviceModel, point: Point, whole: Thing) -> Thing:
    operations = ["readproperty", *(["writeproperty"] if point.writable else []), "observeproperty"]
    form: dict[str, Any]
    if model.protocol == "opcua":
        node = f"nsu={namespace_of(model, point)};{point.at.partition(':')[2]}"
        form = {"href": node, "op": operations}
    else:
        register = register_of(point)
        form = {
            "href": f"{register.offset}?quantity={width(point)}",
            "op": operations,
            "modv:entity": ENTITIES[register.table.value],
            "modv:type": TYPES[point.wire_type],
            "modv:zeroBasedAddressing": True,
            "modv:mostSignificantByte": point.bytes == "big",
            "modv:mostSignificantWord": point.words == "little",
            "modv:pollingTime": whole["forms"][0]["modv:pollingTime"],
        }
        if point.scale != 1.0:
            form["modv:multiplier"] = point.scale
    return {
        "type": point.value_type,
        "readOnly": not point.writable,
        "observable": True,
        **({"unit": point.unit} if point.unit else {}),
        "forms": [form],
    }
