"""Findings of the layout alone: who walks where cars drive, what stays shut without power."""

from collections.abc import Iterator

from twins.inspection import flow_objections
from twins.management.finding import Finding, FindingKind, finding
from twins.premises import FailSafe
from twins.school import School

PEDESTRIAN, VEHICLE = "pedestrian", "vehicle"


def layout_findings(school: School) -> Iterator[Finding]:
    """Yield what is wrong with a school's ways in, before any device says a word."""
    yield from lane_findings(school)
    for closure in school.premises.closures:
        if closure.escape and closure.fail_safe is not FailSafe.OPEN:
            yield finding(
                FindingKind.ESCAPE_NOT_FAIL_SAFE,
                school.id,
                closure.device,
                {
                    "en": f"{closure.device} lies on an escape route and without power it is "
                    f"{closure.fail_safe}",
                    "zh": f"{closure.device} 位于疏散通道,断电后不会打开",
                },
            )
    for objection in flow_objections(school.inspection):
        yield finding(
            FindingKind.FLOW_INCOMPLETE,
            school.id,
            school.inspection.id,
            objection,
        )


def lane_findings(school: School) -> Iterator[Finding]:
    """Yield where people and vehicles are not separated (人車分流, R27)."""
    by_device: dict[str, set[str]] = {}
    for lane in school.lanes:
        by_device.setdefault(lane.device, set()).add(lane.kind)
    shared = [device for device, kinds in by_device.items() if len(kinds) > 1]
    for device in shared:
        yield _not_separate(
            school,
            device,
            "people and vehicles use the same lane",
            "人员与车辆共用同一通道",
        )
    kinds = {lane.kind for lane in school.lanes}
    vehicles = VEHICLE in kinds or any(one.capability == "barrier" for one in school.devices)
    if PEDESTRIAN not in kinds:
        yield _not_separate(school, school.id, "there is no lane for people", "没有人行通道")
    elif vehicles and VEHICLE not in kinds:
        yield _not_separate(
            school,
            school.id,
            "vehicles come in and have no lane of their own",
            "有车辆进出但没有车行通道",
        )


def _not_separate(school: School, subject: str, en: str, zh: str) -> Finding:
    detail = {"en": en, "zh": zh}
    return finding(FindingKind.LANES_NOT_SEPARATE, school.id, subject, detail)
