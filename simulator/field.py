"""People scattered at random about a gate: a homogeneous Poisson field.

For what does not depend on a map; a real region has its own volunteers.
"""

import math
from dataclasses import dataclass

from twins.streams import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class PoissonField:
    """So many people per square kilometre, each anywhere, with the gate in the middle."""

    per_km2: float

    def distances(self, radius_m: float, stream: Stream) -> list[float]:
        """Return the straight distances in metres of those within a radius, in no order."""
        count = poisson(self.per_km2 * math.pi * radius_m**2 / 1e6, stream)
        uniform = stream.random
        return [radius_m * math.sqrt(uniform()) for _ in range(count)]

    def places(self, half_side_m: float, stream: Stream) -> list[tuple[float, float]]:
        """Return (east, north) in metres of those in a square about the gate."""
        count = poisson(self.per_km2 * (2 * half_side_m) ** 2 / 1e6, stream)
        low, high, uniform = -half_side_m, half_side_m, stream.uniform
        return [(uniform(low, high), uniform(low, high)) for _ in range(count)]


def poisson(mean: float, stream: Stream) -> int:
    """Return a Poisson number: how many unit-rate arrivals come before `mean`."""
    uniform, log = stream.random, math.log
    count, passed = -1, 0.0
    while passed <= mean:
        passed -= log(1.0 - uniform())
        count += 1
    return count
