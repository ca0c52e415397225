"""What must hold of a description as a whole: its points, actions, derived values and events.

Each check yields (place, sentence); whoever compiles the description makes problems of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Literal, TypeAlias, get_args

from protocols.deriving import Derived, EdgeEvent, Way
from protocols.dialect import Dialect
from protocols.model import Point, argument_named
from protocols.notation import DerivedDocument, ModelDocument
from twins.capability import NUMBER, Capability, numbered
from twins.documents import KeyPath, did_you_mean
from twins.observation import Value

Placed: TypeAlias = tuple[KeyPath, str]

Edge: TypeAlias = Literal["rises", "falls", "changes"]

COMPUTED_TYPES: Mapping[Way, str] = {
    "list": "list", "count": "integer", "any": "boolean", "all": "boolean", "not": "boolean",
}  # fmt: skip


def check_follows(written: ModelDocument) -> Iterator[Placed]:
    """A point follows another one of the model, which must be told of by notifications."""
    for name, document in written.properties.items():
        leader = written.properties.get(document.follows)
        path: KeyPath = ("properties", name, "follows")
        if not document.follows:
            continue
        if leader is None:
            yield path, _no_property(document.follows, written.properties)
        elif not leader.observe:
            yield path, f"{document.follows} has no `observe`: it never notifies"


def check_actions(
    written: ModelDocument, capability: Capability, points: Mapping[str, Point]
) -> Iterator[Placed]:
    """Actions are the capability's; what they write and what proves them are points."""
    own = {*written.properties, *written.writes, *points}
    for section, steps, known in (
        ("actions", written.actions, own),
        ("verify", written.verify, {*own, *capability.properties} - {*written.writes}),
    ):
        for action, wanted in steps.items():
            if action not in capability.actions:
                hint = did_you_mean(action, list(capability.actions))
                yield (section, action), f"{capability.name} has no action {action!r}{hint}"
            arguments = action_arguments(capability, action)
            for name, value in wanted.items():
                if "{" not in name and name not in known:
                    hint = did_you_mean(name, sorted(known))
                    yield (section, action, name), f"there is no point {name!r}{hint}"
                given = argument_named(value)
                if given and arguments is not None and given not in arguments:
                    hint = did_you_mean(given, arguments)
                    yield (section, action, name), f"{action} has no argument {given!r}{hint}"


def action_arguments(capability: Capability, action: str) -> list[str] | None:
    """Return the arguments of an action; None for one that the device type does not have."""
    spec = capability.actions.get(action)
    return None if spec is None else list(spec.arguments)


def check_required(
    written: ModelDocument, capability: Capability, names: Iterable[str]
) -> Iterator[Placed]:
    """Every property that is not optional is written, whatever else is wrong with it."""
    given = {*names, *written.derived}
    missing = [
        name for name, spec in capability.properties.items()
        if not spec.optional and name not in given
    ]  # fmt: skip
    if missing:
        yield ("properties",), f"{capability.name} needs {', '.join(missing)}"


def check_derived(
    name: str, document: DerivedDocument, capability: Capability, sources: Mapping[str, Point]
) -> Iterator[tuple[str, str]]:
    """Yield (key, sentence) for one derived value whose sources are already filled in."""
    way = next(iter(document.given))
    spec = capability.properties.get(name)
    computed = COMPUTED_TYPES[way]
    if spec is not None and spec.type not in (computed, "number" if way == "count" else computed):
        yield way, f"{name} is {spec.type}, but `{way}` gives a {computed}"
    if way == "not" and len(sources) > 1:
        yield way, "`not` stands on one point; the name needs the same running number"
    for source in sources.values():
        fits = isinstance(document.where, bool) == (source.value_type == "boolean")
        if not fits:
            yield "where", f"{source.name} is {source.value_type}, never {document.where!r}"
            return


def ways_given(document: DerivedDocument) -> str:
    """Return what is wrong with how many ways an entry names, or nothing."""
    given = list(document.given)
    if len(given) == 1:
        return ""
    named = ", ".join(f"`{way}`" for way in given) or "none"
    return f"a derived value has exactly one of list, count, any, all, not; here {named}"


def derived_of(
    name: str, number: int | None, document: DerivedDocument, numbers: Iterable[int]
) -> Derived:
    """Compile one derived value; `numbers` are those of the bank."""
    way, template = next(iter(document.given.items()))
    where: Value = document.where
    if not NUMBER.search(template):
        sources = {0: template}
    elif number is not None:
        sources = {number: numbered(template, number)}
    else:
        sources = {one: numbered(template, one) for one in numbers}
    return Derived(name=name, way=way, sources=sources, where=where)


def check_events(written: ModelDocument, points: Mapping[str, Point]) -> Iterator[Placed]:
    """An event happens on an edge of a point; only flags rise and fall."""
    for name, document in written.events.items():
        point, _, edge = document.when.partition(" ")
        if point not in points:
            yield ("events", name, "when"), _no_property(point, points)
        elif edge != "changes" and points[point].value_type != "boolean":
            message = f"{point} is {points[point].value_type}: it changes, it never {edge}"
            yield ("events", name, "when"), message
        for index, told in enumerate(document.told):
            if told not in points:
                yield ("events", name, "with", index), _no_property(told, points)


def events_of(written: ModelDocument) -> tuple[EdgeEvent, ...]:
    """Compile the events of a checked description."""
    events = []
    for name, document in written.events.items():
        point, _, word = document.when.partition(" ")
        edge: Edge = next(one for one in get_args(Edge) if one == word)
        events.append(EdgeEvent(name=name, point=point, edge=edge, told=tuple(document.told)))
    return tuple(events)


def check_quirks(written: ModelDocument, dialect: Dialect) -> Iterator[Placed]:
    """Quirks are known by name, and what they say can be."""
    names = [known.partition("=")[0] for known in dialect.quirks]
    good = []
    for index, quirk in enumerate(written.quirks):
        name = quirk.partition("=")[0]
        if name not in names:
            hint = did_you_mean(name, names)
            yield ("quirks", index), f"{quirk!r} is no quirk of {dialect.protocol}{hint}"
        else:
            good.append(quirk)
    try:
        if dialect.read_quirks is not None:
            dialect.read_quirks(good)
    except ValueError as error:
        yield ("quirks",), str(error)


def check_writes(
    dialect: Dialect, points: Mapping[str, Point], command_points: Mapping[str, Point]
) -> Iterator[Placed]:
    """No two points are written in one place in different ways; the first clash is told."""
    written = [point for point in points.values() if point.writable]
    for point, other in combinations((*written, *command_points.values()), 2):
        wrong = dialect.clash(point, other) if dialect.clash is not None else ""
        if wrong:
            yield ("writes" if other.command else "properties", other.name), wrong
            return


def _no_property(name: str, known: Iterable[str]) -> str:
    return f"there is no property {name!r}{did_you_mean(name, list(known))}"
