"""Device models as people write them, and their compilation to `DeviceModel`.

A model is a YAML file in `protocols/devices/` or beside a school. `docs/devices.md` is its manual.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from protocols.addresses import ADDRESSES
from protocols.filling import bits_of, command_type, filled, first_of, usual_wire_type
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
from twins.instant import Duration, parse_duration
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
            at = filled(document.at, number, self._parameters)
            address = ADDRESSES[self._written.protocol](at)
            bits = bits_of(document.bits)
        except (ValueError, KeyError) as error:
            self._complain((*path, "at"), str(error).strip("'\""))
            return None
        wire_type = document.wire_type or usual_wire_type(spec, document)
        if not self._makes_sense(path, document, spec, wire_type):
            return None
        own_words = "words" in document.model_fields_set
        return Point(
            name=name,
            at=at,
            address=address,
            printed=str(document.printed),
            value_type=spec.type if spec else command_type(wire_type),
            wire_type=wire_type,
            words=document.words if own_words else self._written.defaults.words,
            bytes=document.bytes,
            bits=bits,
            length=document.length,
            scale=document.scale,
            offset=document.offset,
            mapping=document.mapping,
            inverted=document.inverted,
            invalid=frozenset(document.invalid_values),
            minimum=first_of(document.minimum, spec.minimum if spec else None),
            maximum=first_of(document.maximum, spec.maximum if spec else None),
            unit=document.unit or (spec.unit if spec else ""),
            deadband=document.deadband,
            poll=self._poll(document, spec),
            observe=document.observe,
            follows=document.follows,
            writable=spec is not None and spec.write,
            command=spec is None,
        )

    def _makes_sense(
        self,
        path: KeyPath,
        document: PointDocument,
        spec: PropertySpec | None,
        wire_type: WireType,
    ) -> bool:
        """Complain about what cannot be right; return whether the point can be compiled."""
        before = len(self._problems)
        if document.scale == 0:
            self._complain((*path, "scale"), "a scale of 0 loses every value")
        if wire_type == "bool" and (document.scale != 1.0 or document.offset != 0.0):
            self._complain((*path, "scale"), "a boolean has no scale or offset")
        writable = spec is not None and spec.write
        if writable and len(set(document.mapping.values())) < len(document.mapping):
            self._complain((*path, "map"), "a writable map must be one-to-one")
        alias = document.at.partition(":")[0]
        if self._written.protocol == "opcua" and alias not in self._written.namespaces:
            hint = did_you_mean(alias, list(self._written.namespaces))
            self._complain((*path, "at"), f"{alias!r} is not under `namespaces`{hint}")
        return len(self._problems) == before

    def _poll(self, document: PointDocument, spec: PropertySpec | None) -> Duration:
        """Return the poll interval; a panic-class point that nothing announces is read often."""
        written = document.poll or self._written.defaults.poll
        interval = parse_duration(written) if written else DEFAULT_POLL
        panic = spec is not None and capabilities()[self._written.capability].panic
        announced = document.observe or document.follows != ""
        return min(interval, PANIC_POLL) if panic and not announced else interval

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
