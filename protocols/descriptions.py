"""Device models as people write them, and their compilation to `DeviceModel`.

A model is a YAML file in `protocols/devices/` or beside a school. `docs/devices.md` is its manual.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from protocols.addresses import ADDRESSES
from protocols.model import (
    DEFAULT_POLL,
    PANIC_POLL,
    DeviceModel,
    Point,
    Subscription,
    WireType,
)
from protocols.notation import ModelDocument, PointDocument
from twins.capability import NUMBER, Capability, PropertySpec, capabilities, numbered, span
from twins.documents import (
    ConfigError,
    Document,
    KeyPath,
    Problem,
    did_you_mean,
    parse_yaml,
    validated,
)
from twins.instant import parse_duration
from twins.observation import Value


def read_model(file: str, parameters: Mapping[str, str | int] | None = None) -> DeviceModel:
    """Read, check and compile a device model; raises ConfigError with every problem."""
    document = parse_yaml(file)
    return _Compiler(document, validated(document, ModelDocument), parameters or {}).model()


@cache
def library() -> Mapping[str, str]:
    """Return the package's own device models: name → file."""
    folder = files("protocols").joinpath("devices")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): str(folder.joinpath(name)) for name in names}


class _Compiler:
    """Checks one description against its capability and turns it into a `DeviceModel`."""

    def __init__(
        self, document: Document, written: ModelDocument, parameters: Mapping[str, str | int]
    ) -> None:
        self._document = document
        self._written = written
        self._parameters = {**written.parameters, **parameters}
        self._problems: list[Problem] = []

    def model(self) -> DeviceModel:
        written = self._written
        capability = self._capability()
        if capability is None:
            raise ConfigError(self._problems)
        points = dict(self._points("properties", written.properties, capability))
        command_points = dict(self._points("writes", written.writes, None))
        self._check_actions(capability)
        self._check_required(capability, points)
        if self._problems:
            raise ConfigError(self._problems)
        return DeviceModel(
            name=written.model,
            capability=capability,
            protocol=written.protocol,
            title=written.title,
            source=written.source,
            points=points,
            command_points=command_points,
            actions=written.actions,
            namespaces=written.namespaces,
            subscription=Subscription(
                publish=parse_duration(written.subscription.publish),
                sample=parse_duration(written.subscription.sample),
                queue=written.subscription.queue,
            ),
            quirks=frozenset(written.quirks),
        )

    def _complain(self, path: KeyPath, message: str) -> None:
        self._problems.append(self._document.problem(path, message))

    def _capability(self) -> Capability | None:
        name = self._written.capability
        known = capabilities()
        if name not in known:
            hint = did_you_mean(name, list(known))
            self._complain(("is",), f"{name!r} is no capability{hint}")
        return known.get(name)

    def _points(
        self, section: str, documents: Mapping[str, PointDocument], capability: Capability | None
    ) -> Iterator[tuple[str, Point]]:
        for template, document in documents.items():
            for number in self._numbers(template):
                name = template if number is None else numbered(template, number)
                path: KeyPath = (section, template)
                spec = None
                if capability is not None:
                    spec = capability.properties.get(name)
                    if spec is None:
                        hint = did_you_mean(name, list(capability.properties))
                        self._complain(path, f"{capability.name} has no property {name!r}{hint}")
                        break
                point = self._point(path, name, document, spec, number)
                if point is not None:
                    yield name, point

    def _numbers(self, template: str) -> list[int | None]:
        if not NUMBER.search(template):
            return [None]
        if "n" not in self._written.repeat:
            self._complain(("properties", template), "`{n}` needs `repeat: {n: first..last}`")
            return []
        try:
            return list(span(self._written.repeat["n"]))
        except ValueError as error:
            self._complain(("repeat", "n"), str(error))
            return []

    def _point(
        self,
        path: KeyPath,
        name: str,
        document: PointDocument,
        spec: PropertySpec | None,
        number: int | None,
    ) -> Point | None:
        try:
            at = _filled(document.at, number, self._parameters)
            address = ADDRESSES[self._written.protocol](at)
            bits = _bits(document.bits)
        except (ValueError, KeyError) as error:
            self._complain((*path, "at"), str(error).strip("'\""))
            return None
        wire_type = document.wire_type or _usual_wire_type(spec, document)
        if document.scale == 0:
            self._complain((*path, "scale"), "a scale of 0 loses every value")
            return None
        if wire_type == "bool" and (document.scale != 1.0 or document.offset != 0.0):
            self._complain((*path, "scale"), "a boolean has no scale or offset")
        invalid = document.invalid if isinstance(document.invalid, list) else [document.invalid]
        poll = document.poll or self._written.defaults.poll
        interval = parse_duration(poll) if poll else DEFAULT_POLL
        panic = spec is not None and capabilities()[self._written.capability].panic
        told = document.observe or document.follows != ""
        writable = spec is not None and spec.write
        if writable and len(set(document.mapping.values())) < len(document.mapping):
            self._complain((*path, "map"), "a writable map must be one-to-one")
        return Point(
            name=name,
            at=at,
            address=address,
            printed=str(document.printed),
            value_type=spec.type if spec else _command_type(wire_type),
            wire_type=wire_type,
            words=document.words
            if "words" in document.model_fields_set
            else self._written.defaults.words,
            bytes=document.bytes,
            bits=bits,
            length=document.length,
            scale=document.scale,
            offset=document.offset,
            mapping=document.mapping,
            inverted=document.inverted,
            invalid=frozenset(invalid),
            minimum=_first(document.minimum, spec.minimum if spec else None),
            maximum=_first(document.maximum, spec.maximum if spec else None),
            unit=document.unit or (spec.unit if spec else ""),
            deadband=document.deadband,
            poll=min(interval, PANIC_POLL) if panic and not told else interval,
            observe=document.observe,
            follows=document.follows,
            writable=writable,
            command=spec is None,
        )

    def _check_actions(self, capability: Capability) -> None:
        for action in self._written.actions:
            if action not in capability.actions:
                hint = did_you_mean(action, list(capability.actions))
                self._complain(
                    ("actions", action), f"{capability.name} has no action {action!r}{hint}"
                )

    def _check_required(self, capability: Capability, points: Mapping[str, Point]) -> None:
        missing = [
            name
            for name, spec in capability.properties.items()
            if not spec.optional and name not in points
        ]
        if missing and not self._problems:
            self._complain(("properties",), f"{capability.name} needs {', '.join(missing)}")


