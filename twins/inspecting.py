"""來訪必檢 (R22): the inspection is bound to its visit; going past it is a violation."""

from dataclasses import replace

from twins.alarm import Severity
from twins.carrying_out import carry_out
from twins.context import Context
from twins.detection import alarming, detectors, free, free_visit, works
from twins.inspection import Step
from twins.instant import Instant
from twins.rules.detector_alarm import BYPASS
from twins.rules.effects import ClearAlarm, RaiseAlarm, Tell
from twins.visit import (
    ClearDetector,
    InspectionResult,
    InspectionViolated,
    ReportBypass,
    StartInspection,
    Visit,
)
from twins.visit_booking import keep, open_visit, refuse, with_step


def start_inspection(context: Context, request: StartInspection, now: Instant) -> None:
    """Book that a visitor goes through a detector: its next alarm is this visit's."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    at = context.state.gate.at_detector
    if request.detector not in detectors(context.schools[visit.school]):
        refuse(context, visit.id, f"there is no detector {request.detector!r}")
    elif alarming(context, request.detector):
        refuse(context, visit.id, f"{request.detector} is still in alarm")
    elif at.get(request.detector, visit.id) != visit.id:
        refuse(context, visit.id, f"{at[request.detector]} is being inspected there")
    else:
        at[request.detector] = visit.id
        keep(context, visit, "inspection started", now, by=request.by)


def book_inspection(context: Context, request: InspectionResult, now: Instant) -> None:
    """Book the result; passing takes a pass through a working detector without an alarm."""
    visit = open_visit(context, request.visit, request.by)
    if visit is None:
        return
    reason = _objection(context, visit) if request.passed else ""
    if reason:
        refuse(context, visit.id, reason)
        return
    after = replace(with_step(visit, Step.INSPECT, done=request.passed), held=not request.passed)
    what = "inspection passed" if request.passed else "inspection failed"
    keep(context, after, what, now, by=request.by, reason=request.reason)
    if request.passed:
        carry_out(context, free_visit(context, visit), now)
    else:
        _step_back(context, visit)


def clear_detector(context: Context, request: ClearDetector, now: Instant) -> None:
    """Free the visitors after an alarm that belongs to no visit."""
    held = context.state.gate.holds.get(request.detector, [])
    if "" not in held:
        refuse(context, request.detector, "no alarm of an unknown person is held there")
    elif not (request.by.strip() and request.reason.strip()):
        refuse(context, request.detector, "clearing needs a name and a reason")
    elif alarming(context, request.detector):
        refuse(context, request.detector, "it is still in alarm")
    else:
        carry_out(context, free(context, request.detector, ""), now)


def report_bypass(context: Context, request: ReportBypass, now: Instant) -> None:
    """Raise the alarm: somebody is inside, or on the way, without an inspection."""
    device = context.devices.get(request.device)
    if device is None or not request.by.strip():
        refuse(context, request.device, "a report needs a name and a device of the school")
        return
    visit = open_visit(context, request.visit, request.by) if request.visit else None
    if visit is not None:
        after = replace(visit, violations=(*visit.violations, BYPASS), held=True)
        keep(context, with_step(after, Step.INSPECT, done=False), BYPASS, now, by=request.by)
    violated = InspectionViolated(device=request.device, kind=BYPASS, visit=request.visit)
    raised = RaiseAlarm(
        kind=BYPASS, device=request.device, severity=Severity.ALARM, latching=True, sensed=now
    )
    cleared = ClearAlarm(kind=BYPASS, device=request.device)  # seen once; it stays latched
    carry_out(context, (Tell(output=violated), raised, cleared), now)


def _objection(context: Context, visit: Visit) -> str:
    known = detectors(context.schools[visit.school])
    at = [one for one in known if context.state.gate.at_detector.get(one) == visit.id]
    if at:
        return f"{at[0]} is in alarm" if alarming(context, at[0]) else ""
    working = [one for one in known if works(context, one)]
    if working:
        again = "a second time " if visit.held else ""
        return f"the visitor has not gone through {working[0]} {again}yet"
    return ""


def _step_back(context: Context, visit: Visit) -> None:
    at = context.state.gate.at_detector
    for detector in detectors(context.schools[visit.school]):
        if at.get(detector) == visit.id:
            del at[detector]
