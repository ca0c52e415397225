"""Device models as people write them, and their compilation to `DeviceModel`.

A model is a YAML file in `protocols/devices/` or beside a school. `docs/devices.md` is its manual.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from protocols.calling import calls_of, check_calls, unknown_aliases
from protocols.deriving import Derived
from protocols.dialect import MisfitError
from protocols.dialects import DIALECTS
from protocols.filling import (
    bits_of,
    command_type,
    filled,
    first_of,
    invalid_of,
    mapping_of,
    poll_of,
    subscription_of,
    usual_wire_type,
    with_number,
    words_of,
)
from protocols.model import DeviceModel, Point, WireType
from protocols.model_rules import (
    check_actions,
    check_derived,
    check_events,
    check_follows,
    check_quirks,
    check_required,
    check_writes,
    derived_of,
    events_of,
    ways_given,
)
from protocols.notation import ModelDocument, PointDocument
from protocols.rules import complaints
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
        self._dialect = DIALECTS[written.protocol]
        self._parameters = {**written.parameters, **parameters}
        self._problems: list[Problem] = []

    def model(self) -> DeviceModel:
        written = self._written
        capability = self._capability()
        if capability is None:
            raise ConfigError(self._problems)
        points = dict(self._points("properties", written.properties, capability))
        command_points = dict(self._points("writes", written.writes, None))
        derived = dict(self._derived(capability, points))
        self._check_whole(capability, points, command_points)
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
            calls=calls_of(written, self._dialect, self._parameters),
            proofs=written.verify,
            derived=derived,
            events=events_of(written),
            namespaces=written.namespaces,
            subscription=subscription_of(written),
            quirks=frozenset(written.quirks),
        )

    def _check_whole(
        self,
        capability: Capability,
        points: Mapping[str, Point],
        command_points: Mapping[str, Point],
    ) -> None:
        written = self._written
        names = [
            template if number is None else numbered(template, number)
            for template in (*written.properties, *written.derived)
            for number in self._numbers("properties", template)
        ]
        for path, message in (
            *(check_follows(written) if "follows" in self._dialect.keys else ()),
            *check_calls(written, self._dialect, capability, self._parameters),
            *check_actions(written, capability, {**points, **command_points}),
            *check_events(written, points),
            *check_required(written, capability, names),
            *check_quirks(written, self._dialect),
            *check_writes(self._dialect, points, command_points),
        ):
            self._complain(path, message)

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
        """Yield the points of a section; those of `writes` belong to no capability's property."""
        for template, document in documents.items():
            for number in self._numbers(section, template):
                name = template if number is None else numbered(template, number)
                path: KeyPath = (section, template)
                before = len(self._problems)
                spec = capability.properties.get(name) if capability is not None else None
                if capability is not None and spec is None:
                    hint = did_you_mean(name, list(capability.properties))
                    self._complain(path, f"{capability.name} has no property {name!r}{hint}")
                    self._address(path, document, number)
                    break
                own = with_number(document, number, self._parameters)
                point = self._point(path, name, own, spec, number)
                if len(self._problems) > before:
                    break  # the others of a bank have the same mistake
                if point is not None:
                    yield name, point

    def _numbers(self, section: str, template: str) -> list[int | None]:
        if not NUMBER.search(template):
            return [None]
        if "n" not in self._written.repeat:
            self._complain((section, template), "`{n}` needs `repeat: {n: first..last}`")
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
        wire_type = document.wire_type or usual_wire_type(spec, document)
        value_type = spec.type if spec else command_type(wire_type, document)
        wrong = list(complaints(self._dialect, document, spec, wire_type, value_type))
        for key, message in wrong:
            self._complain((*path, key), message)
        place = self._address(path, document, number)
        if place is None or wrong:
            return None
        point = self._compiled(name, document, spec, wire_type, place)
        try:
            if self._dialect.fits is not None:
                self._dialect.fits(point)
        except MisfitError as error:
            self._complain((*path, error.key), str(error))
        except ValueError as error:
            self._complain((*path, "at"), str(error))
        return point

    def _compiled(
        self,
        name: str,
        document: PointDocument,
        spec: PropertySpec | None,
        wire_type: WireType,
        place: tuple[str, object, str],
    ) -> Point:
        at, address, printed = place
        return Point(
            name=name,
            at=at,
            address=address,
            printed=printed,
            value_type=spec.type if spec else command_type(wire_type, document),
            wire_type=wire_type,
            words=words_of(self._written, document, wire_type),
            bytes=document.bytes,
            bits=bits_of(document.bits),
            length=document.length,
            text=document.text,
            scale=document.scale,
            offset=document.offset,
            mapping=mapping_of(document),
            inverted=document.inverted,
            invalid=invalid_of(document, wire_type),
            minimum=first_of(document.minimum, spec.minimum if spec else None),
            maximum=first_of(document.maximum, spec.maximum if spec else None),
            unit=document.unit or (spec.unit if spec else ""),
            deadband=document.deadband,
            poll=poll_of(self._written, document, spec),
            sample=None if document.sample is None else parse_duration(document.sample),
            observe=document.observe,
            follows=document.follows,
            field=str(document.field),
            condition="" if document.condition is True else document.condition,
            content_format=document.content_format or "",
            pulse=parse_duration(document.pulse) if document.pulse else 0,
            writable=spec is not None and spec.write,
            command=spec is None,
        )

    def _address(
        self, path: KeyPath, document: PointDocument, number: int | None
    ) -> tuple[str, object, str] | None:
        """Return an address as filled in, as the protocol reads it and as printed, or complain."""
        try:
            at = filled(document.at, number, self._parameters)
            address = self._dialect.parse_address(at)
            printed = filled(str(document.printed), number, {})
        except ValueError as error:
            self._complain((*path, "at"), str(error))
            return None
        unknown = list(unknown_aliases(self._dialect, address, self._written))
        for message in unknown:
            self._complain((*path, "at"), message)
        if unknown:
            return None
        return at, address, printed

    def _derived(
        self, capability: Capability, points: Mapping[str, Point]
    ) -> Iterator[tuple[str, Derived]]:
        bank = (
            [number for number in self._numbers("derived", "{n}") if number is not None]
            if self._written.repeat
            else []
        )
        for template, document in self._written.derived.items():
            path: KeyPath = ("derived", template)
            if wrong := ways_given(document):
                self._complain(path, wrong)
                continue
            for number in self._numbers("derived", template):
                name = template if number is None else numbered(template, number)
                derived = derived_of(name, number, document, bank)
                unknown = [one for one in derived.sources.values() if one not in points]
                known = {one: points[one] for one in derived.sources.values() if one in points}
                complaints = list(check_derived(name, document, capability, known))
                if unknown or not derived.sources:
                    hint = did_you_mean(unknown[0], list(points)) if unknown else ""
                    message = (
                        f"there is no property {unknown[0]!r}{hint}"
                        if unknown
                        else ("needs `repeat: {n: first..last}`")
                    )
                    complaints.append((derived.way, message))
                if name in points:
                    complaints.append(("", f"{name} is a point already"))
                for key, message in complaints:
                    self._complain((*path, key) if key else path, message)
                if complaints:
                    break  # the others of a bank have the same mistake
                yield name, derived
