"""What a description leaves open, filled in: running numbers, parameters, usual types."""

import re
from collections.abc import Mapping
from typing import Literal

from protocols.model import WireType
from protocols.notation import PointDocument
from twins.capability import PropertySpec

_ARITHMETIC = re.compile(r"\{(?:(\d+)\*)?n(?:([+-])(\d+))?(?::(0\d))?\}")


def filled(template: str, number: int | None, parameters: Mapping[str, str | int]) -> str:
    """Put the running number (`{n}`, `{2*n}`, `{n-1}`, `{n:02}`) and parameters into an address."""
    text = template
    if number is not None:
        text = _ARITHMETIC.sub(lambda match: _term(match, number), text)
    for name, value in parameters.items():
        text = text.replace("{" + name + "}", str(value))
    if "{" in text:
        raise ValueError(f"{text!r}: nothing is given for what stands in braces")
    return text


def _term(match: re.Match[str], number: int) -> str:
    factor, sign, shift, form = match.groups()
    term = number * int(factor or 1) + int(f"{sign or ''}{shift or 0}")
    return format(term, form or "")


def bits_of(written: str | int | None) -> tuple[int, int] | None:
    """Read `3` or `4-6` as first and last bit; raises ValueError for anything else."""
    if written is None:
        return None
    first, _, last = str(written).partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        raise ValueError(f"bits: {written!r} is neither a bit (3) nor a field (4-6)")
    return int(first), int(last or first)


def usual_wire_type(spec: PropertySpec | None, document: PointDocument) -> WireType:
    """Return the wire type where the description names none."""
    if document.bits is not None:
        return "u16"
    kind = spec.type if spec else "boolean"
    usual: dict[str, WireType] = {
        "boolean": "bool", "integer": "u16", "number": "f32", "string": "string",
    }  # fmt: skip
    return usual[kind]


def command_type(wire_type: WireType) -> Literal["boolean", "integer", "number", "string"]:
    """Return the value type of a point that is only written, which no capability describes."""
    if wire_type == "bool":
        return "boolean"
    if wire_type == "string":
        return "string"
    return "number" if wire_type in ("f32", "f64") else "integer"


def first_of(*values: float | None) -> float | None:
    """Return the first value that is given."""
    return next((value for value in values if value is not None), None)
