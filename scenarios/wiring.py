"""Do devices on I/O modules agree with what they are wired to?"""

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.models import capability_of_model
from scenarios.searching import found_at
from twins.capability import Capability, capabilities
from twins.documents import Document, KeyPath, Problem, did_you_mean

IO_MODULE = "remote-io"
"""The capability of a module whose inputs and outputs are wired to other devices."""


def check_wiring(devices: Document, models: Mapping[str, str]) -> Iterator[Problem]:
    """A device on an I/O module says what it is and which points it is wired to."""
    used: dict[tuple[str, str], str] = {}
    for place, device in found_at(devices, ("devices", "*")):
        if not isinstance(device, dict) or str(device.get("model")) not in models:
            continue
        wired = device.get("wired") or {}
        model_type, is_a = capability_of(device, models), str(device.get("is") or "")
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


def capability_of(device: Mapping[str, Any], models: Mapping[str, str]) -> str:
    """Return what a device is by its model, or nothing where nobody can tell."""
    file = models.get(str(device.get("model")))
    return capability_of_model(file) if file else ""
