"""Playing an experiment's parts: all of them, or as many as make a figure sure enough."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from simulator.day.measures import MEASURES
from simulator.estimation.stopping import AT_LEAST, Target, take_until
from simulator.experiments.executors import Executor
from simulator.experiments.plan import Plan, Row, Task
from twins.documents import ConfigError, Problem, did_you_mean

AT_MOST = 10_000
"""Replications after which it ends in any case, where no other number is given."""

Progress = Callable[[int, int], None]
"""Told (parts done, parts in all)."""

Play = Callable[[Task], tuple[Row, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Which mean is wanted, and how surely."""

    measure: str
    target: Target


def read_goal(text: str) -> Goal:
    """Read `attack-gap=10s`, in the measure's own unit, or `attack-gap=5%`; raises ConfigError."""
    measure, _, wanted = text.partition("=")
    if measure not in MEASURES:
        hint = did_you_mean(measure, list(MEASURES))
        message = f"there is no measure {measure!r}{hint}; write attack-gap=10s or attack-gap=5%"
        raise ConfigError([Problem(file=text, message=message)])
    relative = wanted.endswith("%")
    number = wanted.removesuffix("%") if relative else wanted.removesuffix(MEASURES[measure].unit)
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        message = f"{wanted!r} is no width; write attack-gap=10s or attack-gap=5%"
        raise ConfigError([Problem(file=text, message=message)])
    target = Target(relative=value / 100) if relative else Target(half_width=value)
    return Goal(measure=measure, target=target)


def play_all(
    executor: Executor, play: Play, tasks: Sequence[Task], progress: Progress
) -> tuple[Row, ...]:
    """Return the rows of all tasks in their order, whoever played them."""
    rows: dict[int, tuple[Row, ...]] = {}
    for number, played in executor.run(play, tasks):
        rows[number] = played
        progress(len(rows), len(tasks))
    return tuple(row for number in range(len(tasks)) for row in rows[number])


def play_until(
    goal: Goal, plan: Plan, executor: Executor, play: Play, progress: Progress
) -> tuple[Plan, tuple[Row, ...]]:
    """Play more and more replications; return the plan as it ended, and its rows.

    How many were computed ahead changes nothing: the end is looked for from the first one on.
    """
    at_most = plan.replications if plan.replications > 1 else AT_MOST
    rows: list[Row] = []
    done, ahead = 0, 2 * AT_LEAST
    while done < at_most:
        ahead = min(ahead, at_most - done)
        rows += play_all(executor, play, list(plan.tasks(range(done, done + ahead))), progress)
        done += ahead
        values = _values(goal.measure, rows, done)
        stopped = take_until([one for _, one in values], goal.target)
        if stopped.reached:
            # The replication in which the last value that was needed came.
            done = values[len(stopped.values) - 1][0] + 1
            break
        ahead = done  # as many again: a pool is started seldom, and at most half is for nothing
    kept = [row for row in rows if row.task.replication < done]
    ended = replace(plan, replications=done)
    order = {task: number for number, task in enumerate(ended.tasks())}
    kept.sort(key=lambda row: order[row.task])
    return ended, tuple(kept)


def _values(measure: str, rows: Sequence[Row], replications: int) -> list[tuple[int, float]]:
    """Return (replication, its mean over schools and days) of those that had any."""
    found: list[list[float]] = [[] for _ in range(replications)]
    for row in rows:
        value = row.measures[measure]
        if value is not None:
            found[row.task.replication].append(value)
    return [(number, fmean(values)) for number, values in enumerate(found) if values]
