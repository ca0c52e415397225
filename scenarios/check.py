"""Do the documents of a school package agree with each other?

The checks run on what was written, not on what was understood, so that a mistake in one line does
not hide the mistakes in all others. Anything of a wrong shape is skipped here: the document's own
check has already complained.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from scenarios.alarm_kinds import ALARM_KINDS
from scenarios.notation import references_in
from scenarios.registers import RegistersDocument
from scenarios.school import SchoolDocument
from scenarios.searching import Documents, found_at, names_in
from scenarios.wiring import capability_of, check_wiring
from twins.capability import Capability, capabilities
from twins.documents import Document, Problem, did_you_mean
from twins.jurisdiction import Level

Where = tuple[str, tuple[str, ...], str]

REFERENCES: Sequence[Where] = (
    ("devices.yaml", ("devices", "*", "place"), "zone"),
    ("devices.yaml", ("devices", "*", "model"), "device model"),
    ("devices.yaml", ("devices", "*", "is"), "capability"),
    ("as_found.geojson", ("features", "*", "properties", "zone"), "zone"),
    ("design.geojson", ("features", "*", "properties", "zone"), "zone"),
    ("design.geojson", ("features", "*", "properties", "device"), "device"),
    ("topology.yaml", ("power", "*", "from"), "power source"),
    ("topology.yaml", ("uplinks", "*", "power"), "power source"),
    ("topology.yaml", ("switches", "*", "power"), "power source"),
    ("topology.yaml", ("switches", "*", "to", "*"), "switch or uplink"),
    ("topology.yaml", ("links", "*", "power"), "power source"),
    ("topology.yaml", ("links", "*", "switch"), "switch"),
    ("topology.yaml", ("links", "*", "devices", "*"), "device"),
    ("works.csv", ("*", "zone"), "zone"),
)
"""(document, path of a reference, what it must name). `*` is any key or row. Those of the files
below stand in their types."""

TYPED: Mapping[str, type[BaseModel]] = {
    "school.yaml": SchoolDocument,
    "registers.yaml": RegistersDocument,
}


def check_package(documents: Documents, models: Mapping[str, str]) -> Iterator[Problem]:
    """Yield every disagreement between the documents that could be read.

    `models` is device model name → file.
    """
    types = _device_types(documents, models)
    known = _known_names(documents, models, types)
    for file, path, what in REFERENCES:
        yield from _check_names(documents.get(file), path, what, known[what])
    for file, model in TYPED.items():
        for path, mark in references_in(model):
            yield from _check_names(documents.get(file), path, mark.what, known[mark.what])
            yield from _check_type(documents.get(file), path, mark.allowed, types)
    if "school.yaml" in documents:
        yield from _check_plans(documents["school.yaml"], types)
        yield from _check_ids(documents["school.yaml"])
        yield from _check_authorities(documents["school.yaml"])
    if "devices.yaml" in documents:
        yield from check_wiring(documents["devices.yaml"], models)
        yield from _check_complete(documents)
        yield from _check_works(documents)


def _listed(documents: Documents, file: str, path: Sequence[str]) -> set[str] | None:
    """Return the words that stand at a path, or None where nobody can tell."""
    if file not in documents:
        return None
    return {word for _, word in found_at(documents[file], path) if isinstance(word, str)}


def _known_names(
    documents: Documents, models: Mapping[str, str], types: Mapping[str, Capability]
) -> Mapping[str, set[str] | None]:
    switches = names_in(documents, "topology.yaml", "switches")
    uplinks = names_in(documents, "topology.yaml", "uplinks")
    zones = names_in(documents, "school.yaml", "zones")
    devices = names_in(documents, "devices.yaml", "devices")
    cameras = {name for name, one in types.items() if one.name == "camera"}
    return {
        "device": devices,
        "zone": zones,
        "camera or zone": None if zones is None or devices is None else zones | cameras,
        "post": names_in(documents, "school.yaml", "posts"),
        "responder": names_in(documents, "school.yaml", "responders"),
        "authority": names_in(documents, "school.yaml", "authorities")
        or _listed(documents, "school.yaml", ("stations", "*", "station")),
        "guard": _listed(documents, "registers.yaml", ("headcount", "guards", "*")),
        "kind of alarm": set(ALARM_KINDS),
        "device model": set(models),
        "capability": set(capabilities()),
        "power source": names_in(documents, "topology.yaml", "power"),
        "switch": switches,
        "switch or uplink": None if switches is None or uplinks is None else switches | uplinks,
    }


def _check_names(
    document: Document | None, path: Sequence[str], what: str, names: set[str] | None
) -> Iterator[Problem]:
    """What stands at a path must be one of these names."""
    if document is None or names is None:
        return
    for place, word in found_at(document, path):
        if isinstance(word, str) and word not in names:
            hint = did_you_mean(word, sorted(names))
            yield document.problem(place, f"there is no {what} {word!r}{hint}")


def _check_type(
    document: Document | None,
    path: Sequence[str],
    allowed: Sequence[str],
    types: Mapping[str, Capability],
) -> Iterator[Problem]:
    """What stands at a path must be a device that can do what is asked of it there."""
    if document is None or not allowed:
        return
    for place, name in found_at(document, path):
        capability = types.get(str(name))
        if capability is not None and capability.name not in allowed:
            message = f"{name} is a {capability.name}, not a {' or a '.join(allowed)}"
            yield document.problem(place, message)


def _check_ids(school: Document) -> Iterator[Problem]:
    """No two responders share the id by which other schools list them."""
    seen: dict[str, str] = {}
    for place, word in found_at(school, ("responders", "*", "id")):
        other = seen.setdefault(str(word), str(place[1]))
        if other != place[1]:
            yield school.problem(place, f"id: {word} is {other} already")


def _check_authorities(school: Document) -> Iterator[Problem]:
    """Levels rise towards the top of the tree, and who is responsible is a station of it."""
    levels = {
        str(place[1]): str(word) for place, word in found_at(school, ("authorities", "*", "level"))
    }
    ranks = {level.value: rank for rank, level in enumerate(Level)}
    for place, word in found_at(school, ("authorities", "*", "above")):
        lower, higher = levels.get(str(place[1]), ""), levels.get(str(word), "")
        if lower in ranks and higher in ranks and ranks[higher] <= ranks[lower]:
            message = f"above: {word} is a {higher}, which does not stand over a {lower}"
            yield school.problem(place, message)
    for place, word in found_at(school, ("stations", "*", "station")) if levels else ():
        if levels.get(str(word)) != Level.STATION:
            yield school.problem(place, f"{word!r} is no station among the authorities")


def _device_types(documents: Documents, models: Mapping[str, str]) -> Mapping[str, Capability]:
    """Return the capability of every device that has a known one."""
    types: dict[str, Capability] = {}
    if "devices.yaml" not in documents:
        return types
    for (_, name), device in found_at(documents["devices.yaml"], ("devices", "*")):
        if isinstance(device, dict):
            word = str(device.get("is") or capability_of(device, models))
            if word in capabilities():
                types[str(name)] = capabilities()[word]
    return types


def _check_plans(school: Document, types: Mapping[str, Capability]) -> Iterator[Problem]:
    """A plan is for a kind of alarm, and its devices have the actions, with these arguments."""
    for place, kind in found_at(school, ("plans", "*", "kind")):
        if isinstance(kind, str) and kind not in ALARM_KINDS:
            hint = did_you_mean(kind, ALARM_KINDS)
            yield school.problem(place, f"there is no kind of alarm {kind!r}{hint}")
    for place, step in found_at(school, ("plans", "*", "steps", "*")):
        if not isinstance(step, dict) or not isinstance(step.get("devices"), list):
            continue
        action, given = step.get("action"), step.get("arguments") or {}
        for index, name in enumerate(step["devices"]):
            capability = types.get(str(name))
            if capability is None or not isinstance(action, str):
                continue
            if action not in capability.actions:
                hint = did_you_mean(action, list(capability.actions))
                message = f"{name} ({capability.name}) has no action {action!r}{hint}"
                yield school.problem((*place, "devices", index), message)
            elif set(given) != set(capability.actions[action].arguments):
                wanted = ", ".join(capability.actions[action].arguments) or "no arguments"
                yield school.problem((*place, "action"), f"{action!r} takes {wanted}")


def _check_complete(documents: Documents) -> Iterator[Problem]:
    """Every device of the list hangs on exactly one link and stands in the design."""
    listed = documents["devices.yaml"]
    names = [(place, str(place[-1])) for place, _ in found_at(listed, ("devices", "*"))]
    if "topology.yaml" in documents:
        found = found_at(documents["topology.yaml"], ("links", "*", "devices", "*"))
        links = Counter(str(name) for _, name in found)
        for place, name in names:
            if links[name] != 1:
                how = "more than one link" if links[name] else "no link"
                yield listed.problem(place, f"{name} is on {how} of topology.yaml")
    if "design.geojson" in documents:
        found = found_at(documents["design.geojson"], ("features", "*", "properties", "device"))
        drawn = {str(name) for _, name in found}
        for place, name in names:
            if name not in drawn:
                yield listed.problem(place, f"{name} is not drawn in design.geojson")


def _check_works(documents: Documents) -> Iterator[Problem]:
    """Construction items bring devices of the list, each device by one item."""
    works, known = documents.get("works.csv"), names_in(documents, "devices.yaml", "devices")
    if works is None or known is None:
        return
    brought: dict[str, str] = {}
    for place, cell in found_at(works, ("*", "devices")):
        item = str(works.data[place[0]].get("item"))
        for name in str(cell).split():
            if name not in known:
                hint = did_you_mean(name, sorted(known))
                yield works.problem(place, f"there is no device {name!r}{hint}")
            elif brought.setdefault(name, item) != item:
                yield works.problem(place, f"{name} is brought by {brought[name]} already")
