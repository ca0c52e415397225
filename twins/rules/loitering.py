"""A camera's own analysis saw somebody loiter: an observation, kept and shown, never dispatched."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm

KIND = "loitering"


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:  # noqa: ARG001  one signature for all rules
    """Raise while the camera says so."""
    if event.quality is not Quality.GOOD:
        return
    if event.value is True:
        yield RaiseAlarm(
            kind=KIND,
            device=event.device,
            severity=Severity.OBSERVATION,
            latching=False,
            sensed=event.source_time,
        )
    else:
        yield ClearAlarm(kind=KIND, device=event.device)
