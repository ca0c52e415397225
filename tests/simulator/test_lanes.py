import math
from collections.abc import Generator
from itertools import pairwise

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from simulator.laws import Exponential
from simulator.queues.arrivals import burst, poisson_arrivals, steady
from simulator.queues.lanes import Lanes, Passage, Turned
from twins.instant import in_seconds, seconds
from twins.streams import Streams

STREAMS = Streams(1)

crowds = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 80)), min_size=1, max_size=60)
"""(gap after the one before, time needed in a lane)."""


def played(lanes: Lanes, crowd: list[tuple[int, int]]) -> list[Passage | Turned]:
    at, passages = 0, []
    for gap, service in crowd:
        at += gap
        passages.append(lanes.enter(at, service))
    return passages


@given(crowd=crowds, lanes=st.integers(1, 5))
def test_no_lane_serves_two_at_once_and_nobody_overtakes(
    crowd: list[tuple[int, int]], lanes: int
) -> None:
    passages = played(Lanes(lanes), crowd)
    assert all(isinstance(one, Passage) for one in passages)
    for before, after in pairwise(passages):
        assert before.begins <= after.begins
    for lane in range(lanes):
        mine = [one for one in passages if one.lane == lane]
        assert all(before.ends <= after.begins for before, after in pairwise(mine))
    for one, (_, service) in zip(passages, crowd, strict=True):
        assert one.begins >= one.arrives
        assert one.ends - one.begins == service


@given(crowd=crowds, lanes=st.integers(1, 4))
def test_nobody_waits_while_a_lane_is_free(crowd: list[tuple[int, int]], lanes: int) -> None:
    passages = played(Lanes(lanes), crowd)
    for one in passages:
        if one.begins > one.arrives:
            # Whoever holds a lane just before this one begins came earlier and is not done.
            holding = [
                other for other in passages
                if other.begins < one.begins <= other.ends
            ]  # fmt: skip
            assert len(holding) >= lanes


@given(crowd=crowds, lanes=st.integers(1, 4))
def test_littles_law_and_the_balance_of_flow_hold_in_every_run(
    crowd: list[tuple[int, int]], lanes: int
) -> None:
    passages = played(Lanes(lanes), crowd)
    steps = sorted([(one.arrives, 1) for one in passages] + [(one.ends, -1) for one in passages])
    present, area, since = 0, 0, steps[0][0]
    for at, change in steps:
        area += present * (at - since)
        present, since = present + change, at
    assert present == 0
    assert area == sum(one.ends - one.arrives for one in passages)


@given(
    crowd=st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 80), st.integers(0, 60)),
        min_size=1,
        max_size=40,
    ),
    lanes=st.integers(1, 4),
)
def test_processes_at_a_resource_of_simpy_begin_and_leave_at_the_same_instants(
    crowd: list[tuple[int, int, int]], lanes: int
) -> None:
    """Instants of the lanes are even and the ends of patience odd: SimPy breaks no tie."""
    env = simpy.Environment()
    resource, found = simpy.Resource(env, lanes), {}

    def customer(number: int, service: int, patience: int) -> Generator[simpy.Event, object, None]:
        with resource.request() as request:
            yield request | env.timeout(patience)
            found[number] = env.now if request.triggered else Turned.LEFT
            if request.triggered:
                yield env.timeout(service)

    def source() -> Generator[simpy.Event, object, None]:
        for number, (gap, service, patience) in enumerate(crowd):
            yield env.timeout(2 * gap)
            env.process(customer(number, 2 * service, 2 * patience + 1))

    env.process(source())
    env.run()
    ours, at = Lanes(lanes), 0
    for number, (gap, service, patience) in enumerate(crowd):
        at += 2 * gap
        passage = ours.enter(at, 2 * service, patience=2 * patience + 1)
        begins = passage.begins if isinstance(passage, Passage) else passage
        assert begins == found[number]


def test_without_waiting_places_whoever_finds_no_free_lane_is_turned_away() -> None:
    lanes = Lanes(2, room=0)
    assert isinstance(lanes.enter(0, 10), Passage)
    assert isinstance(lanes.enter(1, 10), Passage)
    assert lanes.enter(2, 10) is Turned.FULL
    assert lanes.enter(10, 10) == Passage(10, 10, 20, 0)


