"""Points that are an alarm by themselves while they say so: mains, batteries, fire panels (D07)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twins.alarm import Severity
from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a point says when something is wrong, and what that is."""

    wrong: bool
    kind: str
    severity: Severity = Severity.WARNING


CONDITIONS: Mapping[tuple[str, str], Condition] = {
    ("ups", "mains"): Condition(wrong=False, kind="mains-lost"),
    ("ups", "battery_low"): Condition(wrong=True, kind="battery-low"),
    ("ups", "replace"): Condition(wrong=True, kind="battery-worn", severity=Severity.OBSERVATION),
    ("fire-alarm-panel", "pre_alarm"): Condition(wrong=True, kind="fire-pre-alarm"),
    ("fire-alarm-panel", "fault"): Condition(wrong=True, kind="fire-panel-fault"),
    ("fire-alarm-panel", "disabled"): Condition(wrong=True, kind="fire-panel-disabled"),
}
"""(capability, property) → condition."""

KINDS = tuple(one.kind for one in CONDITIONS.values())


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:  # noqa: ARG001  one signature for all rules
    """Raise while the point says so; a point that cannot be trusted changes nothing."""
    if event.quality is not Quality.GOOD:
        return
    one = CONDITIONS[context.devices[event.device].capability, event.property]
    if event.value is not one.wrong:
        yield ClearAlarm(kind=one.kind, device=event.device)
    elif event.previous is not one.wrong or f"{one.kind}|{event.device}" not in (
        context.state.standing
    ):
        yield RaiseAlarm(
            kind=one.kind,
            device=event.device,
            severity=one.severity,
            latching=False,
            sensed=event.source_time,
        )
