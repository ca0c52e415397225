"""Points for tests of CoAP payloads."""

from protocols.coap.address import parse_path
from protocols.model import Point, WireType

VALUE_TYPES = {"bool": "boolean", "string": "string", "f32": "number", "f64": "number"}


def point(
    at: str = "/3303/0/5700",
    wire_type: WireType = "f64",
    field: str = "",
    form: str = "",
    name: str = "it",
    **more: object,
) -> Point:
    return Point(
        name=name,
        at=at,
        address=parse_path(at),
        value_type=VALUE_TYPES.get(wire_type, "integer"),
        wire_type=wire_type,
        field=field,
        content_format=form,
        **more,
    )
