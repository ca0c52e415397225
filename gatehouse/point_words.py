"""How a point of a description is put into words, and many of a kind into one row."""

import re
from collections.abc import Iterator, Sequence

from gatehouse.decoding import shown
from protocols.exchange.written import duration_text
from protocols.model import Point

RUN_LEAST = 3
"""Points of one kind that stand in one row, first to last."""

LONGEST_FACTOR = 6
"""Characters of a factor; one that is longer is looked at as a divisor."""

NEARLY = 1e-6
"""How near to a whole number a divisor must be."""

_NUMBERS = re.compile(r"\d+")


def wire_type(point: Point) -> str:
    """Return how a value stands on the wire: `u32, low word first`."""
    parts: list[str] = [point.wire_type]
    if point.wire_type in ("string", "bits"):
        parts = [f"{point.wire_type} {point.length}"]
    if point.words == "little":
        parts.append("low word first")
    if point.bytes == "little":
        parts.append("low byte first")
    if point.content_format:
        parts.append(point.content_format)
    if point.condition is not None:
        parts.append(f"condition {point.condition}".rstrip())
    if point.field:
        parts.append(f"field {point.field}")
    return ", ".join(parts)


def scaling(point: Point) -> str:
    """Return how raw becomes value: `× 0.1 + 4`, `0 → off, 1 → on`, `inverted`."""
    if point.mapping:
        return ", ".join(f"{raw} → {shown(value)}" for raw, value in point.mapping.items())
    parts = ["inverted"] if point.inverted else []
    if point.scale != 1.0:
        parts.append(_factor(point.scale))
    if point.offset:
        parts.append(f"{'+' if point.offset > 0 else '−'} {abs(point.offset):g}")
    if point.invalid:
        parts.append("none: " + ", ".join(map(_raw, sorted(point.invalid, key=str))))
    return " ".join(parts)


def _raw(raw: float | str) -> str:
    return f"0x{raw:X}" if isinstance(raw, int) and raw >= 0 else str(raw)


def _factor(scale: float) -> str:
    """Return a factor, as a divisor where that is what the manual prints: `÷ 512`."""
    divisor = round(1 / scale)
    if len(repr(scale)) > LONGEST_FACTOR and abs(1 / scale - divisor) < NEARLY:
        return f"÷ {divisor}"
    return f"× {scale:g}"


def limits(point: Point) -> str:
    """Return the range with its unit: `-40 … 80 degC`, `≥ 0 kWh`, `V`."""
    low, high = point.minimum, point.maximum
    if low is not None and high is not None:
        text = f"{low:g} … {high:g}"
    else:
        text = f"≥ {low:g}" if low is not None else f"≤ {high:g}" if high is not None else ""
    return f"{text} {point.unit}".strip()


def access(point: Point) -> str:
    """Return R, W or RW, and how long a pulse lasts."""
    if point.pulse:
        return f"W, {duration_text(point.pulse)} pulse"
    if point.command:
        return "W"
    return "RW" if point.writable else "R"


def bits_shown(point: Point) -> str:
    """Return `.3` or `.4-6` behind an address, or nothing."""
    if point.bits is None:
        return ""
    first, last = point.bits
    return f".{first}" if first == last else f".{first}-{last}"


def runs(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield points in runs of one kind; short runs point by point."""
    run: list[Point] = []
    for point in points:
        if run and _kind(run[-1]) == _kind(point):
            run.append(point)
            continue
        yield from _whole_or_single(run)
        run = [point]
    yield from _whole_or_single(run)


def runs_of_names(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield names in runs that differ in their numbers alone."""
    run: list[str] = []
    for name in names:
        if run and _NUMBERS.sub("#", run[-1]) == _NUMBERS.sub("#", name) != name:
            run.append(name)
            continue
        if run:
            yield run
        run = [name]
    if run:
        yield run


def _whole_or_single(run: list[Point]) -> Iterator[list[Point]]:
    if len(run) >= RUN_LEAST:
        yield run
    else:
        yield from ([point] for point in run)


def _kind(point: Point) -> tuple[object, ...]:
    """Return all that makes two points the same but their numbers."""
    places = _NUMBERS.sub("#", point.name), _NUMBERS.sub("#", point.at)
    return (*places, wire_type(point), scaling(point), limits(point), access(point), point.poll)


def span(texts: Sequence[str]) -> str:
    """Return one text for all of a run: `co:0 … co:47`."""
    if len(set(texts)) == 1:
        return texts[0]
    return f"{texts[0]} … {texts[-1]}"
