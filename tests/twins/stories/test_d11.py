"""D11 三校并发: three schools at once, two cars, a boundary, a prank and a flood of calls."""

from dataclasses import replace

import pytest

from tests.twins.dispatch_schools import ASH, BIRCH, CEDAR, NOW
from tests.twins.schools import TITLE
from tests.twins.stories.stage import sees
from twins.call import CallChanged
from twins.capability import Line
from twins.incident import (
    Answer,
    EscalationRaised,
    IncidentFlagged,
    IncidentHandled,
    IncidentOpened,
    Verdict,
)
from twins.instant import seconds
from twins.jurisdiction import Jurisdiction
from twins.mobilisation import (
    IncidentHandedOver,
    NotCalled,
    Release,
    UnitPassedOver,
    UnitReleased,
)
from twins.school import Device
from twins.video import EventVideo

A, B, C = "ash/incident/1", "birch/incident/1", "cedar/incident/1"


def device(name: str, capability: str) -> Device:
    return Device(id=name, capability=capability, title=TITLE, place="gate", line=Line.GATE_FRONT)


CALLS = tuple(f"birch/intercom-{number}" for number in range(9))
SCHOOLS = tuple(
    replace(one, devices=(*one.devices, device(f"{one.id}/camera", "camera"), *more), **changed)
    for one, more, changed in (
        (ASH, (), {}),
        (BIRCH, tuple(device(name, "intercom") for name in CALLS), {}),
        (
            CEDAR,
            (),
            {
                "stations": (
                    Jurisdiction(station="north"),
                    Jurisdiction(station="south", since=NOW + seconds(60)),
                )
            },
        ),
    )
)


def cars_split_and_aid_is_safe(story):
    cars = {
        case: [one for one in story.notified(case) if one.startswith("car")] for case in (A, B, C)
    }
    assert cars == {A: ["car-1"], B: ["car-2"], C: []}
    passed = {(one.incident, one.responder): one for _, one in story.told(UnitPassedOver)}
    assert passed[B, "car-1"].reason is NotCalled.BUSY
    assert passed[B, "car-1"].busy_with == A
    assert {(C, "car-1"), (C, "car-2")} <= set(passed)
    assert passed[B, "ash/guard"].reason is NotCalled.OWN_SCHOOL, "A is not safe: no aid from it"
    assert "birch/guard" in story.notified(A)
    home = story.told(UnitReleased, lambda one: one.responder == "birch/guard")
    assert [(second, one.reason) for second, one in home] == [(35.25, Release.OWN_SCHOOL)]


@pytest.mark.requirement("R41", "R85")
def test_d11_three_schools_at_once_split_the_cars_and_no_alarm_waits_behind_calls(stage):
    story = stage(*SCHOOLS, zero=NOW)
    for own in ("ash", "birch", "cedar"):
        story.at(-60, sees(f"{own}/button", pressed=False), sees(f"{own}/camera", online=True))
    story.at(-60, *(sees(one, online=True, call="idle") for one in CALLS))

    story.at(0, sees("ash/button", pressed=True))
    story.at(1, *story.reaches(*story.notified(A), case=A))
    story.at(10, story.answers("ash/station", Answer.ACKNOWLEDGED, A))
    flood = [sees(one, call="offered") for one in CALLS]
    outputs = story.at(35, *flood, sees("birch/button", pressed=True))
    story.at(36, *story.reaches(*story.notified(B), case=B))
    story.at(44, story.answers("birch/station", Answer.ACKNOWLEDGED, B))
    story.at(50, sees("cedar/button", pressed=True))
    story.at(51, *story.reaches("cedar/north", case=C))
    story.at(55, story.answers("ash/volunteer-1", Answer.ARRIVED, A))
    story.at(61, *story.reaches("cedar/south", case=C))
    story.at(70, story.answers("cedar/south", Answer.ACKNOWLEDGED, C))
    story.at(85, story.answers("birch/volunteer-1", Answer.ARRIVED, B))
    prank = "pupils playing, seen on video"
    story.at(120, story.closes(C, Verdict.PRANK, prank))
    story.at(180, story.answers("car-1", Answer.ARRIVED, A))
    story.at(240, story.answers("car-2", Answer.ARRIVED, B))
    story.at(600, story.closes(A))
    story.at(660, story.closes(B))

    opened = {one.incident.id: second for second, one in story.told(IncidentOpened)}
    causes = {A: 0, B: 35, C: 50}
    assert set(opened) == set(causes)
    assert all(opened[case] - at <= 2 for case, at in causes.items())
    kinds = [type(one) for one in outputs]
    assert kinds.count(CallChanged) == 9
    assert kinds.index(IncidentOpened) < kinds.index(CallChanged), "alarms before calls"
    videos = {one.event: one.cameras for _, one in story.told(EventVideo)}
    assert videos == {
        A: ("ash/camera",),
        B: ("birch/camera",),
        C: ("cedar/camera",),
    }, "each case is judged by its own video"

    cars_split_and_aid_is_safe(story)

    ((handed, over),) = story.told(IncidentHandedOver)
    assert (handed, over.incident, over.previous, over.station) == (60.0, C, "north", "south")
    assert story.notified(C)["cedar/south"] == 60.0
    closed = {one.incident: (one.verdict, one.reason) for _, one in story.told(IncidentHandled)}
    assert closed[C] == (Verdict.PRANK, prank)

    stamps = {case: story.four_timestamps(case) for case in causes}
    assert stamps == {
        A: (0.0, 1.0, 10.0, 600.0),
        B: (35.0, 36.0, 44.0, 660.0),
        C: (50.0, 51.0, 70.0, 120.0),
    }
    assert max(known - sensed for sensed, _, known, _ in stamps.values()) <= 30
    assert not story.told(EscalationRaised)
    assert not story.told(IncidentFlagged)
    assert not story.orders()
