"""A compiled point, written down again in the notation of descriptions."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from protocols.model import DeviceModel, Point
from twins.instant import MILLISECOND, SECOND, Duration

KEYS: Mapping[str, str] = {
    "wire_type": "as", "mapping": "map", "inverted": "not", "minimum": "min", "maximum": "max",
    "content_format": "format",
}  # fmt: skip
"""Field of a point → key of the notation, where they differ."""

COMPILED = frozenset(("name", "address", "value_type", "writable", "command"))
"""What follows from the rest and from the device type, and is never written."""

DURATIONS = frozenset(("poll", "sample", "pulse"))


def duration_text(length: Duration) -> str:
    """Return a duration as descriptions write it: `250ms`, `2s`, `1h`.

    >>> duration_text(250 * MILLISECOND), duration_text(3600 * SECOND)
    ('250ms', '1h')
    """
    for unit, size in (("h", 3600 * SECOND), ("min", 60 * SECOND), ("s", SECOND)):
        if length and length % size == 0:
            return f"{length // size}{unit}"
    return f"{length / MILLISECOND:g}ms"


def notation_of(model: DeviceModel, point: Point) -> dict[str, Any]:
    """Return what a description must say of a point; what is usual or known is left out."""
    spec = model.capability.properties.get(point.name)
    known = {
        "minimum": spec.minimum if spec else None,
        "maximum": spec.maximum if spec else None,
        "unit": spec.unit if spec else "",
    }
    written: dict[str, Any] = {"at": point.at, "as": point.wire_type}
    for one in fields(Point):
        value = getattr(point, one.name)
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if one.name in COMPILED or value == known.get(one.name, default):
            continue
        written[KEYS.get(one.name, one.name)] = PLAIN.get(one.name, _same)(value)
    if point.command and point.value_type == "boolean" and point.mapping:
        del written["map"]
        written["fixed"] = next(raw for raw, value in point.mapping.items() if value is True)
    return written


def _same(value: Any) -> Any:  # noqa: ANN401  whatever a field holds
    return value


def _bits(bits: tuple[int, int]) -> int | str:
    return bits[0] if bits[0] == bits[1] else f"{bits[0]}-{bits[1]}"


PLAIN: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(DURATIONS, duration_text),
    "bits": _bits,
    "mapping": dict,
    "condition": lambda name: name or True,
    "invalid": lambda values: sorted(values, key=str),
}
"""Field of a point → how its value is written."""
