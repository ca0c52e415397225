import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.easi import (
    LostCall,
    Response,
    Sensed,
    Task,
    critical_detection_point,
    interruption,
    neutralisation,
    timely_detection,
)
from simulator.analysis.paths import Layer, paths, worst_path, worst_timely_path
from simulator.intrusion import Intrusions, Step
from simulator.laws import Fixed, LogNormal, Normal
from twins.streams import Streams

chances = st.floats(0, 1)
tasks = st.builds(
    Task,
    name=st.sampled_from(["fence", "door", "run"]),
    detection=chances,
    sensed=st.sampled_from(Sensed),
    delay_s=st.floats(0, 300),
    deviation_s=st.floats(0, 60),
)
attacks = st.lists(tasks, min_size=1, max_size=6)
responses = st.builds(
    Response,
    mean_s=st.floats(1, 600),
    deviation_s=st.floats(0, 120),
    communication=chances,
    lost_call=st.sampled_from(LostCall),
)


@given(attack=attacks, response=responses)
def test_interruption_is_a_probability(attack: list[Task], response: Response) -> None:
    assert -1e-12 <= interruption(attack, response) <= 1 + 1e-12


@given(attack=attacks, response=responses, more=st.floats(0, 300))
def test_slower_responders_interrupt_no_more(
    attack: list[Task], response: Response, more: float
) -> None:
    slower = replace(response, mean_s=response.mean_s + more)
    assert interruption(attack, slower) <= interruption(attack, response) + 1e-12


@given(attack=attacks, response=responses, more=chances)
def test_surer_calls_interrupt_no_less(attack: list[Task], response: Response, more: float) -> None:
    surer = replace(
        response, communication=max(more, response.communication),
        lost_call=LostCall.LATER_SENSORS,
    )  # fmt: skip
    same = replace(response, lost_call=LostCall.LATER_SENSORS)
    assert interruption(attack, surer) >= interruption(attack, same) - 1e-12
    lost = replace(surer, lost_call=LostCall.FOR_GOOD)
    base = replace(response, lost_call=LostCall.FOR_GOOD)
    assert interruption(attack, lost) >= interruption(attack, base) - 1e-12


@given(attack=attacks, response=responses, place=st.integers(0, 5), better=chances)
def test_a_better_sensor_interrupts_no_less(
    attack: list[Task], response: Response, place: int, better: float
) -> None:
    """For delays without spread: an earlier call then leaves no less time.

    With spread the normal law can have it otherwise, where a shorter rest is so much the surer.
    """
    place %= len(attack)
    steady = [replace(task, deviation_s=0.0) for task in attack]
    improved = list(steady)
    improved[place] = replace(steady[place], detection=max(better, steady[place].detection))
    assert interruption(improved, response) >= interruption(steady, response) - 1e-12


@given(attack=attacks, response=responses, place=st.integers(0, 5), more=st.floats(0, 300))
def test_a_longer_delay_interrupts_no_less(
    attack: list[Task], response: Response, place: int, more: float
) -> None:
    place %= len(attack)
    longer = list(attack)
    longer[place] = replace(attack[place], delay_s=attack[place].delay_s + more)
    assert interruption(longer, response) >= interruption(attack, response) - 1e-12


@given(attack=attacks, response_s=st.floats(1, 600))
def test_without_spread_both_forms_agree(attack: list[Task], response_s: float) -> None:
    """EASI's sum over the first sensing is the product of misses up to the critical point.

    Where each sensor has more ahead of it than the next, as along any path sensed alike.
    """
    steady = [
        replace(task, deviation_s=0.0, sensed=Sensed.BEGINNING, delay_s=task.delay_s + 1)
        for task in attack
    ]
    exact = interruption(steady, Response(mean_s=response_s, deviation_s=0.0))
    assert timely_detection(steady, response_s) == pytest.approx(exact, abs=1e-12)
    last = critical_detection_point(steady, response_s)
    assert (last is None) == (math.fsum(task.delay_s for task in steady) <= response_s)


def test_equal_forces_prevail_as_often_and_more_of_us_more_often() -> None:
    assert [neutralisation(*one) for one in ((1, 1), (2, 1), (3, 1), (3, 2))] == pytest.approx(
        [0.5, 5 / 6, 23 / 24, 0.775]
    )
    assert neutralisation(2, 1, our_rate=3.0) > neutralisation(2, 1)
    assert neutralisation(4, 4) == pytest.approx(0.5)


