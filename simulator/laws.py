"""Probability laws of the pretended world.

A law is compiled against one stream into a sampler: a function without arguments that does only
what one draw needs. The stream then gives the same numbers to a drill, to a school day and to a
hundred thousand replications of the responders alone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from twins.streams import Stream

Sampler = Callable[[], float]
"""Gives the next value of one law from one stream, in the parameter's unit."""


class Law(Protocol):
    """A probability law; drawing uses one stream and nothing else."""

    @property
    def mean(self) -> float:
        """Return the mean in the parameter's unit."""
        ...

    @property
    def deviation(self) -> float:
        """Return the standard deviation in the parameter's unit."""
        ...

    def sampler(self, stream: Stream) -> Sampler:
        """Return the function that draws from this stream."""
        ...

    def draw(self, stream: Stream) -> float:
        """Return one value in the parameter's unit."""
        ...


class _Drawn:
    """Draws once by the sampler, so that there is one formula only."""

    __slots__ = ()

    def draw(self: Law, stream: Stream) -> float:
        """Return one value."""
        return self.sampler(stream)()


@dataclass(frozen=True, slots=True)
class Fixed(_Drawn):
    """Always the same value; uses no random number."""

    value: float

    @property
    def mean(self) -> float:
        """Return the mean."""
        return self.value

    @property
    def deviation(self) -> float:
        """Return the standard deviation."""
        return 0.0

    def sampler(self, stream: Stream) -> Sampler:  # noqa: ARG002  the signature of a law
        """Return the function that gives the value."""
        value = self.value
        return lambda: value


@dataclass(frozen=True, slots=True)
class Uniform(_Drawn):
    """Equally likely between `low` and `high`."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """Return the mean."""
        return (self.low + self.high) / 2

    @property
    def deviation(self) -> float:
        """Return the standard deviation."""
        return (self.high - self.low) / math.sqrt(12.0)

    def sampler(self, stream: Stream) -> Sampler:
        """Return the function that draws."""
        low, width, uniform = self.low, self.high - self.low, stream.random
        return lambda: low + width * uniform()


@dataclass(frozen=True, slots=True)
class Triangular(_Drawn):
    """Between `low` and `high`, most likely `mode`; by inversion of one uniform number."""

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """Return the mean."""
        return (self.low + self.mode + self.high) / 3

    @property
    def deviation(self) -> float:
        """Return the standard deviation."""
        left, width = self.mode - self.low, self.high - self.low
        return math.sqrt((left * left + width * width - left * width) / 18.0)

    def sampler(self, stream: Stream) -> Sampler:
        """Return the function that draws."""
        low, high, width, uniform = self.low, self.high, self.high - self.low, stream.random
        left = (self.mode - low) / width
        right, root = 1.0 - left, math.sqrt

        def sample() -> float:
            share = uniform()
            if share > left:
                return high - width * root((1.0 - share) * right)
            return low + width * root(share * left)

        return sample


@dataclass(frozen=True, slots=True)
class Exponential(_Drawn):
    """Waiting time with this mean."""

    mean: float

    @property
    def deviation(self) -> float:
        """Return the standard deviation."""
        return self.mean

    def sampler(self, stream: Stream) -> Sampler:
        """Return the function that draws."""
        mean, uniform, log = self.mean, stream.random, math.log
        return lambda: -mean * log(1.0 - uniform())


@dataclass(frozen=True, slots=True)
class ShiftedGamma(_Drawn):
    """`shift` + Gamma(`shape`, `scale`)."""

    shift: float
    shape: float
    scale: float

    @property
    def mean(self) -> float:
        """Return the mean."""
        return self.shift + self.shape * self.scale

    @property
    def deviation(self) -> float:
        """Return the standard deviation."""
        return math.sqrt(self.shape) * self.scale

    def sampler(self, stream: Stream) -> Sampler:
        """Return the function that draws."""
        shift, gamma = self.shift, partial(stream.gammavariate, self.shape, self.scale)
        return lambda: shift + gamma()


@dataclass(frozen=True, slots=True)
class LogNormal(_Drawn):
    """exp of a normal variable: `median`, and `sigma` of the logarithm."""

    median: float
    sigma: float

    @property
    def mean(self) -> float:
        """Return the mean."""
        return self.median * math.exp(self.sigma**2 / 2)

    @property
    def deviation(self) -> float:
        """Return the standard deviation."""
        return self.mean * math.sqrt(math.expm1(self.sigma**2))

    def sampler(self, stream: Stream) -> Sampler:
        """Return the function that draws."""
        return partial(stream.lognormvariate, math.log(self.median), self.sigma)


@dataclass(frozen=True, slots=True)
class Normal(_Drawn):
    """Normal with this mean and standard deviation; not cut at zero."""

    mean: float
    deviation: float

    def sampler(self, stream: Stream) -> Sampler:
        """Return the function that draws."""
        return partial(stream.normalvariate, self.mean, self.deviation)
