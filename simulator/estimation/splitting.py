"""Rare breaches by importance splitting with fixed effort: level by level instead of all at once.

A breach that needs one in a million days is reached through levels, as the three lines of a school:
each level is played the same number of times from the states in which the one before was passed.
The product of the shares is an unbiased estimate of the probability. Sources: Garvels, The
splitting method in rare event simulation (2000); L'Ecuyer, Demers and Tuffin, ACM TOMACS 17 (2007).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from simulator.estimation.intervals import CONFIDENCE, Estimate, mean_estimate
from twins.streams import Stream, Streams

State = TypeVar("State")

Level = Callable[[State, Stream], State | None]
"""Plays on from a state; returns the state in which the level was passed, or None if it held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What splitting found."""

    estimate: Estimate
    """Of the probability that every level is passed, from independent runs."""
    levels: tuple[float, ...]
    """The mean share that passed each level, of the runs that came to it."""


def split(
    start: State, levels: Sequence[Level[State]], *, effort: int, runs: int, streams: Streams,
    confidence: float = CONFIDENCE,
) -> Split:  # fmt: skip
    """Estimate P(all levels are passed) by `runs` independent runs of `effort` plays per level.

    A state must hold all that its future depends on, and must not be changed by playing on: one
    state may be continued several times. The interval is Student's over the runs.
    """
    found = [
        _one_run(start, levels, effort, streams.stream("splitting", run)) for run in range(runs)
    ]
    reached = [
        [shares[level] for shares in found if len(shares) > level] for level in range(len(levels))
    ]
    products = [math.prod(shares) if len(shares) == len(levels) else 0.0 for shares in found]
    return Split(
        estimate=mean_estimate(products, confidence),
        levels=tuple(math.fsum(shares) / len(shares) if shares else 0.0 for shares in reached),
    )


def _one_run(
    start: State, levels: Sequence[Level[State]], effort: int, stream: Stream
) -> list[float]:
    """Return the share that passed each level, ending at the first one that always held."""
    shares: list[float] = []
    states = [start]
    for level in levels:
        # Everybody who got through is continued about as often, the rest of the turns by lot.
        passed = [
            state
            for turn in range(effort)
            if (state := level(_entry(states, turn, effort, stream), stream)) is not None
        ]
        shares.append(len(passed) / effort)
        if not passed:
            break
        states = passed
    return shares


def _entry(states: Sequence[State], turn: int, effort: int, stream: Stream) -> State:
    whole = effort - effort % len(states)
    return (
        states[turn % len(states)] if turn < whole else states[int(stream.random() * len(states))]
    )
