"""Closed forms of queueing: what simulated lanes must give where mathematics has an answer.

Rates are per second and times in seconds, or both in any other unit that they share. Sources:
Kleinrock, Queueing Systems I (1975); Larson and Odoni, Urban Operations Research (1981), ch. 4;
Kimura, Queueing Systems 4 (1989) for the approximations of M/G/c.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.analysis.special import integral


def erlang_b(servers: int, load: float) -> float:
    """Return the share that M/G/c/c turns away; `load` in erlang. Only the mean service counts."""
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Return the share that waits in M/M/c; `load` in erlang and below the number of servers."""
    _stable(servers, load)
    blocked = erlang_b(servers, load)
    return blocked / (1 - (load / servers) * (1 - blocked))


def mean_wait(servers: int, arrival_rate: float, service_rate: float) -> float:
    """Return the mean wait in the line of M/M/c."""
    waits = erlang_c(servers, arrival_rate / service_rate)
    return waits / (servers * service_rate - arrival_rate)


def wait_exceeds(t: float, servers: int, arrival_rate: float, service_rate: float) -> float:
    """Return the share that waits longer than `t` in M/M/c."""
    waits = erlang_c(servers, arrival_rate / service_rate)
    return waits * math.exp(-(servers * service_rate - arrival_rate) * t)


def pollaczek_khinchine(arrival_rate: float, mean: float, squared_variation: float) -> float:
    """Return the mean wait in M/G/1; the service has this mean and variance / mean²."""
    load = arrival_rate * mean
    _stable(1, load)
    return arrival_rate * mean**2 * (1 + squared_variation) / (2 * (1 - load))


def approximate_mean_wait(
    servers: int, arrival_rate: float, mean: float, squared_variation: float
) -> float:
    """Return about the mean wait in M/G/c: that of M/M/c times (1 + variation²) / 2.

    Exact for one server and for exponential service; elsewhere an approximation only.
    """
    return (1 + squared_variation) / 2 * mean_wait(servers, arrival_rate, 1 / mean)


def numbers_present(
    servers: int, room: int, arrival_rate: float, service_rate: float
) -> tuple[float, ...]:
    """Return P(n present) for n = 0 … servers + room in M/M/c/K; the last is the share refused."""
    weights = [1.0]
    for present in range(1, servers + room + 1):
        leaving = min(present, servers) * service_rate
        weights.append(weights[-1] * arrival_rate / leaving)
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class FluidPeak:
    """A peak as a fluid: no chance, only more coming than passing."""

    longest: float
    """Persons in the line at the end of the peak."""
    cleared: float
    """From the beginning of the peak until the line is gone."""
    mean_wait: float
    """Of everybody who came in the peak."""


def fluid_peak(arrival_rate: float, lasts: float, capacity: float) -> FluidPeak:
    """Return the line of a steady peak that nobody follows; `capacity` of all lanes together."""
    longest = max(0.0, (arrival_rate - capacity) * lasts)
    return FluidPeak(
        longest=longest,
        cleared=lasts + longest / capacity,
        mean_wait=longest / (2 * capacity),
    )


def mean_busy(
    t: float, steps: Sequence[tuple[float, float]], survives: Callable[[float], float]
) -> float:
    """Return the mean number in service at `t` in M_t/G/infinity.

    m(t) = integral of rate(u) P(S > t - u) over u ≤ t (Eick, Massey and Whitt, 1993), for a rate by
    steps (from, rate); the peak of m lags the peak of the rate.
    """
    ends = [begin for begin, _ in steps[1:]] + [math.inf]
    return math.fsum(
        rate * integral(lambda u: survives(t - u), begin, min(end, t))
        for (begin, rate), end in zip(steps, ends, strict=True)
        if begin < t and rate
    )


def _stable(servers: int, load: float) -> None:
    if load >= servers:
        raise ValueError(f"{load:g} erlang on {servers} servers: the line would grow without end")
