"""Whether a CoAP point can be what its description says; asked when the description is read."""

from protocols.coap.address import ResourcePath
from protocols.coap.ipso import RESOURCES
from protocols.coap.tlv import numbers_of
from protocols.coap.typed import shape
from protocols.dialect import MisfitError
from protocols.fields import parse_field
from protocols.model import Point

WITHOUT_OCTETS = ("bcd16", "bcd32", "bits")
"""Types that say something of registers, not of bytes."""

MOST_OCTETS = 1024
"""Bytes of a value within which a field may begin."""


def fits(point: Point) -> None:
    """Raise MisfitError where a point's format, field, type and address contradict each other."""
    address = point.address
    assert isinstance(address, ResourcePath)
    if address.method == "POST" and not (point.writable or point.command):
        raise MisfitError("at", f"{point.name} is only read; leave POST out")
    if address.resource is not None:
        _check_kind(point, address.resource)
    if point.content_format:
        _check_format(point)
    elif point.field:
        _check_path(point)


def _check_kind(point: Point, resource: int) -> None:
    """An IPSO resource has the type that the registry gives it."""
    name, kind = RESOURCES[resource]
    if kind == "execute":
        if not point.command:
            raise MisfitError(
                "at", f"{resource} ({name}) is only executed; write it under `writes`"
            )
    elif kind != shape(point):
        raise MisfitError("as", f"{resource} ({name}) is a {kind}, {point.wire_type} is none")


def _check_format(point: Point) -> None:
    match point.content_format:
        case "text" if point.field:
            raise MisfitError("field", "plain text has no fields; leave `field` out")
        case "link-format":
            _check_link(point)
        case "octets":
            _check_octets(point)
        case "json" | "cbor":
            _check_path(point)
        case "lwm2m+tlv" if not numbers_of(point):
            raise MisfitError("format", "LwM2M TLV finds resources by their number")
        case _:
            pass


def _check_link(point: Point) -> None:
    if point.command:
        raise MisfitError("format", "links are only read")
    if not point.field:
        raise MisfitError("format", "`field` says which link: /path or /path;attribute")


def _check_octets(point: Point) -> None:
    if point.wire_type in WITHOUT_OCTETS:
        raise MisfitError("as", f"bytes are not read as {point.wire_type}")
    if point.field and not (point.field.isdigit() and int(point.field) < MOST_OCTETS):
        raise MisfitError("field", "in bare bytes a field is the number of its first byte, from 0")


def _check_path(point: Point) -> None:
    try:
        parse_field(point.field)
    except ValueError as error:
        raise MisfitError("field", str(error)) from error
