"""OPC UA methods and paths in a Thing: standard terms where there are any, ours beside them."""

import base64
import re
from typing import Any
from urllib.parse import quote

from protocols.exchange.terms import Thing
from protocols.model import Call, DeviceModel
from protocols.opcua.address import BrowsePath, Method, Node, Place
from twins.capability import ActionSpec

SAFE = "/:;=.,_-~+"
"""What stays as it is in an OPC UA reference; `#`, `&` and quotes must not (OPC 10101 §5)."""

_DIVIDES = re.compile(r"([&/:])")


def written_place(place: Place) -> str:
    """Return a node's address as descriptions write it; the inverse of `parse_node`.

    >>> from protocols.opcua.address import parse_node
    >>> written_place(parse_node("gh:/Gate/ua:Door&/1"))
    'gh:/Gate/ua:Door&/1'
    """
    if isinstance(place, Node):
        identifier = place.identifier
        text = (
            base64.b64encode(identifier).decode() if isinstance(identifier, bytes) else identifier
        )
        return f"{place.namespace_alias}:{place.identifier_kind}={text}"
    first = place.steps[0].namespace_alias
    names = [
        ("" if step.namespace_alias == first else f"{step.namespace_alias}:")
        + _DIVIDES.sub(r"&\1", step.name)
        for step in place.steps
    ]
    return f"{first}:/" + "/".join(names)


def node_uri(model: DeviceModel, place: Place) -> str:
    """Return a node by the URI of its namespace, or nothing where it is named by a path."""
    if isinstance(place, BrowsePath):
        return ""
    text = written_place(place).partition(":")[2]
    return f"nsu={model.namespaces[place.namespace_alias]};{text}"


def reference(node: str) -> str:
    """Return a node as a reference that nothing cuts short."""
    return f"?id={quote(node, safe=SAFE)}"


def notation_of_call(call: Call) -> dict[str, Any]:
    """Return a call as descriptions write it."""
    assert isinstance(call.point.address, Method), "a call is of a method"
    given = {
        one.name: {"as": one.wire_type, **({} if one.value is None else {"value": one.value})}
        for one in call.arguments
    }
    written = {"at": call.point.at, "on": written_place(call.point.address.on)}
    return {**written, **({"with": given} if given else {})}


def action_of_call(model: DeviceModel, spec: ActionSpec, call: Call) -> Thing | None:
    """Return a call as an action by OPC 10101; None where a path names the method or its object."""
    method = call.point.address
    assert isinstance(method, Method), "a call is of a method"
    target, owner = node_uri(model, method.method), node_uri(model, method.on)
    if not target or not owner:
        return None
    free = {name: {"type": one.type} for name, one in spec.arguments.items()}
    action: Thing = {"title": spec.title["en"], "titles": dict(spec.title), "synchronous": False}
    if free:
        action["input"] = {"type": "object", "properties": free, "required": list(free)}
    action["uav:componentOf"] = owner
    action["forms"] = [
        {"href": reference(target), "op": ["invokeaction"], "contentType": "application/json"}
    ]
    return action
