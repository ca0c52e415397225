"""JSON and CBOR payloads, and the path of a field in them: `state.doors[0].closed`."""

import io
import json
from collections.abc import Sequence
from typing import Any, Never

import cbor2

from protocols.coap.formats import Content
from protocols.coap.typed import plain, read_value
from protocols.fields import Step, parse_field
from protocols.interfaces import MalformedError
from protocols.model import Point, Raw

DEEPEST = 64
"""Levels of nesting that are read (assumed; devices use a handful)."""

LARGEST_INDEX = 1023
"""Greatest index that is written, so that a slip of the pen makes no list of a million."""


class Tree(Content):
    """A JSON or CBOR value."""

    def __init__(self, value: object) -> None:
        self._value = value

    def raw(self, point: Point) -> Raw:
        """Return what stands at the point's field, or the whole where it names none."""
        value: Any = self._value
        for step in parse_field(point.field):
            value = _stepped(value, step, point.field)
        return read_value(value, point)


def read_json(payload: bytes) -> Tree:
    """Read a JSON payload; raises MalformedError."""
    return Tree(json_value(payload))


def read_cbor(payload: bytes) -> Tree:
    """Read a CBOR payload; raises MalformedError."""
    return Tree(cbor_value(payload))


def json_value(payload: bytes) -> object:
    """Return a JSON payload's value; raises MalformedError."""
    try:
        return json.loads(payload, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError("the payload is not JSON") from error


def cbor_value(payload: bytes) -> object:
    """Return the one CBOR value of a payload; raises MalformedError."""
    stream = io.BytesIO(payload)
    try:
        value: object = cbor2.CBORDecoder(stream, max_depth=DEEPEST, read_size=1).decode()
    except (cbor2.CBORDecodeError, ValueError, OverflowError, TypeError) as error:
        raise MalformedError("the payload is not CBOR") from error
    if stream.tell() != len(payload):
        raise MalformedError("bytes follow the CBOR value")
    return value


def write_json(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return JSON that holds these raw values at their fields."""
    return json.dumps(planted(points), ensure_ascii=False, separators=(",", ":")).encode()


def write_cbor(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return CBOR that holds these raw values at their fields."""
    return cbor2.dumps(planted(points))


def planted(points: Sequence[tuple[Point, Raw]]) -> object:
    """Return the tree with each raw value at its field; raises ValueError for a clash."""
    root: dict[Step, Any] = {}
    for point, raw in points:
        steps = ("", *parse_field(point.field))
        branch = root
        for step in steps[:-1]:
            branch = branch.setdefault(step, {})
            if not isinstance(branch, dict):
                raise ValueError(f"{point.name}: another point is where {point.field!r} passes")
        if steps[-1] in branch:
            raise ValueError(f"{point.name}: another point is at {point.field!r}")
        branch[steps[-1]] = plain(raw, point)
    return _grown(root.get("", {}))


def _grown(value: Any) -> object:  # noqa: ANN401  a tree of anything
    """Turn dictionaries whose keys are all indices into lists, with null where nothing stands."""
    if not isinstance(value, dict):
        return value
    grown = {step: _grown(branch) for step, branch in value.items()}
    if not grown or not all(isinstance(step, int) for step in grown):
        return grown
    indices = [step for step in grown if isinstance(step, int)]
    if min(indices) < 0 or max(indices) > LARGEST_INDEX:
        return grown
    return [grown.get(index) for index in range(max(indices) + 1)]


def _stepped(value: Any, step: Step, field: str) -> Any:  # noqa: ANN401  a tree of anything
    if isinstance(value, dict):
        for key, found in value.items():
            if key == step and type(key) is type(step):
                return found
    elif isinstance(value, list | tuple) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    raise MalformedError(f"the payload has no {field}")


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")
