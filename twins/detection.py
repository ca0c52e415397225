"""What a finding at the detector holds, and what frees it (R02, R22).

An alarm holds the visit that goes through the detector, and with it every visitor behind: nobody is
let in until the held visit has passed a second time without an alarm, or has gone.
"""

from collections.abc import Iterator

from twins.context import Context
from twins.observation import Quality
from twins.rules.effects import Effect, Tell
from twins.school import School
from twins.visit import FlowFreed, Visit


def detectors(school: School) -> list[str]:
    """Return the school's walk-through gates, in its order."""
    return [one.id for one in school.devices if one.capability == "walk-through-gate"]


def works(context: Context, detector: str) -> bool:
    """Return whether the detector says anything that can be trusted, and no fault."""
    properties = context.state.twins[detector].properties
    alarm, fault = properties.get("alarm"), properties.get("fault")
    broken = fault is not None and fault.quality is Quality.GOOD and fault.value is True
    return alarm is not None and alarm.quality is Quality.GOOD and not broken


def alarming(context: Context, detector: str) -> bool:
    """Return whether the detector's alarm contact was last seen closed."""
    alarm = context.state.twins[detector].properties.get("alarm")
    return alarm is not None and alarm.value is True


def hold_at(context: Context, school: School, lane: str) -> str:
    """Return the detector that holds the visitors before a lane, or nothing."""
    entrance = school.premises.entrance_of(lane)
    before = [entrance.detector] if entrance and entrance.detector else detectors(school)
    return next((one for one in before if context.state.gate.holds.get(one)), "")


def free_visit(context: Context, visit: Visit) -> Iterator[Effect]:
    """Let go of a visit wherever it is held or being inspected."""
    gate = context.state.gate
    for detector in detectors(context.schools[visit.school]):
        if gate.at_detector.get(detector) == visit.id:
            del gate.at_detector[detector]
        if visit.id in gate.holds.get(detector, ()):
            yield from free(context, detector, visit.id)


def free(context: Context, detector: str, visit: str) -> Iterator[Effect]:
    """Take one hold away; without any other the visitors go on."""
    holds = context.state.gate.holds
    left = [one for one in holds.get(detector, ()) if one != visit]
    if left:
        holds[detector] = left
    elif holds.pop(detector, None) is not None:
        yield Tell(output=FlowFreed(detector=detector))