_ARITHMETIC = re.compile(r"\{(?:(\d+)\*)?n(?:([+-])(\d+))?(?::(0\d))?\}")


def _filled(template: str, number: int | None, parameters: Mapping[str, str | int]) -> str:
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


def _bits(written: str | int | None) -> tuple[int, int] | None:
    if written is None:
        return None
    first, _, last = str(written).partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        raise ValueError(f"bits: {written!r} is neither a bit (3) nor a field (4-6)")
    return int(first), int(last or first)


def _usual_wire_type(spec: PropertySpec | None, document: PointDocument) -> WireType:
    """Return the wire type where the description names none."""
    if document.bits is not None:
        return "u16"
    kind = spec.type if spec else "boolean"
    usual: dict[str, WireType] = {
        "boolean": "bool", "integer": "u16", "number": "f32", "string": "string",
    }  # fmt: skip
    return usual[kind]


def _command_type(wire_type: WireType) -> Literal["boolean", "integer", "number", "string"]:
    if wire_type == "bool":
        return "boolean"
    if wire_type == "string":
        return "string"
    return "number" if wire_type in ("f32", "f64") else "integer"


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def values_or_none(model: DeviceModel) -> dict[str, Value]:
    """Return a neutral starting value for every readable point, for emulators and simulations."""
    neutral: dict[str, Value] = {"boolean": False, "integer": 0, "number": 0.0, "string": ""}
    starts: dict[str, Value] = {}
    for name, point in model.points.items():
        start = neutral[point.value_type]
        if point.mapping:
            start = next(iter(point.mapping.values()))
        elif isinstance(start, int | float) and not isinstance(start, bool):
            low = point.minimum if point.minimum is not None else start
            high = point.maximum if point.maximum is not None else start
            start = type(start)(min(max(start, low), high))
        starts[name] = start
    return starts
