"""Queues and units: S07, S08, S09, S12."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from benchmarks.validation.verdict import Found, computed, mean_of
from simulator.laws import Exponential, Fixed, Law, LogNormal, ShiftedGamma
from simulator.queues.arrivals import poisson_arrivals, steady
from simulator.queues.hypercube import Atom, workloads
from simulator.queues.lanes import Lanes, Passage
from simulator.queues.theory import (
    erlang_b,
    erlang_c,
    fluid_peak,
    mean_wait,
    pollaczek_khinchine,
    wait_exceeds,
)
from simulator.queues.units import Units
from twins.instant import in_seconds, seconds
from twins.streams import Streams

RUNS = 200
RUNS_LEAST = 40
"""Of fewer runs the standard error is itself too uncertain."""
CUSTOMERS = 20_000
WARM_UP = 3_000
"""Left out of every run; at these loads the start is forgotten within some hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many runs of how many customers."""

    runs: int
    customers: int

    @classmethod
    def of(cls, effort: float) -> "Size":
        """Return the size for an effort from above 0 to 1."""
        runs = max(RUNS_LEAST, round(RUNS * effort))
        return cls(runs=runs, customers=max(1000, round(RUNS * CUSTOMERS * effort / runs)))

    @property
    def all(self) -> int:
        """Return how many customers all runs together have."""
        return self.runs * self.customers


def screening(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Play M/M/c at the gate, and the fluid peak as equal gaps through one lane."""
    size = Size.of(effort)
    coming, passing = inputs["per_minute"] / 60, inputs["lane_per_minute"] / 60
    longer = inputs["longer_s"]
    peak = fluid_peak(inputs["per_minute"], inputs["peak_min"], inputs["fluid_lane_per_minute"])
    found = computed(
        {
            "fluid, longest line": peak.longest,
            "fluid, minutes until clear": peak.cleared,
            "fluid, mean wait in minutes": peak.mean_wait,
        }
    )
    for lanes in inputs["lanes"]:
        names = [
            f"P(wait) {lanes} lanes",
            f"mean wait {lanes} lanes",
            f"P(wait > {longer} s) {lanes} lanes",
        ]
        theory = (
            erlang_c(lanes, coming / passing),
            mean_wait(lanes, coming, passing),
            wait_exceeds(longer, lanes, coming, passing),
        )
        found += computed(dict(zip(names, theory, strict=True)))
        runs = [
            _waits(
                f"{lanes} lanes",
                lanes,
                coming,
                Exponential(1 / passing),
                size.customers,
                streams.child("replication", run),
            )
            for run in range(size.runs)
        ]
        measures: tuple[Callable[[list[float]], float], ...] = (
            lambda waits: sum(wait > 0 for wait in waits) / len(waits),
            lambda waits: math.fsum(waits) / len(waits),
            lambda waits: sum(wait > longer for wait in waits) / len(waits),
        )
        found += [
            mean_of(name, [measure(waits) for waits in runs], size.all)
            for name, measure in zip(names, measures, strict=True)
        ]
    return found + _fluid(inputs)


