"""Foreign names and types → properties of a device type; what does not fit is a gap with a name."""

import re
from collections.abc import Mapping
from typing import Any

from protocols.exchange.banks import banked
from protocols.exchange.draft import Draft
from twins.capability import Capability, capabilities
from twins.documents import did_you_mean

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def fitted(draft: Draft, device_type: str) -> Draft:
    """Give a draft its device type; name every property that this does not know, or needs.

    Names are matched without regard to case and word breaks: `RoomTemperature` is
    `room_temperature`. Then points that differ in a number alone become banks.
    """
    document = draft.document
    document["is"] = device_type or document.get("is", "")
    known = capabilities()
    capability = known.get(document["is"])
    names = {plain(name): name for name in capability.properties} if capability else {}
    foreign: Mapping[str, dict[str, Any]] = document["properties"]
    points = {
        name if "{" in name else names.get(plain(name), snake(name)): point
        for name, point in foreign.items()
    }
    if capability is None:
        hint = did_you_mean(str(document["is"]), list(known))
        draft.gaps.append(f"is: a device type is needed, one of {', '.join(sorted(known))}{hint}")
    elif not document.get("repeat"):
        draft.gaps += _gaps(points, capability)
    if not document.get("repeat"):
        repeat, sections = banked({"properties": points})
        document["repeat"] = {"n": repeat} if repeat else {}
        points = sections["properties"]
    document["properties"] = points
    return draft


def plain(name: str) -> str:
    """Return a name without case and word breaks."""
    return "".join(one for one in name.lower() if one.isalnum())


def snake(name: str) -> str:
    """Return a name as properties are written.

    >>> snake("RoomTemperature"), snake("Phase 1 Voltage")
    ('room_temperature', 'phase_1_voltage')
    """
    return "_".join(_WORDS.findall(name)).lower() or "point"


def _gaps(points: Mapping[str, Any], capability: Capability) -> list[str]:
    gaps = []
    for name in points:
        if name not in capability.properties:
            hint = did_you_mean(name, list(capability.properties))
            gaps.append(f"{name}: {capability.name} has no such property{hint}")
    for name, spec in capability.properties.items():
        if not spec.optional and name not in points:
            gaps.append(f"{name}: {capability.name} needs it")
    return gaps
