"""Larson's hypercube model: how busy each unit is, and who crosses into another's area.

Exact for a few units (2^n states) and approximate for many. Sources: Larson, Computers & Operations
Research 1 (1974) and Operations Research 23 (1975); Larson and Odoni, Urban Operations Research
(1981), §5.4-5.5. Poisson calls, exponential service of one rate, an endless line.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

UNITS_MOST = 12
"""2^12 states; above, take the approximation."""

_PRECISION = 1e-14
_SWEEPS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """A place that calls come from."""

    rate: float
    preference: tuple[int, ...]
    """Every unit, from the one that is sent first on."""
    area: int
    """The unit whose own area it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workloads:
    """What the model says in the long run."""

    busy: tuple[float, ...]
    """Share of time that each unit is busy."""
    waits: float
    """Share of calls that find every unit busy."""
    crossing: float
    """Share of calls that a unit of another area goes to."""


def workloads(atoms: Sequence[Atom], units: int, service_rate: float = 1.0) -> Workloads:
    """Return the exact solution. Raises ValueError for more calls than the units can serve."""
    assert 0 < units <= UNITS_MOST
    rate = math.fsum(atom.rate for atom in atoms)
    load = rate / (units * service_rate)
    if load >= 1:
        raise ValueError(f"{load:.0%} load: the line would grow without end")
    states = _states(atoms, units, service_rate)
    full = len(states) - 1
    # Behind the state with everybody busy the line is that of M/M/1 with the pooled rate.
    scale = 1 / (1 + states[full] * load / (1 - load))
    states = [share * scale for share in states]
    line = 1 - math.fsum(states)
    busy = tuple(
        line + math.fsum(share for state, share in enumerate(states) if state >> unit & 1)
        for unit in range(units)
    )
    # Whoever is free first goes: each unit is as likely as any other.
    crossing = (states[full] + line) * (1 - 1 / units)
    for atom in atoms:
        away = (
            share
            for state, share in enumerate(states)
            if state != full and _first_free(atom.preference, state) != atom.area
        )
        crossing += atom.rate / rate * math.fsum(away)
    return Workloads(busy=busy, waits=states[full] + line, crossing=crossing)


def approximate_workloads(
    atoms: Sequence[Atom], units: int, service_rate: float = 1.0
) -> tuple[float, ...]:
    """Return about how busy each unit is, for any number of units (Larson, 1975)."""
    rate = math.fsum(atom.rate for atom in atoms)
    load = rate / (units * service_rate)
    correction = [_correction(units, load, ahead) for ahead in range(units)]
    everybody = _everybody_busy(units, load)
    busy = [load] * units
    for _ in range(_SWEEPS):
        before = busy
        busy = [
            _one_workload(atoms, unit, busy, correction, rate * everybody / units, service_rate)
            for unit in range(units)
        ]
        scale = units * load / math.fsum(busy)
        busy = [share * scale for share in busy]
        if max(abs(new - old) for new, old in zip(busy, before, strict=True)) < _PRECISION:
            break
    return tuple(busy)


def _states(atoms: Sequence[Atom], units: int, service_rate: float) -> list[float]:
    """Return the shares of the 2^n states without a line, by Gauss-Seidel sweeps."""
    count = 1 << units
    rate = math.fsum(atom.rate for atom in atoms)
    into: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for state in range(count - 1):
        for atom in atoms:
            unit = _first_free(atom.preference, state)
            into[state | 1 << unit].append((state, atom.rate))
    for state in range(count):
        for unit in range(units):
            if not state >> unit & 1:
                into[state].append((state | 1 << unit, service_rate))
    out = [rate * (state != count - 1) + service_rate * state.bit_count() for state in range(count)]
    shares = [1 / count] * count
    for _ in range(_SWEEPS):
        moved = 0.0
        for state in range(count):
            share = sum(shares[source] * flow for source, flow in into[state]) / out[state]
            moved = max(moved, abs(share - shares[state]))
            shares[state] = share
        total = math.fsum(shares)
        shares = [share / total for share in shares]
        if moved < _PRECISION:
            break
    return shares


def _first_free(preference: Sequence[int], state: int) -> int:
    return next(unit for unit in preference if not state >> unit & 1)


def _one_workload(
    atoms: Sequence[Atom], unit: int, busy: Sequence[float], correction: Sequence[float],
    from_line: float, service_rate: float,
) -> float:  # fmt: skip
    """Return one unit's new workload: what it is offered while those before it are busy."""
    offered = 0.0
    for atom in atoms:
        rank = atom.preference.index(unit)
        before = math.prod(busy[other] for other in atom.preference[:rank])
        offered += atom.rate * correction[rank] * before
    offered /= service_rate
    return (offered + from_line / service_rate) / (1 + offered)


def _idle(units: int, load: float) -> float:
    """Return P(nobody busy) of M/M/n with this load per unit."""
    offered = units * load
    below = math.fsum(offered**busy / math.factorial(busy) for busy in range(units))
    return 1 / (below + offered**units / (math.factorial(units) * (1 - load)))


def _everybody_busy(units: int, load: float) -> float:
    return (units * load) ** units / (math.factorial(units) * (1 - load)) * _idle(units, load)


def _correction(units: int, load: float, ahead: int) -> float:
    """Return Q(n, load, j): units are not busy independently of each other."""
    terms = (
        math.factorial(units - ahead - 1) * (units - busy)
        / math.factorial(busy - ahead)
        * units**busy / math.factorial(units)
        * load ** (busy - ahead)
        for busy in range(ahead, units)
    )  # fmt: skip
    return math.fsum(terms) * _idle(units, load) / (1 - load)
