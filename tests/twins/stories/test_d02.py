"""D02 放学车辆冲撞: a vehicle runs into the waiting area at dismissal."""

import pytest

from tests.twins.oak import window
from tests.twins.schools import MONDAY_0700, TITLE, clock_time
from tests.twins.stories.stage import sees
from twins.alarm import AlarmRaised, Severity
from twins.capability import Line
from twins.early_warning import WarningNotice
from twins.incident import Answer, IncidentFlagged, IncidentJoined, IncidentOpened
from twins.premises import Closure, Premises
from twins.school import Device, Lane, Plan, PlanStep, Responder, Role, School
from twins.sighting import EventSeen, Outcome

DISMISSAL = MONDAY_0700 + clock_time(9, 30)


def device(name: str, capability: str, place: str = "gate") -> Device:
    return Device(
        id=f"fir/{name}", capability=capability, title=TITLE, place=place, line=Line.GATE_FRONT
    )


FIR = School(
    id="fir",
    title=TITLE,
    zone="Asia/Shanghai",
    lanes=(
        Lane(id="fir/walk", title=TITLE, device="fir/lane", kind="pedestrian"),
        Lane(id="fir/drive", title=TITLE, device="fir/barrier", kind="vehicle"),
    ),
    devices=(
        device("lane", "lane"),
        device("barrier", "barrier"),
        device("bollard-a", "bollard"),
        device("bollard-b", "bollard"),
        device("events", "event-recognition-front-end"),
        device("public-button", "one-key-alarm", "waiting area"),
        device("button", "one-key-alarm"),
    ),
    responders=(
        Responder(id="fir/station", role=Role.STATION, title=TITLE),
        Responder(id="fir/console", role=Role.GUARD, title=TITLE),
        Responder(id="fir/car", role=Role.UNIT, title=TITLE, travel="car", distance_m=1400),
        Responder(id="fir/ambulance", role=Role.AMBULANCE, title=TITLE, travel="car"),
        Responder(id="fir/shop", role=Role.VOLUNTEER, title=TITLE, kit=("first aid",)),
    ),
    plans=(
        Plan(
            kind="one-key-alarm",
            steps=(PlanStep(id="shut", title=TITLE, action="close", devices=("fir/barrier",)),),
        ),
    ),
    premises=Premises(
        closures=tuple(
            Closure(
                device=f"fir/{name}",
                open=(window((9, 0), (15, 0)),),
                secured=(window((16, 30), (17, 0)),),
            )
            for name in ("bollard-a", "bollard-b")
        )
    ),
)


@pytest.mark.requirement("R28", "R88")
def test_d02_the_bollard_is_found_long_before_dismissal_and_the_crash_is_one_case(stage):
    story = stage(FIR, zero=DISMISSAL)
    story.at(-3600, sees("bollard-a", commanded_up=True, raised=True, lowered=False))
    story.at(-3600, sees("bollard-b", commanded_up=True, raised=False, lowered=True))
    story.at(
        -3600, sees("barrier", closed=True, opened=False), sees("events", online=True, events=4)
    )
    story.at(-3600, sees("button", pressed=False), sees("public-button", pressed=False))
    story.at(-3000)
    ((found, mismatch),) = story.told(
        AlarmRaised, lambda one: one.alarm.kind == "position-mismatch"
    )
    assert mismatch.alarm.device == "fir/bollard-b"
    assert found <= -1800, "warned at least 30 min before dismissal"

    story.at(0)
    ((peak, down),) = story.told(AlarmRaised, lambda one: one.alarm.kind == "unsecured-in-peak")
    assert (peak, down.alarm.device) == (0.0, "fir/bollard-b")
    assert not story.engine.incidents

    story.at(300, sees("events", **{"class": "vehicle-off-lane"}, score=0.88, events=5))
    ((_, event),) = story.told(EventSeen)
    assert (event.event.event, event.event.outcome) == ("vehicle-off-lane", Outcome.PUSHED)
    notices = story.told(WarningNotice)
    assert {one.responder for _, one in notices} == {"fir/console", "fir/station", "fir/car"}
    assert max(second for second, _ in notices) - 300 <= 3
    assert not story.engine.incidents, "a warning: people judge it"

    story.at(304, sees("public-button", pressed=True))
    story.at(305, *story.reaches("station", "console", "car", "shop"))
    story.at(305.5, sees("public-button", pressed=False))
    story.at(306, *story.confirms("barrier", closed=True))
    story.at(310, sees("button", pressed=True))
    story.at(311, sees("button", pressed=False))
    story.at(318, story.answers("station", Answer.ACKNOWLEDGED))
    story.at(900, story.closes(reason="injured taken to hospital"))

    ((opened, case),) = story.told(IncidentOpened)
    assert opened - 304 <= 2
    assert case.incident.place == "waiting area"
    assert len(story.told(IncidentJoined)) == 1, "the guard's press is the same case"
    assert set(story.notified().values()) == {opened}
    assert {"fir/station", "fir/car", "fir/ambulance"} <= set(story.notified())
    assert not case.incident.assignments["fir/ambulance"].capable, "it stops nobody"
    assert [one[1:] for one in story.orders()] == [("barrier", "close")]
    assert not story.opened_ways(), "the gate stays closed to traffic"
    called = story.told(AlarmRaised, lambda one: one.alarm.severity is Severity.ALARM)
    assert [one.alarm.kind for _, one in called] == ["one-key-alarm", "one-key-alarm"]
    assert story.first_line() is Line.GATE_FRONT
    assert story.four_timestamps() == (304.0, 305.0, 318.0, 900.0)
    assert not story.told(IncidentFlagged)
