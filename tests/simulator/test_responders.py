from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import VOLUNTEERS, volunteer
from twins.alarm import AcknowledgeAlarm, ResetAlarm
from twins.incident import (
    Answer,
    HandleIncident,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
)
from twins.instant import in_seconds, seconds
from twins.school import School

CASE = "elm/incident/1"


def told(stage: Any) -> Any:
    """Tell everybody of a case and play until it is closed."""
    world = stage.world
    for responder in world.school.responders:
        world.notified(
            Notification(
                incident=CASE, responder=responder.id, role=responder.role, kind="one-key-alarm",
                school="elm", place="elm/gate",
            )
        )  # fmt: skip
    world.timeline.play_to(world.timeline.now + seconds(1800))
    return stage


def answers(stage: Any, responder: str) -> list[tuple[int, Any]]:
    return [
        (at, said) for at, said in stage.listener.answers
        if getattr(said, "responder", "") == responder
    ]  # fmt: skip


def first_arrival(stage: Any) -> int | None:
    arrivals = [one.at for one in stage.truth if one.kind == "responder-arrived"]
    return min(arrivals, default=None)


def test_everybody_told_gets_the_notice_within_three_seconds(stage: Callable[..., Any]) -> None:
    played = stage()
    begin = played.world.timeline.now
    told(played)
    delivered = [
        at for at, said in played.listener.answers if isinstance(said, NotificationDelivered)
    ]
    assert len(delivered) == len(played.world.school.responders)
    assert max(delivered) - begin < seconds(3)


def test_the_police_come_from_1400_m_in_about_240_s_and_close_the_case(
    stage: Callable[..., Any],
) -> None:
    arrivals = []
    for seed in range(40):
        played = stage(seed)
        begin = played.world.timeline.now
        told(played)
        arrived = next(one.at for one in played.truth if one.kind == "police-arrived")
        arrivals.append(in_seconds(arrived - begin))
        closing = [said for _, said in played.listener.answers[-3:]]
        assert [type(said) for said in closing] == [AcknowledgeAlarm, HandleIncident, ResetAlarm]
        assert all("simulated" in said.by for said in closing)
    assert 220 < sum(arrivals) / len(arrivals) < 260


def test_the_station_acknowledges_within_30_s_nearly_always(stage: Callable[..., Any]) -> None:
    late = 0
    for seed in range(100):
        played = stage(seed)
        begin = played.world.timeline.now
        said = answers(told(played), "elm/station")
        acknowledged = next(
            at for at, one in said
            if isinstance(one, RecipientAnswered) and one.answer is Answer.ACKNOWLEDGED
        )  # fmt: skip
        late += acknowledged - begin > seconds(30)
    assert late <= 8  # 97.6 % within 30 s leaves 2.4 of 100


def test_a_volunteer_accepts_declines_or_stays_silent_and_only_who_accepts_comes(
    stage: Callable[..., Any],
) -> None:
    said_by: dict[str, int] = {"accepted": 0, "declined": 0, "silent": 0}
    for seed in range(150):
        played = told(stage(seed))
        for one in VOLUNTEERS:
            said = [
                reply.answer.value for _, reply in answers(played, one.id)
                if isinstance(reply, RecipientAnswered)
            ]  # fmt: skip
            said_by[said[0] if said else "silent"] += 1
            assert ("arrived" in said) <= ("accepted" in said)
    total = sum(said_by.values())
    assert said_by["accepted"] / total == pytest.approx(0.362, abs=0.06)
    assert said_by["silent"] / total == pytest.approx(0.199, abs=0.06)


def test_nobody_answers_once_the_case_is_closed(stage: Callable[..., Any]) -> None:
    for seed in range(20):
        said = [type(one) for _, one in told(stage(seed)).listener.answers]
        assert said[-1] is ResetAlarm
        assert said.count(HandleIncident) == 1


@pytest.mark.parametrize("seed", range(30))
def test_another_volunteer_changes_nobody_elses_answers_and_never_delays_the_first_arrival(
    stage: Callable[..., Any], make_school: Callable[..., School], seed: int
) -> None:
    without = told(stage(seed))
    more = (*VOLUNTEERS[:2], volunteer("another", 90.0), *VOLUNTEERS[2:])
    with_another = told(stage(seed, make_school(more)))
    for one in without.world.school.responders:
        assert answers(with_another, one.id) == answers(without, one.id)
    before, after = first_arrival(without), first_arrival(with_another)
    assert before is None or (after is not None and after <= before)


def test_reversing_the_responders_changes_nothing(
    stage: Callable[..., Any], make_school: Callable[..., School]
) -> None:
    forward = told(stage(5))
    backward = told(stage(5, make_school(tuple(reversed(VOLUNTEERS)))))
    assert sorted(map(repr, forward.listener.answers)) == sorted(
        map(repr, backward.listener.answers)
    )
