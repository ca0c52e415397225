"""安檢門 (R02): the detector's alarm holds the flow of visitors until it is cleared."""

from collections.abc import Iterator
from dataclasses import replace

from twins.alarm import Severity
from twins.context import Context
from twins.detection import alarming
from twins.front_end import trusted
from twins.inspection import Step
from twins.instant import Instant
from twins.observation import Observation, PropertyChanged, Quality
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
    yield from _alarm(context, event.device, event.source_time)


def late(context: Context, observation: Observation, now: Instant) -> Iterator[Effect]:  # noqa: ARG001  one signature for all rules
    """Hold the visitors for an alarm from before what is known, unless it is known itself."""
    device, stamp = observation.device, observation.source_time
    if alarming(context, device):
        return  # it stands anyway
    if observation.value is True and context.state.watch.signalled.get(device) != stamp:
        yield from _alarm(context, device, stamp, received=observation.receive_time)
        yield ClearAlarm(kind=KIND, device=device)  # it is over; the hold is not


def _alarm(
    context: Context, device: str, stamp: Instant, received: Instant | None = None
) -> Iterator[Effect]:
    context.state.watch.signalled[device] = stamp
    yield RaiseAlarm(
        kind=KIND,
        device=device,
        severity=Severity.WARNING,
        latching=False,
        sensed=stamp,
        received=received,
    )
    yield from _hold(context, device)


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
