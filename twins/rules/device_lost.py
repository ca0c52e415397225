"""A device that cannot be trusted any more is a warning: a dead button must not look quiet."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.instant import Instant
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm

KIND = "device-lost"


def lost(device: str, now: Instant) -> Iterator[Effect]:
    """Warn of a lost device."""
    yield RaiseAlarm(
        kind=KIND, device=device, severity=Severity.WARNING, latching=False, sensed=now
    )


def restored(device: str) -> Iterator[Effect]:
    """Close the warning."""
    yield ClearAlarm(kind=KIND, device=device)
