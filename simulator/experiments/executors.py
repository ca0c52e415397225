"""Who plays the parts of an experiment: this process, several, or a dask cluster.

Results come as they are ready and are told apart by their number, so the order in which anybody
works changes nothing. A part that was lost with its worker is played again.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

CHUNKS_PER_WORKER = 8
"""Parts travel in chunks: few enough to cost little, many enough to share the work evenly."""

RESTARTS_MAX = 5
"""So often in a row a pool may break without a single result."""


class WorkersLostError(Exception):
    """Workers keep dying before they finish anything."""


class Executor(Protocol):
    """Applies a function to parts, somewhere."""

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part]
    ) -> Iterator[tuple[int, Result]]:
        """Yield (number of the part, its result), each part once, in any order."""
        ...


class HereExecutor:
    """This process, one part after the other."""

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part]
    ) -> Iterator[tuple[int, Result]]:
        """Yield the results in order."""
        for number, part in enumerate(parts):
            yield number, function(part)


class ProcessExecutor:
    """Several processes of this machine, started fresh: nothing is inherited by chance."""

    def __init__(self, processes: int) -> None:
        self._processes = processes

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part]
    ) -> Iterator[tuple[int, Result]]:
        """Yield results as chunks are ready; chunks of a dead worker are played again."""
        left = _chunks(parts, self._processes)
        barren = 0
        while left:
            before = len(left)
            with ProcessPoolExecutor(self._processes, mp_context=get_context("spawn")) as pool:
                futures = {
                    pool.submit(_played, function, chunk): first for first, chunk in left.items()
                }
                yield from _ready(futures, left)
            barren = barren + 1 if len(left) == before else 0
            if barren > RESTARTS_MAX:
                raise WorkersLostError(f"workers died {barren} times without a result")


class DaskExecutor:
    """A dask cluster by its scheduler's address, as `tcp://10.0.0.5:8786` (extra `cluster`)."""

    def __init__(self, address: str) -> None:
        self._address = address

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part]
    ) -> Iterator[tuple[int, Result]]:
        """Yield results as chunks are ready; dask itself repeats what a dead worker had."""
        # An extra, and with few hints: whatever it gives is looked at here alone.
        distributed: Any = import_module("distributed")
        with distributed.Client(self._address) as client:
            workers = max(1, len(client.scheduler_info()["workers"]))
            firsts: dict[Any, int] = {
                client.submit(_played, function, chunk, pure=False, retries=RESTARTS_MAX): first
                for first, chunk in _chunks(parts, workers).items()
            }
            for future in distributed.as_completed(list(firsts)):
                first = firsts[future]
                for offset, result in enumerate(future.result()):
                    yield first + offset, result


def _chunks(parts: Sequence[Part], workers: int) -> dict[int, Sequence[Part]]:
    """Return first number → the parts from it on."""
    size = max(1, len(parts) // (workers * CHUNKS_PER_WORKER))
    return {first: parts[first : first + size] for first in range(0, len(parts), size)}


def _played(function: Callable[[Part], Result], chunk: Sequence[Part]) -> list[Result]:
    return [function(part) for part in chunk]


def _ready(
    futures: dict[Future[list[Result]], int], left: dict[int, Sequence[Part]]
) -> Iterator[tuple[int, Result]]:
    """Yield what comes, and take it off `left`; a broken pool leaves the rest there."""
    for future in as_completed(futures):
        try:
            results = future.result()
        except BrokenProcessPool:
            continue
        first = futures[future]
        del left[first]
        for offset, result in enumerate(results):
            yield first + offset, result
