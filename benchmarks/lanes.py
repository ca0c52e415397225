"""Customers per second through three lanes: `python -m benchmarks.lanes`.

M/M/3 at 92 % load in the same run by: our lanes alone, our lanes on the simulated clock as a school
plays them (an event for each arrival and each departure), bare SimPy (a process per customer, one
Resource), and Ciw if it is installed (`pip install ciw`). CPU seconds of this process, median of
five, all in turn. Each form also tells its mean wait, which must lie near that of theory, so that
nobody is fast by doing something else.
"""

import json
import math
import platform
import statistics
import sys
import time
from collections.abc import Callable, Generator
from importlib import import_module
from importlib.util import find_spec
from itertools import islice

import simpy

from benchmarks.provenance import commit
from simulator.laws import Exponential
from simulator.queues.arrivals import poisson_arrivals, steady
from simulator.queues.lanes import Lanes, Passage
from simulator.queues.theory import mean_wait
from simulator.timeline import Timeline
from twins.instant import in_seconds, seconds
from twins.streams import Streams

SEED = 7
RUNS = 5
CUSTOMERS = 20_000
LANES = 3
ARRIVALS = 11 / 12
"""Per second; a service takes three seconds on average."""
SERVICE_S = 3.0
TARGETS = {"simpy": 0.8, "ciw": 1.5}
"""At least so many times the customers per second of the other."""


def lanes_alone(run: int) -> float:
    """Play the lanes by themselves; return the mean wait in seconds."""
    waits = 0
    lanes, service = Lanes(LANES), _service(run)
    for at in _arrivals(run):
        passage = lanes.enter(at, seconds(service()))
        assert isinstance(passage, Passage)
        waits += passage.begins - at
    return in_seconds(waits) / CUSTOMERS


def lanes_on_the_clock(run: int) -> float:
    """Play the lanes with an event per arrival and departure; return the mean wait in seconds."""
    timeline, lanes, service = Timeline(0), Lanes(LANES), _service(run)
    waits, gone = [0], [0]
    coming = _arrivals(run)

    def arrive() -> None:
        passage = lanes.enter(timeline.now, seconds(service()))
        assert isinstance(passage, Passage)
        waits[0] += passage.begins - passage.arrives
        timeline.at(passage.ends, leave)
        expect()

    def leave() -> None:
        gone[0] += 1

    def expect() -> None:
        if (at := next(coming, None)) is not None:
            timeline.at(at, arrive)

    expect()
    while timeline.next_event() is not None:
        timeline.play_to(timeline.now + seconds(3600))
    assert gone[0] == CUSTOMERS
    return in_seconds(waits[0]) / CUSTOMERS


def bare_simpy(run: int) -> float:
    """Play the form of SimPy's manual; return the mean wait in seconds."""
    env = simpy.Environment()
    lanes, service, waits = simpy.Resource(env, LANES), _service(run), []

    def customer() -> Generator[simpy.Event, object, None]:
        came = env.now
        with lanes.request() as request:
            yield request
            waits.append(env.now - came)
            yield env.timeout(service())

    def source() -> Generator[simpy.Event, object, None]:
        stream = Streams(SEED).stream("gate", run)
        for _ in range(CUSTOMERS):
            yield env.timeout(stream.expovariate(ARRIVALS))
            env.process(customer())

    env.process(source())
    env.run()
    return statistics.fmean(waits)


def with_ciw(run: int) -> float:
    """Play the same in Ciw; return the mean wait in seconds."""
    ciw = import_module("ciw")
    ciw.seed(SEED + run)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=ARRIVALS)],
        service_distributions=[ciw.dists.Exponential(rate=1 / SERVICE_S)],
        number_of_servers=[LANES],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(CUSTOMERS)
    return statistics.fmean(one.waiting_time for one in simulation.get_all_records())


def _arrivals(run: int):  # noqa: ANN202  an iterator of instants
    return islice(poisson_arrivals(steady(ARRIVALS), Streams(SEED).stream("gate", run)), CUSTOMERS)


def _service(run: int) -> Callable[[], float]:
    return Exponential(SERVICE_S).sampler(Streams(SEED).stream("lane", run))


def main() -> int:
    """Print the figures as JSON; return 1 where a ratio or a mean wait misses."""
    forms = {"lanes": lanes_alone, "lanes_on_the_clock": lanes_on_the_clock, "simpy": bare_simpy}
    if find_spec("ciw"):
        forms["ciw"] = with_ciw
    rates: dict[str, list[float]] = {name: [] for name in forms}
    waits: dict[str, list[float]] = {name: [] for name in forms}
    for run in range(RUNS):
        for name, play in forms.items():
            begin = time.process_time()
            waits[name].append(play(run))
            rates[name].append(CUSTOMERS / (time.process_time() - begin))
    ratios = {
        f"{ours} / {other}": round(
            statistics.median(a / b for a, b in zip(rates[ours], rates[other], strict=True)), 2
        )
        for ours in ("lanes", "lanes_on_the_clock")
        for other in TARGETS
        if other in forms
    }
    theory = mean_wait(LANES, ARRIVALS, 1 / SERVICE_S)
    # A wait at this load forgets slowly: 20,000 customers are worth about 100 independent ones.
    far = {
        name: abs(statistics.fmean(found) - theory) > theory * 5 / math.sqrt(100 * RUNS)
        for name, found in waits.items()
    }
    figures = {
        "benchmark": "lanes",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "commit": commit(),
        "seed": SEED,
        "customers_per_cpu_second": {
            name: round(statistics.median(found)) for name, found in rates.items()
        },
        "ratios": ratios,
        "at_least": TARGETS,
        "ciw": "measured" if "ciw" in forms else "not installed, not measured",
        "mean_wait_s": {name: round(statistics.fmean(found), 2) for name, found in waits.items()},
        "mean_wait_s_theory": round(theory, 2),
    }
    print(json.dumps(figures))
    missed = any(ratio < TARGETS[name.split(" / ")[1]] for name, ratio in ratios.items())
    return int(missed or any(far.values()))


if __name__ == "__main__":
    sys.exit(main())
