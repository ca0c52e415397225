"""An EdgeX device profile (device-modbus) → a description of ours."""

from collections.abc import Mapping
from typing import Any

from protocols.exchange.draft import Draft
from protocols.exchange.fitting import snake
from twins.documents import ConfigError, Document, Problem

TABLES: Mapping[str, str] = {
    "COILS": "co", "DISCRETES_INPUT": "di", "DISCRETE_INPUTS": "di", "INPUT_REGISTERS": "ir",
    "HOLDING_REGISTERS": "hr",
}  # fmt: skip
"""`primaryTable` of a device resource → table."""

TYPES: Mapping[str, str] = {
    "bool": "bool", "int8": "s8", "uint8": "u8", "int16": "s16", "uint16": "u16", "int32": "s32",
    "uint32": "u32", "int64": "s64", "uint64": "u64", "float32": "f32", "float64": "f64",
    "string": "string",
}  # fmt: skip
"""`valueType` or `rawType`, in lower case → wire type."""


def draft_of_profile(document: Document, *, one_based: bool) -> Draft:
    """Return a profile as a draft; raises ConfigError for what is none."""
    profile = document.data
    resources = profile.get("deviceResources") if isinstance(profile, dict) else None
    if not isinstance(resources, list):
        message = "is no EdgeX device profile: no list `deviceResources`"
        raise ConfigError([Problem(file=document.file, message=message)])
    gaps: list[str] = []
    mappings = _mappings(profile)
    points: dict[str, dict[str, Any]] = {}
    for resource in resources:
        name = str(resource.get("name", ""))
        point = _point(name, resource, gaps, shift=1 if one_based else 0)
        if point is not None:
            if name in mappings:
                point["map"] = mappings[name]
            points[name] = point
    maker, product = str(profile.get("manufacturer", "")), str(profile.get("model", ""))
    title = f"{maker} {product}".strip() or str(profile.get("name", "imported"))
    return Draft(
        document={
            "model": snake(title).replace("_", "-"),
            "protocol": "modbus",
            "title": title,
            "source": f"EdgeX device profile {profile.get('name', '')}".strip(),
            "properties": points,
        },
        gaps=gaps,
    )


def _point(
    name: str, resource: Mapping[str, Any], gaps: list[str], *, shift: int
) -> dict[str, Any] | None:
    attributes = resource.get("attributes") or {}
    properties = resource.get("properties") or {}
    table = TABLES.get(str(attributes.get("primaryTable", "")).upper())
    address = attributes.get("startingAddress")
    if table is None or address is None:
        gaps.append(f"{name}: no primaryTable and startingAddress of Modbus")
        return None
    if not str(address).isdigit():
        gaps.append(
            f"{name}: {address} may mean a bit of a register, and YAML reads 10.1 and 10.10 as one "
            "number; look it up in the manual"
        )
        return None
    point: dict[str, Any] = {"at": f"{table}:{int(address) - shift}"}
    kind = str(attributes.get("rawType") or properties.get("valueType", "")).lower()
    if kind not in TYPES:
        gaps.append(f"{name}: the type {kind or 'that is missing'} is not known")
    else:
        point["as"] = TYPES[kind]
    point |= _orders(attributes)
    point |= _numbers(properties)
    if str(properties.get("units", "")):
        point["unit"] = str(properties["units"])
    wordless = [key for key in ("mask", "shift", "base") if float(properties.get(key) or 0)]
    gaps += [f"{name}: `{key}` has no word here" for key in wordless]
    return point


def _orders(attributes: Mapping[str, Any]) -> dict[str, Any]:
    orders: dict[str, Any] = {}
    if str(attributes.get("isWordSwap", "")).lower() == "true":
        orders["words"] = "little"
    if str(attributes.get("isByteSwap", "")).lower() == "true":
        orders["bytes"] = "little"
    if "stringRegisterSize" in attributes:
        orders["length"] = int(attributes["stringRegisterSize"])
    return orders


def _numbers(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return scale, offset and range; a range of 0 to 1 of a flag says nothing."""
    numbers: dict[str, Any] = {}
    if float(properties.get("scale") or 1) != 1:
        numbers["scale"] = float(properties["scale"])
    if float(properties.get("offset") or 0):
        numbers["offset"] = float(properties["offset"])
    if str(properties.get("valueType", "")).lower() not in ("bool", "string"):
        for key, ours in (("minimum", "min"), ("maximum", "max")):
            if properties.get(key) not in (None, ""):
                numbers[ours] = float(properties[key])
    return numbers


def _mappings(profile: Mapping[str, Any]) -> dict[str, dict[int, str]]:
    """Return resource → raw → text, where a command names whole numbers."""
    found: dict[str, dict[int, str]] = {}
    for command in profile.get("deviceCommands") or []:
        for operation in command.get("resourceOperations") or []:
            pairs = operation.get("mappings") or {}
            if pairs and all(str(raw).isdigit() for raw in pairs):
                name = str(operation.get("deviceResource"))
                found.setdefault(name, {int(raw): str(text) for raw, text in pairs.items()})
    return found
