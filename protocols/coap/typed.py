"""Values as payloads carry them ↔ raw values of exactly the point's type."""

import math
import re
from decimal import Decimal
from typing import Literal, TypeAlias

from protocols.interfaces import MalformedError
from protocols.model import Point, Raw

LARGEST_INTEGER = 2**63 - 1
"""An LwM2M Integer has at most 64 bits, signed (OMA LwM2M Core 1.1, appendix C)."""

LARGEST_WHOLE = 2**53
"""Up to here a float that is whole is one certain integer (IEEE 754 binary64)."""

LONGEST_SHOWN = 20
"""Characters of a wrong payload that a cause repeats."""

Shape: TypeAlias = Literal["boolean", "integer", "number", "string"]

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


def shape(point: Point) -> Shape:
    """Return what kind of value a point's wire type is, where nobody counts bytes."""
    if point.wire_type == "bool":
        return "boolean"
    if point.wire_type == "string":
        return "string"
    return "number" if point.wire_type in ("f32", "f64") else "integer"


def plain(raw: Raw, point: Point) -> Raw:
    """Return a raw value as a bool, int, float or str, by the point's type."""
    match shape(point):
        case "boolean":
            return bool(raw)
        case "integer":
            return int(raw)
        case "number":
            return float(raw)
        case "string":
            return str(raw)


def read_value(value: object, point: Point) -> Raw:
    """Return a value from JSON, CBOR or a record as raw; raises MalformedError for another type."""
    wanted = shape(point)
    match wanted, value:
        case "boolean", bool(given):
            return given
        case "string", str(given):
            return given
        case "integer" | "number", bool():
            pass  # a JSON true is a Python int
        case "integer", int(given):
            return bounded(given)
        case "integer", float(given) if given.is_integer() and abs(given) <= LARGEST_WHOLE:
            return int(given)
        case "number", int() | float() | Decimal():
            return number_of(value)
    raise MalformedError(f"the value is no {wanted}")


def number_of(value: object) -> float:
    """Return a number that a payload holds; raises MalformedError for what is none."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            number = float(value)
        except (OverflowError, ValueError):
            number = math.inf
        if math.isfinite(number):
            return number
        raise MalformedError("the number is none that a float can be")
    raise MalformedError("the value is no number")


def read_text(text: str, point: Point) -> Raw:
    """Read plain text by the rules of LwM2M (OMA LwM2M Core 1.1 §7.4.1): '0' and '1', decimals."""
    match shape(point):
        case "boolean":
            if text not in ("0", "1"):
                raise MalformedError(f"{shown(text)} is no LwM2M boolean; 0 and 1 are")
            return text == "1"
        case "integer":
            if _INTEGER.fullmatch(text) is None:
                raise MalformedError(f"{shown(text)} is no integer")
            return bounded(int(text))
        case "number":
            if _NUMBER.fullmatch(text) is None:
                raise MalformedError(f"{shown(text)} is no number")
            return number_of(float(text))
        case "string":
            return text


def write_text(raw: Raw, point: Point) -> str:
    """Return a raw value as LwM2M writes plain text, numbers without an exponent."""
    value = plain(raw, point)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)


def utf8(payload: bytes) -> str:
    """Return a payload as text; raises MalformedError where it is none."""
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("the payload is not UTF-8") from error


def bounded(number: int) -> int:
    """Return an integer of at most 64 bits; raises MalformedError for a longer one."""
    if abs(number) > LARGEST_INTEGER:
        raise MalformedError("the integer has more than 64 bits")
    return number


def shown(text: str) -> str:
    """Return text from the wire short enough for a cause."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")
