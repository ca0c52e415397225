"""A device that cannot be trusted any more is a warning: a dead button must not look quiet."""

from collections.abc import Iterator, Mapping

from twins.alarm import Severity
from twins.instant import Instant
from twins.observation import Observation, Quality
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm

KIND = "device-lost"

CALLING: Mapping[str, frozenset[str]] = {
    "one-key-alarm": frozenset({"pressed", "press_count"}),
    "fire-alarm-panel": frozenset({"alarm"}),
    "walk-through-gate": frozenset({"alarm"}),
    "face-recognition-front-end": frozenset({"hits"}),
    "event-recognition-front-end": frozenset({"events"}),
}
"""Capability → the properties by which it calls; without any of them it is lost, however well its
battery may be."""


def is_lost(capability: str, properties: Mapping[str, Observation]) -> bool:
    """Return whether nothing that a device is there for can be trusted any more."""
    calling = CALLING.get(capability, frozenset())
    known = [one for name, one in properties.items() if name in calling] or properties.values()
    return all(one.quality is Quality.BAD for one in known)


def lost(device: str, now: Instant) -> Iterator[Effect]:
    """Warn of a lost device."""
    yield RaiseAlarm(
        kind=KIND, device=device, severity=Severity.WARNING, latching=False, sensed=now
    )


def restored(device: str) -> Iterator[Effect]:
    """Close the warning."""
    yield ClearAlarm(kind=KIND, device=device)
