"""A Thing Description that @node-wot 0.8.16 consumes as it is.

It ignores scales, maps and types of our own, and some of the bindings' terms: so values are raw
here, bits are told in its own terms, and what it would do wrongly without a word is left out and
named (all of it seen by running it).
"""

from typing import Any

from protocols.exchange.terms import OURS, PREFIXES, TD, Thing
from protocols.exchange.thing import canonical
from protocols.model import DeviceModel, Point
from protocols.opcua.address import BrowsePath
from protocols.opcua.nodes import namespace_of

BITS_OF_A_REGISTER = 16

MOST_BITS = 48
"""Longest integer that it decodes."""

EX = "urn:node-wot:terms#"
OPCUA_TERMS = "https://example.org/node-wot/opcua#"
"""Its own prefixes; nobody resolves them."""


def for_node_wot(
    model: DeviceModel, address: str, namespace_index: int | None = None
) -> tuple[Thing, list[str]]:
    """Return the Thing and what is left out of it, with the reason."""
    whole = canonical(model, address)
    left_out: list[str] = []
    properties = {}
    for name, point in {**model.points, **model.command_points}.items():
        if reason := _impossible(point):
            left_out.append(f"{name}: {reason}")
            continue
        properties[name] = _property(model, point, whole["properties"][name], namespace_index)
    thing: Thing = {
        "@context": [TD, {**PREFIXES[model.protocol], "gh": OURS, **_own(model.protocol)}],
        **{key: whole[key] for key in KEPT if key in whole},
        "properties": properties,
    }
    if actions := _actions(model, whole.get("actions", {}), namespace_index):
        thing["actions"] = actions
    untold = [name for name in (*model.actions, *model.calls) if name not in actions]
    left_out += [f"{name}: an action that depends on its arguments" for name in untold]
    left_out += [f"{event.name}: an event on an edge" for event in model.events]
    return thing, left_out


OF_A_PROPERTY: tuple[str, ...] = ("title", "titles", "readOnly", "writeOnly", "observable")

KEPT = ("@type", "id", "title", "titles", "description", "base", "securityDefinitions", "security")


def _own(protocol: str) -> dict[str, str]:
    return {"modbus": {"ex": EX}, "opcua": {"opcua": OPCUA_TERMS}}.get(protocol, {})


def _impossible(point: Point) -> str:
    """Return why node-wot cannot have a point, or nothing."""
    if point.wire_type in ("u64", "s64"):
        return f"integers of more than {MOST_BITS} bits are not decoded"
    if point.field:
        return "a part of a structured value has no term"
    if point.condition is not None:
        return "a condition has no term"
    if isinstance(point.address, BrowsePath):
        return "a node named by its path has no term"
    if point.wire_type in ("bcd16", "bcd32", "bits"):
        return f"{point.wire_type} is not decoded"
    if point.bytes == "little" and (point.writable or point.command) and point.wire_type != "bool":
        return "a write of swapped bytes arrives corrupt"
    if point.bits is not None and (point.writable or point.command):
        return "a write of some bits clears the others"
    return ""


def _property(model: DeviceModel, point: Point, whole: Thing, namespace_index: int | None) -> Thing:
    described: Thing = {key: whole[key] for key in OF_A_PROPERTY if key in whole}
    described |= _raw_schema(point, whole)
    if point.bits is not None:
        first, last = point.bits
        size = _bits_of(point)
        described |= {"ex:bitOffset": size - 1 - last, "ex:bitLength": last - first + 1}
    forms = [_form(model, point, form, namespace_index) for form in whole["forms"]]
    return {**described, "forms": forms}


def _raw_schema(point: Point, whole: Thing) -> Thing:
    """Return the schema of the raw value: with its unit and range only where raw is the value."""
    kind = {"bool": "boolean", "f32": "number", "f64": "number", "string": "string"}.get(
        point.wire_type, "integer"
    )
    if whole["forms"][0]["contentType"].startswith("text/plain"):
        kind = "string"  # it hands plain text over as text
    elif point.bits is not None:
        kind = "boolean" if point.bits[0] == point.bits[1] else "integer"
    elif point.wire_type == "bool" and point.at.startswith(("hr:", "ir:")):
        kind = "integer"
    raw_is_value = (
        kind == point.value_type
        and point.scale == 1.0
        and not point.offset
        and not point.mapping
        and not point.inverted
    )
    terms = ("unit", "minimum", "maximum") if raw_is_value else ()
    return {"type": kind, **{term: whole[term] for term in terms if term in whole}}


def _bits_of(point: Point) -> int:
    return 32 if point.wire_type in ("u32", "s32") else BITS_OF_A_REGISTER


def _form(model: DeviceModel, point: Point, form: Thing, namespace_index: int | None) -> Thing:
    kept: Thing = {term: value for term, value in form.items() if not term.startswith("gh:")}
    if model.protocol == "opcua":
        identifier = point.at.partition(":")[2]
        node = (
            f"ns={namespace_index};{identifier}"
            if namespace_index is not None
            else f"nsu={namespace_of(model, point)};{identifier}"
        )
        kept["opcua:nodeId"] = node
        if namespace_index is not None:
            kept["href"] = kept["href"].partition("?")[0] + f"?id={node}"
    return kept


def _actions(model: DeviceModel, whole: Thing, namespace_index: int | None) -> Thing:
    """Return actions with the value they write as their input.

    Without one node-wot reads the coil instead and reports success.
    """
    found: Thing = {}
    for name, action in whole.items():
        (form,) = action["forms"]
        if name in model.calls:
            continue
        value: Any = form["gh:write"]
        written = model.actions.get(name) or model.capability.actions[name].sets
        point = {**model.points, **model.command_points}[next(iter(written))]
        raw = point.raw_of(value)
        if isinstance(raw, str | float):
            continue
        kind = "boolean" if isinstance(raw, bool) else "integer"
        if form["contentType"].startswith("text/plain"):
            kind, raw = "string", str(int(raw))
        if _impossible(point):
            continue
        found[name] = {
            **{key: action[key] for key in ("title", "titles", "synchronous")},
            "input": {"type": kind, "const": raw},
            "forms": [_form(model, point, form, namespace_index)],
        }
    return found
