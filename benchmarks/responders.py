"""The responders alone against the naive SimPy form: `python -m benchmarks.responders`.

A guard, eight volunteers and three cars per incident, every event kept. The naive form is what the
SimPy manual leads to: an environment per incident, a process per responder, and AnyOf over the
cars. Both draw from the same streams through the same people, so they must tell the same story;
that is checked first, incident by incident. CPU seconds of this process, median of five, both
forms in turn.
"""

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Generator

import simpy

from benchmarks.provenance import commit
from simulator.chance import Chance
from simulator.reactions import React, mood, reacts
from simulator.response import ALARM, ARRIVED, DELIVERED, SECURED, Event, Responses
from twins.instant import Instant, seconds
from twins.school import Responder, Role
from twins.streams import Streams

SEED = 7
RUNS = 5
INCIDENTS = 4_000
RATIO = 3.0
"""Times the naive form's incidents per CPU second."""
RATE = 30_000
"""Incidents per CPU second that are hoped for on one core; printed, not judged."""

NAMED = {"en": "x", "zh": "x"}
PEOPLE = (
    Responder(id="guard", role=Role.GUARD, title=NAMED),
    *(
        Responder(
            id=f"volunteer-{n}", role=Role.VOLUNTEER, title=NAMED, kit=("fork",),
            travel="e-bike" if n % 4 == 3 else "on foot", distance_m=80.0 + 60.0 * n,
        )
        for n in range(8)
    ),
    *(
        Responder(
            id=f"car-{n}", role=Role.STATION, title=NAMED, travel="car",
            distance_m=1400.0 + 700.0 * n,
        )
        for n in range(3)
    ),
)  # fmt: skip


class Naive:
    """An environment per incident and a process per responder."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._people = [(one, reacts(one, chance)) for one in PEOPLE]

    def play(self, at: Instant) -> list[Event]:
        """Return the events of one incident until the first car has secured the place."""
        env = simpy.Environment(initial_time=at)
        events: list[Event] = []
        shared = mood(ALARM, self._chance)
        going = [
            (one, env.process(_steps(env, one, react, shared, events)))
            for one, react in self._people
        ]
        cars = [process for one, process in going if one.role is Role.STATION]
        env.run(until=env.any_of(cars))
        return events


def _steps(
    env: simpy.Environment, one: Responder, react: React, shared: float, events: list[Event]
) -> Generator[simpy.Event, object, None]:
    delivered, answer, answered, arrives, secures = react(one.distance_m, shared)
    yield env.timeout(delivered)
    events.append((env.now, DELIVERED, one.id))
    if answer is not None:
        yield env.timeout(answered - delivered)
        events.append((env.now, answer, one.id))
    if arrives is not None:
        yield env.timeout(arrives - answered)
        events.append((env.now, ARRIVED, one.id))
        if secures is not None:
            yield env.timeout(secures - arrives)
            events.append((env.now, SECURED, one.id))


def same_story(incidents: int) -> bool:
    """Return whether both forms keep the same events at the same nanoseconds."""
    ours, naive = Responses(PEOPLE, Chance(Streams(SEED))), Naive(Chance(Streams(SEED)))
    begins = [seconds(3600 * n) for n in range(incidents)]
    return all(ours.play(at).events == naive.play(at) for at in begins)


def rate(play: Callable[[Instant], object]) -> float:
    """Return incidents per CPU second."""
    begin = time.process_time()
    for number in range(INCIDENTS):
        play(number)
    return INCIDENTS / (time.process_time() - begin)


def main() -> int:
    """Print the figures as JSON; return 1 where the ratio or the story misses."""
    same = same_story(500)
    ours, naive = Responses(PEOPLE, Chance(Streams(SEED))), Naive(Chance(Streams(SEED)))
    rates = [(rate(ours.play), rate(naive.play)) for _ in range(RUNS)]
    ratio = statistics.median(mine / bare for mine, bare in rates)
    figures = {
        "benchmark": "responders",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "commit": commit(),
        "seed": SEED,
        "same_events_at_the_same_nanoseconds": same,
        "incidents_per_cpu_second": round(statistics.median(mine for mine, _ in rates)),
        "hoped_for": RATE,
        "naive_simpy": round(statistics.median(bare for _, bare in rates)),
        "ratio": round(ratio, 2),
        "ratio_at_least": RATIO,
    }
    print(json.dumps(figures))
    return int(ratio < RATIO or not same)


if __name__ == "__main__":
    sys.exit(main())
