"""安檢門 (R02): the detector's alarm holds the flow of visitors until it is cleared."""

from collections.abc import Iterator
from dataclasses import replace

from twins.alarm import Severity
from twins.context import Context
from twins.front_end import trusted
from twins.inspection import Step
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm, Tell
from twins.visit import FlowHeld, VisitChanged
from twins.visit_booking import with_step

KIND = "detector-alarm"
BYPASS = "inspection-bypassed"
"""Raised on a person's report, `twins.inspecting`."""
KINDS = (KIND, BYPASS)


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:  # noqa: ARG001  one signature for all rules
    """Hold the visit that is at the detector, or the flow alone if nobody is known to be."""
    if event.quality is Quality.BAD:
        return
    if event.value is not True:
        if event.quality is not Quality.GOOD:
            return  # an uncertain alarm is an alarm, an uncertain all-clear is none
        yield ClearAlarm(kind=KIND, device=event.device)
        return
    if f"{KIND}|{event.device}" in context.state.standing:
        return  # good again after a bad reading: the same alarm
    yield RaiseAlarm(
        kind=KIND,
        device=event.device,
        severity=Severity.WARNING,
        latching=False,
        sensed=event.source_time,
    )
    yield from _hold(context, event.device)


def _hold(context: Context, detector: str) -> Iterator[Effect]:
    gate = context.state.gate
    at = gate.at_detector.pop(detector, "")
    visit = gate.visits.get(at)
    if visit is not None:
        held = replace(with_step(visit, Step.INSPECT, done=False), held=True)
        gate.visits[visit.id] = held
        yield Tell(output=VisitChanged(visit=held, what="held by the detector"))
    holds = gate.holds.setdefault(detector, [])
    if at not in holds:
        holds.append(at)
        zone = trusted(context, detector, "zone")
        where = int(zone) if zone else None
        yield Tell(output=FlowHeld(detector=detector, visit=at, zone=where))
