"""Words of the command line → writes: `do2=off`, `unlock door=12`, `unlock=12`."""

from collections.abc import Sequence
from math import isfinite

from protocols.model import DeviceModel, Point, Write
from twins.capability import ActionSpec, PropertySpec, expected_state
from twins.documents import did_you_mean
from twins.observation import Value

YES = frozenset(("true", "on", "yes", "1"))
NO = frozenset(("false", "off", "no", "0"))


def writes_of(model: DeviceModel, words: Sequence[str]) -> tuple[Write, ...]:
    """Return the writes that a point with a value, or an action with its arguments, stands for.

    Raises ValueError with a sentence for what the device has not, or cannot be told.
    """
    name, *values = split_words(words)
    point = model.points.get(name) or model.command_points.get(name)
    action = model.capability.actions.get(name)
    if point is not None and (values or action is None):  # an action may be called like a point
        return (_point_write(point, values),)
    if action is None:
        known = [*_writable(model), *model.capability.actions]
        raise ValueError(
            f"{model.name} has no point or action {name!r} to write{did_you_mean(name, known)}"
        )
    arguments = arguments_of(name, action, words)
    writes = model.writes_for(name, arguments, expected_state(action, arguments))
    if writes is None:
        raise ValueError(f"{model.name} has no way to {name}")
    return writes


def split_words(words: Sequence[str]) -> list[str]:
    """Return the words with `=` taken for a blank."""
    return [part for word in words for part in word.split("=", 1)]


def arguments_of(action: str, spec: ActionSpec, words: Sequence[str]) -> dict[str, Value]:
    """Return the arguments that the words of an action give; raises ValueError."""
    arguments = _arguments(action, spec, split_words(words)[1:])
    objection = spec.objection(arguments)
    if objection:
        raise ValueError(f"{action}: {objection}")
    return arguments


def value_of(text: str, kind: str) -> Value:
    """Return a word as a value of a property's type; raises ValueError."""
    match kind:
        case "boolean":
            if text.lower() not in YES | NO:
                raise ValueError(f"{text!r} is neither true nor false")
            return text.lower() in YES
        case "integer":
            return int(text, 0)
        case "number":
            number = float(text)
            if not isfinite(number):
                raise ValueError(f"{text!r} is no number that a device can hold")
            return number
        case _:
            return text


def _point_write(point: Point, values: Sequence[str]) -> Write:
    if len(values) != 1:
        raise ValueError(f"{point.name} takes one value: {point.name}=…")
    if not (point.writable or point.command):
        raise ValueError(f"{point.name} can only be read")
    try:
        value = value_of(values[0], point.value_type)
    except ValueError as error:
        raise ValueError(f"{point.name}: {error}") from None
    point.raw_of(value)
    return Write(point=point, value=value)


def _arguments(action: str, spec: ActionSpec, values: Sequence[str]) -> dict[str, Value]:
    if len(values) == 1 and len(spec.arguments) == 1:
        values = [*spec.arguments, values[0]]
    named = dict(zip(values[::2], values[1::2], strict=False))
    if len(values) % 2 or set(named) != set(spec.arguments):
        form = " ".join([action, *(f"{name}=…" for name in spec.arguments)])
        raise ValueError(f"{action} is written {form}")
    return {name: _argument(name, one, named[name]) for name, one in spec.arguments.items()}


def _argument(name: str, spec: PropertySpec, text: str) -> Value:
    try:
        return value_of(text, spec.type)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _writable(model: DeviceModel) -> list[str]:
    points = [name for name, point in model.points.items() if point.writable]
    return [*points, *model.command_points]
