"""D03 来访携带违禁物: a visitor with contraband."""

import pytest

from tests.twins.oak import NINE, OAK, admit, register, steps_before_admission
from tests.twins.stories.stage import sees
from twins.alarm import AcknowledgeAlarm, InputRefused
from twins.capability import Line
from twins.command import CommandEnded, CommandResult
from twins.incident import IncidentOpened
from twins.locker import AssignLocker, FreeLocker, LockerChanged
from twins.visit import (
    CheckDone,
    FlowFreed,
    FlowHeld,
    IdentityChecked,
    InspectionResult,
    LeaveVisit,
    StartInspection,
    VisitState,
)


def refusals(outputs) -> list[str]:
    return [one.reason for one in outputs if isinstance(one, InputRefused)]


def release_refused(outputs) -> list[str]:
    ends = [one for one in outputs if isinstance(one, CommandEnded)]
    return [one.reason for one in ends if one.result is CommandResult.REFUSED]


@pytest.mark.requirement("R02", "R14", "R20")
def test_d03_the_lane_stays_shut_for_a_visitor_with_contraband_and_the_bag_is_not_forgotten(stage):
    story = stage(OAK, zero=NINE)
    story.at(-120, sees("detector", alarm=False), sees("lockers", **{"door07.closed": True}))
    assert release_refused(story.ask(-110, "lane", "release")) == ["no visit is registered"]
    story.at(-60, *steps_before_admission("waiting"))

    story.at(0, register("v1"))
    story.at(40, IdentityChecked(visit="v1", genuine=True, by="Guard A"))
    story.at(
        50,
        *(
            CheckDone(visit="v1", check=check, clear=True, by="Guard A")
            for check in ("person", "purpose", "vehicle")
        ),
    )
    story.at(58, StartInspection(visit="v1", detector="oak/detector", by="Guard A"))
    story.at(60, sees("detector", alarm=True, zone=3))
    (finding,) = story.engine.alarms.values()
    story.at(60.8, AcknowledgeAlarm(alarm=finding.id, by="Guard A"))
    story.at(61, sees("detector", alarm=False))
    ((held, flow),) = story.told(FlowHeld)
    assert (flow.detector, flow.visit, flow.zone) == ("oak/detector", "v1", 3)
    assert held - 60 <= 2
    assert refusals(story.at(65, admit("waiting"))) == ["oak/detector is not cleared"]
    refused = InspectionResult(visit="v1", passed=False, by="Guard A", reason="refuses the search")
    story.at(75, refused)
    waved = InspectionResult(visit="v1", passed=True, by="Guard A")
    (again,) = refusals(story.at(78, waved))
    assert again.endswith("a second time yet"), "only a second pass without an alarm frees"
    assert story.engine.visits["v1"].held
    story.at(95, AssignLocker(visit="v1", device="oak/lockers", door=7, by="Guard A"))
    (missing,) = refusals(story.at(100, admit("v1")))
    assert missing == "not done yet: host, check, inspect"
    assert release_refused(story.ask(101, "lane", "release")) == ["oak/detector is not cleared"]
    assert story.engine.visits["v1"].state is VisitState.IDENTIFIED
    assert len([one for one in story.engine.visits["v1"].checks.values() if one]) < 5
    assert not story.opened_ways()

    story.at(130, LeaveVisit(visit="v1", by="Guard A"))
    assert [second for second, _ in story.told(FlowFreed)] == [130.0]
    story.at(135, admit("waiting"))
    story.ask(136, "lane", "release")
    story.at(136.5, *story.confirms("lane", locked=False))
    (bag_left,) = [one for one in story.engine.alarms.values() if one.kind == "bag-left"]
    story.at(500, AcknowledgeAlarm(alarm=bag_left.id, by="Guard A"))
    kinds = {one.kind for one in story.engine.alarms.values()}
    story.at(540, FreeLocker(device="oak/lockers", door=7, by="Guard A"))
    bag = [(second, one.what) for second, one in story.told(LockerChanged) if one.door == 7]
    assert bag == [(95.0, "assigned"), (130.0, "left behind"), (430.0, "overdue"), (540.0, "free")]
    assert {"bag-left", "locker-overdue"} <= kinds
    stamps = {one.kind: story.stamps(one) for one in story.ended_alarms()}
    assert stamps["detector-alarm"] == (60.0, 60.25, 60.8, 61.25)
    assert stamps["bag-left"] == (130.0, 130.0, 500.0, 540.0)
    assert story.opened_ways() == [(136.0, "lane", "release")], "once, for the other visitor"
    assert not story.told(IncidentOpened), "a finding at the detector is no call for help"
    assert story.first_line() is Line.INNER
