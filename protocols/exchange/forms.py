"""Where a point is, as the forms of the three bindings."""

from collections.abc import Callable, Mapping

from protocols.exchange.methods import node_uri, reference, written_place
from protocols.exchange.terms import (
    BYTE_SEQUENCES,
    CONTENT_FORMATS,
    ENTITIES,
    OBSERVE,
    READ,
    WRITE,
    XSD_TYPES,
    Thing,
)
from protocols.modbus.codec import register_of, width
from protocols.model import DeviceModel, Point
from protocols.opcua.address import BrowsePath, Node
from twins.instant import MILLISECOND

_REGISTER_BYTES = 2


def operations(point: Point) -> list[str]:
    """Return what may be done to a point."""
    if point.command:
        return list(WRITE)
    return [*READ, *(WRITE if point.writable else ()), *OBSERVE]


def modbus_forms(model: DeviceModel, point: Point) -> list[Thing]:  # noqa: ARG001  one signature for all
    """Return the one form of a point in registers or bits."""
    register, count = register_of(point), width(point)
    form: Thing = {
        "href": f"{register.offset}?quantity={count}",
        "op": operations(point),
        "contentType": octets(point, count),
        "modv:entity": ENTITIES[register.table.value],
        "modv:zeroBasedAddressing": True,
    }
    if not register.table.of_bits:
        if point.wire_type in XSD_TYPES:
            form["modv:type"] = XSD_TYPES[point.wire_type]
        form["modv:mostSignificantByte"] = point.bytes == "big"
        form["modv:mostSignificantWord"] = point.words == "big"
    if not point.command:
        form["modv:pollingTime"] = point.poll / MILLISECOND
    return [form]


def octets(point: Point, count: int) -> str:
    """Return the content type that says length, sign and order of the bytes."""
    if register_of(point).table.of_bits:
        return "application/octet-stream;length=1"
    parts = ["application/octet-stream", f"length={_REGISTER_BYTES * count}"]
    if point.wire_type[0] in "us" and point.wire_type[1:].isdigit():
        parts.append(f"signed={'true' if point.wire_type[0] == 's' else 'false'}")
    if point.wire_type != "string":
        parts.append(f"byteSeq={BYTE_SEQUENCES[point.words, point.bytes]}")
    return ";".join(parts)


def coap_forms(model: DeviceModel, point: Point) -> list[Thing]:  # noqa: ARG001  one signature for all
    """Return a form to read, one to observe and one to write, whichever a point has."""
    media, number = CONTENT_FORMATS[point.content_format]
    common: Thing = {"contentType": media, "cov:contentFormat": number}
    href = point.at.removeprefix("/")
    forms: list[Thing] = []
    if not point.command:
        forms.append({"href": href, "op": list(READ), "cov:method": "GET", **common})
    if point.observe:
        forms.append({"href": href, "op": list(OBSERVE), "cov:method": "GET", **common})
    if point.command or point.writable:
        forms.append({"href": href, "op": list(WRITE), "cov:method": "PUT", **common})
    return forms


def opcua_forms(model: DeviceModel, point: Point) -> list[Thing]:
    """Return the one form of a node, by the URI of its namespace or by its path."""
    form: Thing = {"op": operations(point), "contentType": "application/json"}
    place = point.address
    assert isinstance(place, Node | BrowsePath), f"{point.name} is no node"
    node = node_uri(model, place)
    if node:
        return [{"href": reference(node), **form}]
    return [{"href": "?", "uav:browsePath": written_place(place), **form}]


FORMS: Mapping[str, Callable[[DeviceModel, Point], list[Thing]]] = {
    "modbus": modbus_forms,
    "coap": coap_forms,
    "opcua": opcua_forms,
}
"""Protocol → the forms of a point; the one that writes is the last."""