def registration(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Play M/G/1 at the window by four laws of the service."""
    size = Size.of(effort)
    rate, mean = inputs["per_hour"] / 3600, inputs["mean_s"]
    spread = math.log(1 + 1.5**2)
    laws: Mapping[str, tuple[Law, float]] = {
        "deterministic": (Fixed(mean), 0.0),
        "Erlang 3": (ShiftedGamma(0.0, 3.0, mean / 3), 1 / 3),
        "exponential": (Exponential(mean), 1.0),
        "log-normal, variation 1.5": (
            LogNormal(mean * math.exp(-spread / 2), math.sqrt(spread)), 1.5**2,
        ),
    }  # fmt: skip
    found = computed({"load": rate * mean})
    for name, (law, squared_variation) in laws.items():
        quantity = f"mean wait {name}"
        found += computed({quantity: pollaczek_khinchine(rate, mean, squared_variation)})
        means = [
            math.fsum(waits) / len(waits)
            for run in range(size.runs)
            if (
                waits := _waits(
                    name, 1, rate, law, size.customers, streams.child("replication", run)
                )
            )
        ]
        found.append(mean_of(quantity, means, size.all))
    return found


def patrol_cars(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Play the city of three units."""
    size = Size.of(effort)
    atoms = [
        Atom(rate=rate, preference=tuple(preference), area=area)
        for rate, preference, area in inputs["atoms"]
    ]
    count = inputs["units"]
    exact = workloads(atoms, count)
    names = [*(f"busy {unit + 1}" for unit in range(count)), "P(wait)", "crossing"]
    found = computed(dict(zip(names, (*exact.busy, exact.waits, exact.crossing), strict=True)))
    runs = [
        _city(atoms, count, size.customers, streams.child("replication", run))
        for run in range(size.runs)
    ]
    return found + [
        mean_of(name, [values[place] for values in runs], size.all)
        for place, name in enumerate(names)
    ]


def loss(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Play cars without a line by three laws of the service."""
    size = Size.of(effort)
    load = inputs["load"]
    spread = math.log(2.0)
    laws: Mapping[str, Law] = {
        "exponential": Exponential(1.0),
        "deterministic": Fixed(1.0),
        "log-normal": LogNormal(math.exp(-spread / 2), math.sqrt(spread)),
    }
    few, many = inputs["cars"]
    exact = {cars: erlang_b(cars, load) for cars in (few, many)}
    found = computed({f"carried {few}": load * (1 - exact[few])})
    for cars, name in ((few, "exponential"), (few, "deterministic"), (few, "log-normal"),
                       (many, "exponential")):  # fmt: skip
        quantity = f"blocked {cars}, {name}"
        shares = [
            _blocked(
                quantity, cars, load, laws[name], size.customers, streams.child("replication", run)
            )
            for run in range(size.runs)
        ]
        found += computed({quantity: exact[cars]})
        found.append(mean_of(quantity, shares, size.all))
    return found


def _waits(
    name: str, lanes: int, rate: float, service: Law, customers: int, streams: Streams
) -> list[float]:
    """Return the waits of one run in seconds, after the warm-up."""
    line = Lanes(lanes)
    sample = service.sampler(streams.stream(name, "service"))
    arrivals = poisson_arrivals(steady(rate), streams.stream(name, "arrivals"))
    waits = []
    for at in islice(arrivals, WARM_UP + customers):
        passage = line.enter(at, seconds(sample()))
        assert isinstance(passage, Passage)
        waits.append(in_seconds(passage.begins - at))
    return waits[WARM_UP:]


def _blocked(
    name: str, cars: int, load: float, service: Law, customers: int, streams: Streams
) -> float:
    """Return the share turned away in one run, after the warm-up."""
    line = Lanes(cars, room=0)
    sample = service.sampler(streams.stream(name, "service"))
    arrivals = poisson_arrivals(steady(load), streams.stream(name, "arrivals"))
    passages = [line.enter(at, seconds(sample())) for at in islice(arrivals, WARM_UP + customers)]
    return sum(not isinstance(one, Passage) for one in passages[WARM_UP:]) / customers


def _city(atoms: list[Atom], count: int, customers: int, streams: Streams) -> list[float]:
    """Return busy shares, share of calls that wait and share that cross, of one run.

    A unit's share is the work given to it over the time of the calls; the work that a run begins
    with stands for the work that it ends with.
    """
    rates = [atom.rate for atom in atoms]
    units = Units(count)
    sample = Exponential(1.0).sampler(streams.stream("city", "service"))
    places = streams.stream("city", "place")
    arrivals = poisson_arrivals(steady(math.fsum(rates)), streams.stream("city", "calls"))
    busy, waited, crossed, begin, end = [0] * count, 0, 0, 0, 0
    for number, at in enumerate(islice(arrivals, WARM_UP + customers)):
        (atom,) = places.choices(atoms, rates)
        service = seconds(sample())
        sent = units.send(at, atom.preference, service)
        begin = at if number < WARM_UP else begin
        if number >= WARM_UP:
            busy[sent.unit] += service
            waited += sent.begins > at
            crossed += sent.unit != atom.area
        end = at
    shares = [work / (end - begin) for work in busy]
    return [*shares, waited / customers, crossed / customers]


def _fluid(inputs: Mapping[str, Any]) -> list[Found]:
    """Play a peak of equal gaps through one lane of equal service: nothing is random."""
    gap, service = seconds(60 / inputs["per_minute"]), seconds(60 / inputs["fluid_lane_per_minute"])
    persons = inputs["per_minute"] * inputs["peak_min"]
    line = Lanes(1)
    passages = [line.enter(gap * number, service) for number in range(persons)]
    assert all(isinstance(one, Passage) for one in passages)
    waits = [one.begins - one.arrives for one in passages if isinstance(one, Passage)]
    values = {
        "fluid, longest line": float(line.waiting(gap * (persons - 1)) + 1),
        "fluid, minutes until clear": in_seconds(passages[-1].ends) / 60,
        "fluid, mean wait in minutes": in_seconds(sum(waits)) / len(waits) / 60,
    }
    return [
        Found(quantity=name, value=value, observations=persons) for name, value in values.items()
    ]
