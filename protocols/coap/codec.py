"""Payload ↔ raw value, by content format: plain text as LwM2M writes it, and bare JSON values.

A new format is a reader (and, where we write it, a writer) and its line in the table.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Literal, Never, TypeAlias

from protocols.interfaces import MalformedError
from protocols.model import Point, Raw
from twins.observation import Value

TEXT = 0
"""text/plain;charset=utf-8 (RFC 7252 §12.3)."""

JSON = 50
"""application/json (RFC 7252 §12.3)."""

LARGEST_INTEGER = 2**63 - 1
"""An LwM2M Integer has at most 64 bits, signed (OMA LwM2M Core 1.1, appendix C)."""

LONGEST_SHOWN = 20
"""Characters of a wrong payload that a cause repeats."""

Reader: TypeAlias = Callable[[bytes, Point], Raw]

Shape: TypeAlias = Literal["boolean", "integer", "number", "string"]

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


def decode(payload: bytes, content_format: int | None, point: Point) -> Raw:
    """Return the raw value of a payload; raises MalformedError for whatever is not one.

    A missing content format is read as plain text: servers of plain IPSO resources leave it out,
    and RFC 7252 §5.5.1 leaves the choice to the reader.
    """
    reader = READERS.get(TEXT if content_format is None else content_format)
    if reader is None:
        raise MalformedError(f"content format {content_format:d} is not one we read")
    return reader(payload, point)


def encode(raw: Raw, point: Point) -> bytes:
    """Return a raw value as plain text; the same for reads we answer and writes we send.

    >>> from protocols.coap.address import parse_path
    >>> point = Point(name="pressed", at="/3347/0/5500", address=parse_path("/3347/0/5500"),
    ...               value_type="boolean", wire_type="bool")
    >>> encode(True, point)
    b'1'
    """
    shape = _shape(point)
    if shape == "boolean":
        return b"1" if raw else b"0"
    if shape == "integer":
        return str(int(raw)).encode()
    if shape == "number" and isinstance(raw, int | float):
        return format(Decimal(repr(raw)), "f").encode()
    return str(raw).encode()


def written(point: Point, value: Value) -> tuple[int, bytes]:
    """Return content format and payload that write a value; raises ValueError for no such value."""
    return TEXT, encode(point.raw_of(value), point)


def decode_text(payload: bytes, point: Point) -> Raw:
    """Read plain text by the rules of LwM2M (OMA LwM2M Core 1.1 §7.4.1): '0' and '1', decimals."""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("the payload is not UTF-8") from error
    match _shape(point):
        case "boolean":
            if text not in ("0", "1"):
                raise MalformedError(f"{_shown(text)} is no LwM2M boolean; 0 and 1 are")
            return text == "1"
        case "integer":
            if _INTEGER.fullmatch(text) is None:
                raise MalformedError(f"{_shown(text)} is no integer")
            return _bounded(int(text))
        case "number":
            if _NUMBER.fullmatch(text) is None:
                raise MalformedError(f"{_shown(text)} is no number")
            return _finite(float(text))
        case "string":
            return text


def decode_json(payload: bytes, point: Point) -> Raw:
    """Read a bare JSON value of exactly the point's type."""
    try:
        value: object = json.loads(payload, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError("the payload is not JSON") from error
    match _shape(point), value:
        case "boolean", bool(given):
            return given
        case "string", str(given):
            return given
        case "integer" | "number", bool():
            pass  # a JSON true is a Python int
        case "integer", int(given):
            return _bounded(given)
        case "number", int(given) | float(given):
            return _finite(float(given))
    raise MalformedError(f"the JSON value is no {_shape(point)}")


READERS: Mapping[int, Reader] = {TEXT: decode_text, JSON: decode_json}
"""Content format (IANA CoAP Content-Formats) → reader."""


def _shape(point: Point) -> Shape:
    if point.wire_type == "bool":
        return "boolean"
    if point.wire_type == "string":
        return "string"
    return "number" if point.wire_type in ("f32", "f64") else "integer"


def _bounded(number: int) -> int:
    if abs(number) > LARGEST_INTEGER:
        raise MalformedError(f"{number} has more than 64 bits")
    return number


def _finite(number: float) -> float:
    if abs(number) == float("inf"):
        raise MalformedError("the number is too large")
    return number


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _shown(text: str) -> str:
    """Return text from the wire short enough for a cause."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")
