from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.responders import PEOPLE, same_story
from simulator.analysis.arrival_laws import at_least_of
from simulator.chance import Chance
from simulator.laws import Fixed
from simulator.parameters import PARAMETERS, Parameter
from simulator.response import ARRIVED, SECURED, Case, Responses
from tests.simulator.test_responders import told
from twins.incident import HandleIncident, NotificationDelivered, RecipientAnswered
from twins.instant import seconds
from twins.school import Responder, School
from twins.streams import Streams

GUARD, *VOLUNTEERS = PEOPLE[:9]
CARS = PEOPLE[9:]


def chance(seed: int, **values: float) -> Chance:
    """Return chance with some parameters fixed, their dots written as two underscores."""
    fixed: dict[str, Parameter] = {
        name: replace(PARAMETERS[name], law=Fixed(value))
        for name, value in ((key.replace("__", "."), value) for key, value in values.items())
    }
    return Chance(Streams(seed), {**PARAMETERS, **fixed})


def cases(people: tuple[Responder, ...], drawn: Chance, count: int = 200) -> list[Case]:
    model = Responses(people, drawn)
    return [model.play(seconds(3600 * number)) for number in range(count)]


@pytest.mark.parametrize("seed", range(10))
def test_the_responders_of_a_drill_and_the_model_alone_do_the_same_at_the_same_nanosecond(
    stage: Callable[..., Any], make_school: Callable[..., School], seed: int
) -> None:
    school = replace(make_school(), responders=PEOPLE)
    played = stage(seed, school)
    begin = played.world.timeline.now
    said = told(played).listener.answers
    drill = [
        (at, "delivered", one.responder)
        if isinstance(one, NotificationDelivered)
        else (at, one.answer, one.responder)
        for at, one in said
        if isinstance(one, NotificationDelivered | RecipientAnswered)
    ]
    closed = next(at for at, one in said if isinstance(one, HandleIncident))
    alone = Responses(PEOPLE, Chance(Streams(seed))).play(begin)
    assert [one for one in alone.events if one[1] != SECURED] == drill
    assert alone.closed == closed


def test_the_naive_simpy_form_keeps_the_same_events_at_the_same_nanoseconds() -> None:
    assert same_story(200)


def test_the_times_of_a_case_are_those_of_its_events() -> None:
    capable = {one.id for one in VOLUNTEERS}
    for case in cases(PEOPLE, chance(1)):
        arrivals = [(at, who) for at, what, who in case.events if what == ARRIVED]
        assert case.volunteer == min((at for at, who in arrivals if who in capable), default=None)
        assert case.police == min(at for at, who in arrivals if who not in capable)
        assert case.closed == case.events[-1][0]
        assert case.events == sorted(case.events, key=lambda event: event[0])


@pytest.mark.requirement("R50.SIM")
def test_one_more_volunteer_changes_nobody_elses_times_and_never_delays_the_first_arrival() -> None:
    fewer = cases((GUARD, *VOLUNTEERS[:5], *CARS), chance(2))
    more = cases(PEOPLE, chance(2))
    for few, many in zip(fewer, more, strict=True):
        ids = {one.id for one in (GUARD, *VOLUNTEERS[:5], *CARS)}
        assert [event for event in many.events if event[2] in ids] == few.events
        assert few.gap is not None
        assert many.gap is not None
        assert many.gap <= few.gap


def test_the_order_of_the_responders_changes_nothing() -> None:
    forward, backward = cases(PEOPLE, chance(3)), cases(PEOPLE[::-1], chance(3))
    for one, other in zip(forward, backward, strict=True):
        assert sorted(one.events) == sorted(other.events)
        assert (one.volunteer, one.police, one.closed) == (
            other.volunteer,
            other.police,
            other.closed,
        )


def test_without_acceptance_only_the_police_come_and_nothing_is_gained() -> None:
    for case in cases(PEOPLE, chance(4, volunteer__accepts=0.0)):
        assert case.volunteer is None
        assert case.gained == 0
        assert case.gap == case.police - case.at


def test_police_who_are_there_at_once_leave_no_gap() -> None:
    people = (*PEOPLE[:9], replace(CARS[0], distance_m=0.0))
    at_once = dict.fromkeys(("console__delivery", "station__acknowledges", "police__turnout"), 0.0)
    for case in cases(people, chance(5, **at_once)):
        assert case.gap == 0
        assert case.gained == 0


def test_a_volunteer_whose_tools_expire_in_between_counts_as_capable_until_then() -> None:
    expiring = replace(VOLUNTEERS[0], kit=("spray",), kit_expires={"spray": seconds(3600 * 100)})
    found = cases((expiring, *CARS), chance(8, volunteer__accepts=1.0))
    assert any(case.volunteer is not None for case in found[:99])
    assert not any(case.volunteer is not None for case in found[100:])


def test_a_volunteer_without_tools_comes_and_does_not_count_as_capable() -> None:
    bare = replace(VOLUNTEERS[0], kit=())
    played = cases((bare, *CARS), chance(6, volunteer__accepts=1.0))
    assert all(case.volunteer is None for case in played)
    assert any(who == bare.id and what == ARRIVED for _, what, who in played[0].events)


def test_stretching_every_way_and_every_speed_alike_leaves_the_times() -> None:
    far = tuple(replace(one, distance_m=one.distance_m * 2) for one in PEOPLE)
    slow = {"travel__on foot": 2.0, "travel__e-bike": 4.0, "travel__car": 8.0}
    near = cases(PEOPLE, chance(7, **slow))
    assert cases(far, chance(7, **{name: 2 * speed for name, speed in slow.items()})) == near


@pytest.mark.parametrize("correlation", [0.3, 0.9])
def test_a_common_cause_keeps_each_acceptance_and_makes_nobody_at_all_more_likely(
    correlation: float,
) -> None:
    count = 4000
    apart = cases(tuple(VOLUNTEERS), chance(8), count)
    together = cases(tuple(VOLUNTEERS), chance(8, volunteer__correlation=correlation), count)
    accepted = sum(
        what == "accepted" for case in together for _, what, _ in case.events
    ) / (8 * count)  # fmt: skip
    # The mean of 8 alike-minded answers varies at most like one: |z| < 5 on `count` of them.
    assert accepted == pytest.approx(0.362, abs=5 * (0.362 * 0.638 / count) ** 0.5)
    nobody = sum(case.volunteer is None for case in together) / count
    assert nobody > sum(case.volunteer is None for case in apart) / count
    expected = 1 - at_least_of(1, [0.362] * 8, correlation)
    assert nobody == pytest.approx(expected, abs=5 * (expected * (1 - expected) / count) ** 0.5)


def test_that_volunteers_answer_independently_is_told_as_an_assumption() -> None:
    drawn = chance(9)
    cases(tuple(VOLUNTEERS), drawn, 1)
    assert "volunteer.correlation" in drawn.assumed()
