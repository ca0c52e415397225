"""What a description may say of a point, protocol by protocol, and what is nonsense everywhere.

Each check yields (key as written, sentence); whoever compiles the description knows the place.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from protocols.dialect import Dialect
from protocols.filling import bits_of, first_of
from protocols.model import WireType
from protocols.notation import PointDocument
from twins.capability import PropertySpec

Complaint: TypeAlias = tuple[str, str]
"""The key that is wrong, as people write it, and what is wrong with it."""

ValueType: TypeAlias = Literal["boolean", "integer", "number", "string"]

REGISTER_BITS = 16

WIDTHS: Mapping[WireType, int] = {
    "u8": 16, "s8": 16, "u16": 16, "s16": 16, "u32": 32, "s32": 32, "u64": 64, "s64": 64,
}  # fmt: skip
"""Wire type → bits of the registers that it takes, where a bit of them can be picked out."""


def complaints(
    dialect: Dialect,
    document: PointDocument,
    spec: PropertySpec | None,
    wire_type: WireType,
    value_type: ValueType,
) -> Iterator[Complaint]:
    """Yield everything about one point that cannot be right, apart from its address."""
    yield from _foreign(dialect, document, wire_type)
    yield from _range(document, spec, value_type)
    yield from _field(document, wire_type)
    yield from _forms(document, wire_type, value_type)
    if document.scale == 0:
        yield "scale", "a scale of 0 loses every value"
    if wire_type == "bool" and (document.scale != 1.0 or document.offset != 0.0):
        yield "scale", "a boolean has no scale or offset"
    writable = spec is not None and spec.write
    if writable and len(set(document.mapping.values())) < len(document.mapping):
        yield "map", "a writable map must be one-to-one"
    if (
        document.pulse is not None
        and value_type == "boolean"
        and spec is not None
        and not spec.write
    ):
        yield "pulse", "this is read only, and only a write can be a pulse"


def written_keys(document: PointDocument) -> Iterator[str]:
    """Yield the keys that stand in a point's description, as people write them."""
    for name in sorted(document.model_fields_set):
        yield type(document).model_fields[name].alias or name


def _forms(
    document: PointDocument, wire_type: WireType, value_type: ValueType
) -> Iterator[Complaint]:
    """What of fixed and pulsed writes, texts and marks cannot be."""
    if document.pulse is not None and value_type != "boolean":
        yield "pulse", f"a pulse is true and then false; this is {value_type}"
    if document.fixed is not None:
        if value_type != "boolean" or wire_type == "bool":
            yield "fixed", "`fixed` is the number that means true in a register; leave it out"
        elif document.mapping or document.fixed == 0:
            yield "fixed", "`fixed` maps itself to true and 0 to false; write a `map` instead"
    if "text" in document.model_fields_set and wire_type != "string":
        yield "text", f"a {wire_type} is no text"
    for value in document.invalid_values:
        if isinstance(value, str) != (wire_type == "string"):
            yield "invalid", f"{value!r} is never the value of a {wire_type}"
            return


def _foreign(dialect: Dialect, document: PointDocument, wire_type: WireType) -> Iterator[Complaint]:
    for key in written_keys(document):
        if key not in dialect.keys:
            yield key, f"`{key}` says nothing on {dialect.protocol}; leave it out"
    if wire_type not in dialect.wire_types:
        yield "as", f"{dialect.protocol} has no type {wire_type!r}"


def _range(
    document: PointDocument, spec: PropertySpec | None, value_type: ValueType
) -> Iterator[Complaint]:
    if value_type not in ("integer", "number"):
        for key in ("min", "max", "deadband"):
            if key in written_keys(document):
                yield key, f"a {value_type} has no `{key}`"
        return
    low = first_of(document.minimum, spec.minimum if spec else None)
    high = first_of(document.maximum, spec.maximum if spec else None)
    if low is not None and high is not None and low > high:
        key = "min" if document.minimum is not None else "max"
        yield key, f"the least value {low:g} is above the greatest {high:g}"


def _field(document: PointDocument, wire_type: WireType) -> Iterator[Complaint]:
    """A field of bits lies in registers that hold a whole number."""
    try:
        field = bits_of(document.bits)
    except ValueError as error:
        yield "bits", str(error)
        return
    if field is None:
        return
    first, last = field
    width = REGISTER_BITS * document.length if wire_type == "bits" else WIDTHS.get(wire_type, 0)
    if not width:
        yield "bits", f"a {wire_type} has no single bits; leave `as` out or name a whole number"
    elif first > last:
        yield "bits", f"{document.bits} counts backwards; write the lower bit first"
    elif last >= width:
        yield "bits", f"bit {last} lies outside the {width} bits of a {wire_type}"
