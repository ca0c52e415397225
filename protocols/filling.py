"""What a description leaves open, filled in: running numbers, parameters, usual types."""

import re
import struct
from collections.abc import Mapping
from typing import Literal

from protocols.model import DEFAULT_POLL, PANIC_POLL, Order, Subscription, WireType
from protocols.notation import ModelDocument, PointDocument
from twins.capability import PropertySpec, capabilities
from twins.instant import Duration, parse_duration
from twins.observation import Value

_BRACES = re.compile(r"\{([^{}]*)\}")

_FORM = re.compile(r"0\d")

_SIGNED: Mapping[WireType, int] = {"s8": 8, "s16": 16, "s32": 32, "s64": 64}

_NINE_DIGITS = 9
"""Decimal digits that always tell two 32-bit floats apart (IEEE 754-2019 §5.12.2)."""

_EXACT = 1 << 24
"""Whole numbers below are exact in 32-bit floats; a greater `invalid` is a pattern of bits."""


def filled(template: str, number: int | None, parameters: Mapping[str, str | int]) -> str:
    """Put the running number and parameters into an address: `{n}`, `{n:02}`, `{100+16*node}`.

    Raises ValueError for what is not given and for sums of what is no number.
    """
    known = {**parameters, **({} if number is None else {"n": number})}
    text = _BRACES.sub(lambda match: _value_in(match[1], known), template)
    if "{" in text or "}" in text:
        raise ValueError(f"{text!r}: braces belong in pairs, with a name or a sum between them")
    return text


def with_number(
    document: PointDocument, number: int | None, parameters: Mapping[str, str | int]
) -> PointDocument:
    """Return a point of a bank with its own bit and field; what cannot be filled is left as it is.

    Whoever reads it then says what is wrong with it.
    """
    own: dict[str, str] = {}
    for key, written in (("bits", document.bits), ("field", document.field)):
        if isinstance(written, str) and "{" in written:
            try:
                own[key] = filled(written, number, parameters)
            except ValueError:
                continue
    return document.model_copy(update=own) if own else document


def _value_in(expression: str, known: Mapping[str, str | int]) -> str:
    """Return a name's value or a sum of products of names and whole numbers."""
    total, _, form = expression.replace(" ", "").partition(":")
    if total in known and not form:
        return str(known[total])
    if form and not _FORM.fullmatch(form):
        raise ValueError(f"{{{expression}}}: {form!r} is no number of digits, such as 02")
    terms = re.findall(r"([+-]?)([^+-]+)", total)
    if "".join(sign + term for sign, term in terms) != total or not terms:
        raise ValueError(f"{{{expression}}} is neither a name nor a sum such as {{100+16*n}}")
    values = [(-1 if sign == "-" else 1) * _product(term, known) for sign, term in terms]
    return format(sum(values), form)


def _product(term: str, known: Mapping[str, str | int]) -> int:
    product = 1
    for factor in term.split("*"):
        value = str(known.get(factor, factor))
        if not value.isdecimal():
            if factor in known:
                raise ValueError(f"{factor} is {value!r}, no whole number to count with")
            raise ValueError(f"nothing is given for {factor!r}")
        product *= int(value)
    return product


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


def command_type(
    wire_type: WireType, document: PointDocument
) -> Literal["boolean", "integer", "number", "string"]:
    """Return the value type of a point that is only written, which no capability describes."""
    if wire_type == "bool" or document.fixed is not None:
        return "boolean"
    if wire_type in ("string", "localized"):
        return "string"
    return "number" if wire_type in ("f32", "f64") else "integer"


def poll_of(written: ModelDocument, document: PointDocument, spec: PropertySpec | None) -> Duration:
    """Return the poll interval; a panic-class point that nothing announces is read often.

    What the description asks beyond `PANIC_POLL` is shortened there (`docs/devices.md`).
    """
    text = document.poll or written.defaults.poll
    interval = parse_duration(text) if text else DEFAULT_POLL
    panic = spec is not None and capabilities()[written.capability].panic
    announced = document.observe or document.follows != ""
    return min(interval, PANIC_POLL) if panic and not announced else interval


def words_of(written: ModelDocument, document: PointDocument, wire_type: WireType) -> Order:
    """Return which word of a value comes first."""
    if "words" in document.model_fields_set:
        return document.words
    if "swapped-floats" in written.quirks and wire_type in ("f32", "f64"):
        return "little"
    return written.defaults.words


def mapping_of(document: PointDocument) -> Mapping[int, Value]:
    """Return raw → value; a fixed write is a map of two, the number and 0."""
    if document.fixed is None:
        return document.mapping
    return {document.fixed: True, 0: False}


def invalid_of(document: PointDocument, wire_type: WireType) -> frozenset[int | float | str]:
    """Return the raw values that are none, as the codec gives them.

    They may be written as bits: 0x8000 for the least s16, 0xFF7FFFFF for the least f32.
    """
    return frozenset(
        value if document.bits is not None else _as_decoded(value, wire_type)
        for value in document.invalid_values
    )


def _as_decoded(value: float | str, wire_type: WireType) -> float | str:
    if isinstance(value, int):
        bits = _SIGNED.get(wire_type)
        if bits is not None and 1 << bits - 1 <= value < 1 << bits:
            return value - (1 << bits)
        if wire_type == "f32" and _EXACT < value < 1 << 32:
            (number,) = struct.unpack(">f", struct.pack(">I", value))
            return shortest(number)
    return value


def shortest(number: float) -> float:
    """Return a 32-bit float as the shortest decimal that means it: 21.3, not 21.29999924."""
    for digits in range(6, _NINE_DIGITS):
        short = float(f"{number:.{digits}g}")
        if struct.pack(">f", short) == struct.pack(">f", number):
            return short
    return float(f"{number:.{_NINE_DIGITS}g}")


def first_of(*values: float | None) -> float | None:
    """Return the first value that is given."""
    return next((value for value in values if value is not None), None)


def subscription_of(written: ModelDocument) -> Subscription:
    """Return the settings of an OPC UA subscription."""
    return Subscription(
        publish=parse_duration(written.subscription.publish),
        sample=parse_duration(written.subscription.sample),
        queue=written.subscription.queue,
    )
