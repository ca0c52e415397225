"""視頻監控 (R10): the right cameras belong to an event, by reference, at once."""

from dataclasses import replace

import pytest

from tests.twins.ash import ASH, Story, of, says
from twins.incident import IncidentJoined, IncidentOpened
from twins.instant import seconds
from twins.video import EventVideo
from twins.watch import VideoRules


@pytest.mark.requirement("R10")
def test_d01_c_an_alarm_references_exactly_the_two_cameras_of_its_place_in_the_same_instant():
    story = Story()
    story.see("gate-camera-1", online=True)
    outputs = story.see("button", pressed=True)
    (opened,) = of(IncidentOpened, outputs)
    (video,) = of(EventVideo, outputs)
    assert video == EventVideo(
        event=opened.incident.id,
        place="gate",
        cameras=("ash/gate-camera-1", "ash/gate-camera-2"),
        dark=("ash/gate-camera-2",),
        start=story.now - seconds(30),
        until=story.now + seconds(300),
    )


@pytest.mark.requirement("R10")
def test_a_camera_of_another_place_does_not_belong_to_the_event():
    (video,) = of(EventVideo, Story().see("dormitory-button", pressed=True))
    assert video.cameras == ("ash/yard-camera",)


def test_an_alarm_from_another_place_adds_the_cameras_of_that_place():
    story = Story()
    story.see("button", pressed=True)
    outputs = story.see("dormitory-button", pressed=True)
    assert of(IncidentJoined, outputs)
    (video,) = of(EventVideo, outputs)
    assert (video.place, video.cameras) == ("dormitory", ("ash/yard-camera",))


def test_a_second_press_references_nothing_anew():
    story = Story()
    story.see("button", pressed=True)
    story.see("button", pressed=False)
    assert not of(EventVideo, story.see("button", pressed=True))


def test_an_alarm_that_came_late_references_the_recording_of_its_own_time():
    story = Story()
    story.at(540)
    sensed = story.start + seconds(60)
    (video,) = of(EventVideo, story.take(says("button", "pressed", True, sensed, story.now)))
    assert (video.start, video.until) == (sensed - seconds(30), story.now)


def test_without_data_a_camera_covers_the_place_where_it_stands():
    school = replace(ASH, watch=replace(ASH.watch, video=VideoRules()))
    (video,) = of(EventVideo, Story(school).see("button", pressed=True))
    assert video.cameras == ("ash/gate-camera-1",)


def test_more_cameras_are_referenced_where_the_school_wants_more():
    rules = replace(ASH.watch.video, most=3)
    school = replace(ASH, watch=replace(ASH.watch, video=rules))
    (video,) = of(EventVideo, Story(school).see("button", pressed=True))
    assert len(video.cameras) == 3
