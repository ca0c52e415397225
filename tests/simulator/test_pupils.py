from collections.abc import Callable
from typing import Any

from twins.instant import in_seconds, seconds


def play(stage: Any, at_s: float) -> Any:
    stage.staging.live()
    stage.world.timeline.play_to(stage.staging.zero + seconds(at_s))
    return stage


def zone(stage: Any) -> Any:
    return stage.world.zones["elm/gate"]


def test_the_gate_zone_starts_with_the_drills_pupils_and_keeps_about_as_many(
    stage: Callable[..., Any],
) -> None:
    averages = []
    for seed in range(20):
        played = stage(seed)
        assert zone(played).count == 0
        play(played, 0)
        counts = zone(played).counts
        assert counts[40][1] == 40
        averages.append(zone(played).count)
    assert 28 < sum(averages) / len(averages) < 52


def test_a_locked_lane_lets_nobody_through_and_a_released_one_does(
    stage: Callable[..., Any],
) -> None:
    played = play(stage(), -10)
    lane = played.world.devices["elm/lane"]
    played.world.written("elm/lane", {"locked": True})
    passed = lane.values["passages"]
    assert passed > 0
    played.world.timeline.play_to(played.staging.zero - seconds(2))
    assert lane.values["passages"] == passed
    played.world.written("elm/lane", {"locked": False})
    played.world.timeline.play_to(played.staging.zero + seconds(5))
    assert lane.values["passages"] > passed


def test_the_teacher_brings_everybody_in_and_nobody_comes_after(stage: Callable[..., Any]) -> None:
    played = play(stage(), 300)
    assert zone(played).count == 0
    safe = [one for one in played.truth if one.kind == "pupils-safe"]
    assert len(safe) == 1
    assert 0 < in_seconds(safe[0].at - played.staging.zero) - 15 < 40
    assert zone(played).counts[-1] == (safe[0].at, 0)


def test_a_camera_sees_the_loiterer_where_the_lane_stands(stage: Callable[..., Any]) -> None:
    played = play(stage(), 0)
    seen = next(one for one in played.truth if one.kind == "seen")
    assert seen.subject == "intruder"
    assert seen.details["device"] == "elm/camera"
    assert played.world.devices["elm/camera"].values["loitering"] is True
