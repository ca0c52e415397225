"""Payload ↔ raw values, by content format: one codec for reads, writes and the emulator.

A new format is a reader (and, where we write it, a writer) and its line in the tables.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from protocols.coap.formats import (
    CBOR,
    JSON,
    LINK_FORMAT,
    LWM2M_JSON,
    LWM2M_TLV,
    OCTETS,
    SENML_CBOR,
    SENML_JSON,
    TEXT,
    Content,
    format_in,
    format_of,
    named,
)
from protocols.coap.links import read_links
from protocols.coap.octets import Octets, write_octets
from protocols.coap.records import (
    read_lwm2m_json,
    read_senml_cbor,
    read_senml_json,
    write_lwm2m_json,
    write_senml_cbor,
    write_senml_json,
)
from protocols.coap.tlv import read_tlv, write_tlv
from protocols.coap.trees import read_cbor, read_json, write_cbor, write_json
from protocols.coap.typed import read_text, utf8, write_text
from protocols.interfaces import MalformedError
from protocols.model import Point, Raw
from twins.observation import Value

Read: TypeAlias = Callable[[bytes], Content]

Write: TypeAlias = Callable[[Sequence[tuple[Point, Raw]]], bytes]


class Text(Content):
    """Plain text: one value, the whole payload."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload

    def raw(self, point: Point) -> Raw:
        """Return the value as LwM2M writes text; fields have no place in it."""
        if point.field:
            raise MalformedError("plain text has no fields")
        return read_text(utf8(self._payload), point)


def write_plain(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return the one value as plain text; raises ValueError where there are more."""
    if len(points) != 1:
        raise ValueError("plain text holds one value")
    ((point, raw),) = points
    return write_text(raw, point).encode()


READERS: Mapping[int, Read] = {
    TEXT: Text,
    LINK_FORMAT: read_links,
    OCTETS: Octets,
    JSON: read_json,
    CBOR: read_cbor,
    SENML_JSON: read_senml_json,
    SENML_CBOR: read_senml_cbor,
    LWM2M_TLV: read_tlv,
    LWM2M_JSON: read_lwm2m_json,
}
"""Content format (IANA CoAP Content-Formats) → reader."""

WRITERS: Mapping[int, Write] = {
    TEXT: write_plain,
    OCTETS: write_octets,
    JSON: write_json,
    CBOR: write_cbor,
    SENML_JSON: write_senml_json,
    SENML_CBOR: write_senml_cbor,
    LWM2M_TLV: write_tlv,
    LWM2M_JSON: write_lwm2m_json,
}
"""Content format → writer; links are only read."""


def content_of(payload: bytes, content_format: int) -> Content:
    """Read a payload once for all points in it; raises MalformedError."""
    reader = READERS.get(content_format)
    if reader is None:
        raise MalformedError(f"{named(content_format)} is not one we read")
    return reader(payload)


def decode(payload: bytes, content_format: int | None, point: Point) -> Raw:
    """Return the raw value of one point; raises MalformedError for whatever is not one."""
    return content_of(payload, format_in(content_format, point)).raw(point)


def encode_all(points: Sequence[tuple[Point, Raw]], content_format: int) -> bytes:
    """Return a payload that holds these raw values; raises ValueError where it cannot."""
    writer = WRITERS.get(content_format)
    if writer is None:
        raise ValueError(f"{named(content_format)} is not one we write")
    return writer(points)


def encode(raw: Raw, point: Point) -> bytes:
    """Return a raw value in the point's format; the same for reads we answer and writes we send.

    >>> from protocols.coap.address import parse_path
    >>> point = Point(name="pressed", at="/3347/0/5500", address=parse_path("/3347/0/5500"),
    ...               value_type="boolean", wire_type="bool")
    >>> encode(True, point)
    b'1'
    """
    return encode_all([(point, raw)], format_of(point))


def written(point: Point, value: Value) -> tuple[int | None, bytes]:
    """Return content format and payload that write a value; raises ValueError for no such value.

    An empty text is an empty payload, which has no format.
    """
    payload = encode(point.raw_of(value), point)
    return (format_of(point) if payload else None), payload
