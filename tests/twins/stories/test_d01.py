"""D01 早高峰持刀硬闯: a knife at the morning peak."""

import pytest

from tests.twins.schools import MONDAY_0700, TITLE
from tests.twins.stories.stage import sees
from twins.alarm import AlarmRepeated, Severity
from twins.broadcast import BroadcastReported, SpeechOutcome
from twins.capability import Line
from twins.incident import (
    Answer,
    CompleteStep,
    EscalationRaised,
    IncidentFlagged,
    IncidentOpened,
)
from twins.instant import seconds
from twins.response_gap import gained, response_gap
from twins.school import ChecklistStep, Device, Plan, PlanStep, Responder, Role, School
from twins.video import EventVideo
from twins.watch import CameraView, VideoRules, WatchRules

HALF_PAST_SEVEN = MONDAY_0700 + seconds(1800)
VOLUNTEERS = tuple(f"fir/volunteer-{number}" for number in range(1, 5))


def device(name: str, capability: str, place: str = "gate", line: Line = Line.GATE_FRONT) -> Device:
    return Device(id=f"fir/{name}", capability=capability, title=TITLE, place=place, line=line)


FIR = School(
    id="fir",
    title=TITLE,
    zone="Asia/Shanghai",
    devices=(
        device("button", "one-key-alarm"),
        device("lane-1", "lane"),
        device("lane-2", "lane"),
        device("barrier", "barrier"),
        device("speaker", "loudspeaker", "yard", Line.INNER),
        device("gate-camera", "camera"),
        device("lane-camera", "camera"),
        device("yard-camera", "camera", "yard", Line.INNER),
    ),
    responders=(
        Responder(id="fir/station", role=Role.STATION, title=TITLE),
        Responder(id="fir/console", role=Role.GUARD, title=TITLE),
        Responder(id="fir/car", role=Role.UNIT, title=TITLE, travel="car", distance_m=1400),
        Responder(id="fir/next-seat", role=Role.NEXT_SEAT, title=TITLE),
        *(
            Responder(id=one, role=Role.VOLUNTEER, title=TITLE, kit=("shield",), distance_m=150)
            for one in VOLUNTEERS
        ),
    ),
    plans=(
        Plan(
            kind="one-key-alarm",
            steps=(
                PlanStep(
                    id="lock", title=TITLE, action="lock", devices=("fir/lane-1", "fir/lane-2")
                ),
                PlanStep(
                    id="tell",
                    title=TITLE,
                    action="say",
                    devices=("fir/speaker",),
                    arguments={"text": "Return to your classrooms"},
                ),
            ),
            checklist=(
                ChecklistStep(id="pupils-in", title=TITLE, role=Role.STAFF, within=seconds(60)),
            ),
        ),
    ),
    watch=WatchRules(
        video=VideoRules(
            views=(
                CameraView(camera="fir/lane-camera", places=("gate",)),
                CameraView(camera="fir/gate-camera", places=("gate",)),
                CameraView(camera="fir/yard-camera", places=("yard",)),
            )
        )
    ),
)


@pytest.mark.requirement("R10", "R47")
def test_d01_a_knife_at_the_morning_peak_is_one_case_with_everybody_told_and_the_lanes_shut(stage):
    story = stage(FIR, zero=HALF_PAST_SEVEN)
    story.at(-180, sees("button", pressed=False), sees("gate-camera", online=True))
    story.at(-180, sees("lane-camera", online=True), sees("yard-camera", online=True))
    story.at(-120, sees("gate-camera", loitering=True))
    (loiterer,) = story.engine.alarms.values()
    assert (loiterer.kind, loiterer.severity) == ("loitering", Severity.OBSERVATION)
    assert not story.engine.incidents, "a loiterer is shown, not dispatched"
    story.at(-30, sees("gate-camera", loitering=False))

    story.at(4, sees("button", pressed=True))
    story.at(4.4, sees("button", pressed=False))
    story.at(5, *story.reaches("console", "station", "car", *VOLUNTEERS))
    for lane in ("lane-1", "lane-2"):
        story.at(5.5, *story.confirms(lane, locked=True))
    story.at(7, *story.confirms("speaker", text="Return to your classrooms", playing=True))
    story.at(9, sees("button", pressed=True))
    story.at(9.4, sees("button", pressed=False))
    story.at(12, *(story.answers(one, Answer.ACCEPTED) for one in VOLUNTEERS))
    story.at(15, CompleteStep(incident=story.case(), step="pupils-in", by="Teacher 3"))
    story.at(20, story.answers("station", Answer.ACKNOWLEDGED))
    story.at(70, *(story.answers(one, Answer.ARRIVED) for one in VOLUNTEERS))
    story.at(240, story.answers("car", Answer.ARRIVED))
    incident = story.engine.incidents[story.case()]
    story.at(600, story.closes())

    ((opened, _),) = story.told(IncidentOpened)
    assert opened - 4 <= 2, "shown at the platform"
    ((_, again),) = story.told(AlarmRepeated)
    assert again.count == 2, "the second press is counted, not opened"
    told = story.notified()
    assert set(told) == {"fir/station", "fir/console", "fir/car", *VOLUNTEERS}
    assert {second - opened for second in told.values()} == {0.0}, "one breath, nobody waits"

    assert [one[1:] for one in story.orders()] == [
        ("lane-1", "lock"),
        ("lane-2", "lock"),
        ("speaker", "say"),
    ]
    twins = story.engine.twins
    for lane in ("fir/lane-1", "fir/lane-2"):
        locked = twins[lane].properties["locked"]
        assert locked.value is True
        assert story.second(locked.source_time) - 4 <= 3
    ((spoken, report),) = story.told(BroadcastReported)
    assert (report.outcome, report.speech.text) == (
        SpeechOutcome.ACKNOWLEDGED,
        "Return to your classrooms",
    )
    assert spoken - 4 <= 5
    assert not story.opened_ways()
    ((seen, video),) = story.told(EventVideo)
    assert video.cameras == ("fir/lane-camera", "fir/gate-camera")
    assert not video.dark
    assert seen - 4 <= 4

    assert not story.told(EscalationRaised), "acknowledged within 30 s"
    assert response_gap(incident, attack=story.zero) == seconds(70)
    assert gained(incident, attack=story.zero) == seconds(170)
    assert story.first_line() is Line.GATE_FRONT
    assert story.four_timestamps() == (4.0, 5.0, 20.0, 600.0)
    assert not story.told(IncidentFlagged), "four timestamps, and every step done"