def element(name: str, detection: float, delay_s: float) -> Task:
    return Task(name=name, detection=detection, delay_s=delay_s, deviation_s=0.3 * delay_s)


LINES = (
    Layer(name="remote", elements=(element("street", 0.2, 40), element("back lane", 0.05, 90))),
    Layer(
        name="gate front",
        elements=(
            element("gate", 0.9, 15), element("fence", 0.3, 30), element("vehicle gate", 0.7, 60)
        ),
    ),
    Layer(name="inner", elements=(element("door", 0.8, 60), element("window", 0.4, 100))),
)  # fmt: skip


def test_the_worst_path_changes_with_the_response_time() -> None:
    names = {
        response_s: tuple(task.name for task in worst_timely_path(LINES, response_s).path)
        for response_s in (30.0, 60.0, 120.0, 270.0)
    }
    assert len(set(names.values())) >= 2
    chances = [worst_timely_path(LINES, response_s).interruption for response_s in names]
    assert chances == sorted(chances, reverse=True)


layers = st.lists(
    st.builds(
        Layer, name=st.just("line"), elements=st.lists(tasks, min_size=1, max_size=3).map(tuple)
    ),
    min_size=1,
    max_size=4,
)


@given(lines=layers, response_s=st.floats(1, 600))
def test_the_search_finds_what_going_through_all_paths_finds(
    lines: list[Layer], response_s: float
) -> None:
    def unseen(path: tuple[Task, ...]) -> float:
        chance, delay = 1.0, 0.0
        for task in reversed(path):
            if task.sensed.ahead * task.delay_s + delay > response_s:
                chance *= 1 - task.detection
            delay += task.delay_s
        return chance

    best = max(unseen(path) for path in paths(lines))
    found = worst_timely_path(lines, response_s)
    assert unseen(found.path) == pytest.approx(best, abs=1e-12)


def test_the_worst_path_by_easi_is_the_least_of_all() -> None:
    response = Response(mean_s=120, deviation_s=30, communication=0.95)
    every = [interruption(path, response) for path in product(*(one.elements for one in LINES))]
    assert worst_path(LINES, response).interruption == min(every)


def test_too_many_paths_are_refused_and_not_gone_through() -> None:
    wide = [Layer(name="line", elements=LINES[1].elements)] * 12
    with pytest.raises(ValueError, match="too many"):
        next(paths(wide))
    assert worst_timely_path(wide, 60.0).interruption <= 1


@pytest.mark.parametrize("lost_call", LostCall)
def test_the_played_attack_is_interrupted_as_often_as_easi_says(lost_call: LostCall) -> None:
    path = [
        replace(element("fence", 0.5, 60), sensed=Sensed.MIDDLE),
        element("door", 0.8, 90),
        replace(element("window", 0.6, 120), sensed=Sensed.END),
        element("room", 0.0, 100),
    ]
    response = Response(mean_s=180, deviation_s=50, communication=0.7, lost_call=lost_call)
    played = Intrusions(
        "test", [Step.of(task) for task in path], response=Normal(180, 50), communication=0.7,
        lost_call=lost_call, streams=Streams(1),
    )  # fmt: skip
    count = 20_000
    share = sum(played.play().interrupted for _ in range(count)) / count
    exact = interruption(path, response)
    assert share == pytest.approx(exact, abs=5 * math.sqrt(exact * (1 - exact) / count))


def test_a_later_step_of_the_attack_shifts_nobody_elses_numbers() -> None:
    steps = [Step.of(element("fence", 0.5, 60)), Step.of(element("door", 0.8, 90))]
    longer = [*steps, Step(name="room", detection=0.0, sensed=Sensed.END, delay=Fixed(30.0))]
    given_ = {
        "response": LogNormal(120.0, 0.4), "communication": 0.9,
        "lost_call": LostCall.FOR_GOOD, "streams": Streams(2),
    }  # fmt: skip
    short, long = Intrusions("a", steps, **given_), Intrusions("a", longer, **given_)
    for _ in range(500):
        one, other = short.play(), long.play()
        assert (one.called, one.response_s) == (other.called, other.response_s)
        assert one.interrupted <= other.interrupted