def test_a_line_holds_as_many_as_it_has_places() -> None:
    lanes = Lanes(1, room=2)
    passages = [lanes.enter(at, 10) for at in (0, 1, 2, 3, 10)]
    assert passages[3] is Turned.FULL
    assert passages[4] == Passage(10, 30, 40, 0), "a place was free again at 10"


def test_whoever_loses_patience_leaves_the_line_and_takes_no_lane() -> None:
    lanes = Lanes(1)
    lanes.enter(0, 10)
    assert lanes.enter(1, 10, patience=5) is Turned.LEFT
    assert [lanes.waiting(at) for at in (1, 5, 6)] == [1, 1, 0]
    assert lanes.enter(7, 10, patience=3) == Passage(7, 10, 20, 0)


def test_a_closed_lane_takes_nobody_and_finishes_whom_it_has() -> None:
    lanes = Lanes(2, openings=[[(0, 10), (30, 40)], [(20, 40)]])
    passages = [lanes.enter(at, 8) for at in (0, 5, 9, 25, 39)]
    assert passages == [
        Passage(0, 0, 8, 0),
        Passage(5, 8, 16, 0),
        Passage(9, 20, 28, 1),
        Passage(25, 28, 36, 1),
        Passage(39, 39, 47, 0),
    ]


def test_a_lane_that_idles_past_its_closing_hour_is_closed() -> None:
    lanes = Lanes(1, openings=[[(0, 10), (30, 40)]])
    assert lanes.enter(12, 5) == Passage(12, 30, 35, 0)
    assert lanes.enter(50, 5) is Turned.CLOSED


def test_the_lane_that_has_idled_longest_is_taken_and_of_equals_the_first() -> None:
    lanes = Lanes(3)
    assert [lanes.enter(0, service).lane for service in (5, 3, 4)] == [0, 1, 2]
    assert lanes.enter(9, 1).lane == 1


def test_arrivals_out_of_order_are_a_defect() -> None:
    lanes = Lanes(1)
    lanes.enter(5, 1)
    with pytest.raises(AssertionError):
        lanes.enter(4, 1)


def test_half_the_time_and_half_the_service_give_half_the_waits() -> None:
    crowd = [(gap, 4 * gap) for gap in (7, 1, 3, 9, 2, 5, 8)]
    whole = played(Lanes(2), [(2 * gap, 2 * service) for gap, service in crowd])
    half = played(Lanes(2), crowd)
    assert [one.begins - one.arrives for one in whole] == [
        2 * (one.begins - one.arrives) for one in half
    ]


def test_the_burst_before_the_bell_has_its_number_and_ends() -> None:
    begin = seconds(1000)
    counts = [
        len(list(poisson_arrivals(burst(begin, persons=200, lasts_s=900), STREAMS.stream("b", n))))
        for n in range(400)
    ]
    assert sum(counts) / 400 == pytest.approx(200, abs=5 * math.sqrt(200 / 400))
    last = list(poisson_arrivals(burst(begin, persons=200, lasts_s=900), STREAMS.stream("b", 1)))
    assert begin < min(last)
    assert max(last) < begin + seconds(900)


def test_a_rate_by_steps_gives_each_step_its_share() -> None:
    steps = ((0, 1.0), (seconds(1000), 0.0), (seconds(2000), 4.0))
    arrivals = list(poisson_arrivals(steps, STREAMS.stream("s"), until=seconds(3000)))
    first = sum(at < seconds(1000) for at in arrivals)
    assert first == pytest.approx(1000, abs=5 * math.sqrt(1000))
    assert len(arrivals) - first == pytest.approx(4000, abs=5 * math.sqrt(4000))
    assert not [at for at in arrivals if seconds(1000) <= at < seconds(2000)]
    assert arrivals == sorted(arrivals)


def test_an_hour_of_pupils_waits_as_theory_says() -> None:
    """M/M/4 with 40 a minute; the whole set of cases stands in docs/validation.md."""
    service = Exponential(4.0).sampler(STREAMS.stream("lane"))
    arrivals = poisson_arrivals(steady(40 / 60), STREAMS.stream("gate"))
    lanes = Lanes(4)
    waits = []
    for _, at in zip(range(100_000), arrivals, strict=False):
        passage = lanes.enter(at, seconds(service()))
        assert isinstance(passage, Passage)
        waits.append(in_seconds(passage.begins - passage.arrives))
    assert sum(waits) / len(waits) == pytest.approx(1.135, abs=0.12)
