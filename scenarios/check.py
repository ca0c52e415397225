"""Do the documents of a school package agree with each other?

The checks run on what was written, not on what was understood, so that a mistake in one line does
not hide the mistakes in all others. Anything of a wrong shape is skipped here: the document's own
check has already complained.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from scenarios.alarm_kinds import ALARM_KINDS
from scenarios.models import capability_of_model
from scenarios.notation import references_in
from scenarios.registers import RegistersDocument
from scenarios.school import SchoolDocument
from twins.capability import Capability, capabilities
from twins.documents import Document, KeyPath, Problem, did_you_mean
from twins.jurisdiction import Level

IO_MODULE = "remote-io"
"""The capability of a module whose inputs and outputs are wired to other devices."""

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

Documents = Mapping[str, Document]


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
        yield from _check_wiring(documents["devices.yaml"], models)
        yield from _check_complete(documents)


def _at(document: Document, path: Sequence[str]) -> Iterator[tuple[KeyPath, Any]]:
    """Yield (place, value) for everything that stands at a path."""
    found: list[tuple[KeyPath, Any]] = [((), document.data)]
    for part in path:
        found = [
            ((*place, key), inner)
            for place, value in found
            for key, inner in _entries(value)
            if part in ("*", key)
        ]
    yield from found


def _entries(value: Any) -> list[tuple[str | int, Any]]:  # noqa: ANN401  what YAML held
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _keys(documents: Documents, file: str, section: str) -> set[str] | None:
    """Return the names that a section defines, or None where nobody can tell."""
    data = documents[file].data if file in documents else None
    section_data = data.get(section) if isinstance(data, dict) else None
    return {str(key) for key in section_data} if isinstance(section_data, dict) else None


def _listed(documents: Documents, file: str, path: Sequence[str]) -> set[str] | None:
    """Return the words that stand at a path, or None where nobody can tell."""
    if file not in documents:
        return None
    return {word for _, word in _at(documents[file], path) if isinstance(word, str)}


def _known_names(
    documents: Documents, models: Mapping[str, str], types: Mapping[str, Capability]
) -> Mapping[str, set[str] | None]:
    switches = _keys(documents, "topology.yaml", "switches")
    uplinks = _keys(documents, "topology.yaml", "uplinks")
    zones = _keys(documents, "school.yaml", "zones")
    devices = _keys(documents, "devices.yaml", "devices")
    cameras = {name for name, one in types.items() if one.name == "camera"}
    return {
        "device": devices,
        "zone": zones,
        "camera or zone": None if zones is None or devices is None else zones | cameras,
        "post": _keys(documents, "school.yaml", "posts"),
        "responder": _keys(documents, "school.yaml", "responders"),
        "authority": _keys(documents, "school.yaml", "authorities")
        or _listed(documents, "school.yaml", ("stations", "*", "station")),
        "guard": _listed(documents, "registers.yaml", ("headcount", "guards", "*")),
        "kind of alarm": set(ALARM_KINDS),
        "device model": set(models),
        "capability": set(capabilities()),
        "power source": _keys(documents, "topology.yaml", "power"),
        "switch": switches,
        "switch or uplink": None if switches is None or uplinks is None else switches | uplinks,
    }


def _check_names(
    document: Document | None, path: Sequence[str], what: str, names: set[str] | None
) -> Iterator[Problem]:
    """What stands at a path must be one of these names."""
    if document is None or names is None:
        return
    for place, word in _at(document, path):
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
    for place, name in _at(document, path):
        capability = types.get(str(name))
        if capability is not None and capability.name not in allowed:
            message = f"{name} is a {capability.name}, not a {' or a '.join(allowed)}"
            yield document.problem(place, message)


def _check_ids(school: Document) -> Iterator[Problem]:
    """No two responders share the id by which other schools list them."""
    seen: dict[str, str] = {}
    for place, word in _at(school, ("responders", "*", "id")):
        other = seen.setdefault(str(word), str(place[1]))
        if other != place[1]:
            yield school.problem(place, f"id: {word} is {other} already")


def _check_authorities(school: Document) -> Iterator[Problem]:
    """Levels rise towards the top of the tree, and who is responsible is a station of it."""
    levels = {
        str(place[1]): str(word) for place, word in _at(school, ("authorities", "*", "level"))
    }
    ranks = {level.value: rank for rank, level in enumerate(Level)}
    for place, word in _at(school, ("authorities", "*", "above")):
        lower, higher = levels.get(str(place[1]), ""), levels.get(str(word), "")
        if lower in ranks and higher in ranks and ranks[higher] <= ranks[lower]:
            message = f"above: {word} is a {higher}, which does not stand over a {lower}"
            yield school.problem(place, message)
    for place, word in _at(school, ("stations", "*", "station")) if levels else ():
        if levels.get(str(word)) != Level.STATION:
            yield school.problem(place, f"{word!r} is no station among the authorities")


def _device_types(documents: Documents, models: Mapping[str, str]) -> Mapping[str, Capability]:
    """Return the capability of every device that has a known one."""
    types: dict[str, Capability] = {}
    if "devices.yaml" not in documents:
        return types
    for (_, name), device in _at(documents["devices.yaml"], ("devices", "*")):
        if isinstance(device, dict):
            word = str(device.get("is") or _of_model(device, models))
            if word in capabilities():
                types[str(name)] = capabilities()[word]
    return types


def _of_model(device: Mapping[str, Any], models: Mapping[str, str]) -> str:
    file = models.get(str(device.get("model")))
    return capability_of_model(file) if file else ""


def _check_plans(school: Document, types: Mapping[str, Capability]) -> Iterator[Problem]:
    """A plan is for a kind of alarm, and its devices have the actions, with these arguments."""
    for place, kind in _at(school, ("plans", "*", "kind")):
        if isinstance(kind, str) and kind not in ALARM_KINDS:
            hint = did_you_mean(kind, ALARM_KINDS)
            yield school.problem(place, f"there is no kind of alarm {kind!r}{hint}")
    for place, step in _at(school, ("plans", "*", "steps", "*")):
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


def _check_wiring(devices: Document, models: Mapping[str, str]) -> Iterator[Problem]:
    """A device on an I/O module says what it is and which points it is wired to."""
    used: dict[tuple[str, str], str] = {}
    for place, device in _at(devices, ("devices", "*")):
        if not isinstance(device, dict) or str(device.get("model")) not in models:
            continue
        wired = device.get("wired") or {}
        model_type, is_a = _of_model(device, models), str(device.get("is") or "")
        if model_type not in capabilities():
            message = f"model: {device['model']} names no capability that we know"
            yield devices.problem((*place, "model"), message)
        elif model_type != IO_MODULE:
            if is_a not in ("", model_type):
                message = f"is: {device['model']} is of the type {model_type}; leave `is` out"
                yield devices.problem((*place, "is"), message)
            if wired:
                message = f"wired: {device['model']} is no I/O module"
                yield devices.problem((*place, "wired"), message)
        elif is_a in capabilities() and isinstance(wired, dict):
            yield from _check_channels(devices, place, capabilities()[is_a], wired)
            yield from _check_shared(devices, place, device, used)


def _check_shared(
    devices: Document, place: KeyPath, device: Mapping[str, Any], used: dict[tuple[str, str], str]
) -> Iterator[Problem]:
    """One point of a module belongs to one device. `used` remembers those seen before."""
    for name, channel in (device.get("wired") or {}).items():
        other = used.setdefault((str(device.get("at")), str(channel)), str(place[-1]))
        if other != place[-1]:
            message = f"{name}: {channel} of this module is wired to {other} already"
            yield devices.problem((*place, "wired", name), message)


def _check_channels(
    devices: Document, place: KeyPath, capability: Capability, wired: Mapping[str, Any]
) -> Iterator[Problem]:
    channels = capabilities()[IO_MODULE].properties
    for name, channel in wired.items():
        if name not in capability.properties:
            hint = did_you_mean(str(name), list(capability.properties))
            message = f"{capability.name} has no property {name!r}{hint}"
            yield devices.problem((*place, "wired", name), message)
        if str(channel) not in channels:
            hint = did_you_mean(str(channel), list(channels))
            message = f"an I/O module has no point {channel!r}{hint}"
            yield devices.problem((*place, "wired", name), message)
    needed = (name for name, spec in capability.properties.items() if not spec.optional)
    missing = [name for name in needed if name not in wired]
    if missing:
        yield devices.problem(place, f"wired: {capability.name} needs {', '.join(missing)}")


def _check_complete(documents: Documents) -> Iterator[Problem]:
    """Every device of the list hangs on exactly one link and stands in the design."""
    listed = documents["devices.yaml"]
    names = [(place, str(place[-1])) for place, _ in _at(listed, ("devices", "*"))]
    if "topology.yaml" in documents:
        found = _at(documents["topology.yaml"], ("links", "*", "devices", "*"))
        links = Counter(str(name) for _, name in found)
        for place, name in names:
            if links[name] != 1:
                how = "more than one link" if links[name] else "no link"
                yield listed.problem(place, f"{name} is on {how} of topology.yaml")
    if "design.geojson" in documents:
        found = _at(documents["design.geojson"], ("features", "*", "properties", "device"))
        drawn = {str(name) for _, name in found}
        for place, name in names:
            if name not in drawn:
                yield listed.problem(place, f"{name} is not drawn in design.geojson")
