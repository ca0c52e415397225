"""From the log back to an engine: after a restart, and to check that a log replays."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gateway.store import Batch, Store
from twins.documents import ConfigError, Problem
from twins.engine import Engine
from twins.records import Input, Output, TimeAdvanced
from twins.school import School
from twins.state import EngineState, decode_state


@dataclass(frozen=True, slots=True)
class Restored:
    """An engine that is where the last one was, and the number of its last batch."""

    engine: Engine
    number: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The first batch whose outputs did not come again."""

    number: int
    recorded: tuple[Output, ...]
    recomputed: tuple[Output, ...]


async def restored(store: Store, schools: Sequence[School]) -> Restored:
    """Return the engine after the latest snapshot plus the inputs since; raises ConfigError.

    Outputs are recomputed and not carried out again: whoever stopped had them stored first.
    """
    snapshot = await store.latest_snapshot()
    state = _state(snapshot.state) if snapshot else None
    engine = Engine(schools, state)
    number = snapshot.number if snapshot else 0
    async for batch in store.batches(after=number):
        _refuse_gap(number + 1, batch.number)
        recompute(engine, batch)
        number = batch.number
    return Restored(engine, number)


async def first_difference(store: Store, schools: Sequence[School]) -> Difference | None:
    """Replay a log from its beginning; return the first batch that differs, or None.

    Raises ConfigError where the log has a gap, because nothing after it can be judged.
    """
    engine = Engine(schools)
    expected = 1
    async for batch in store.batches():
        _refuse_gap(expected, batch.number)
        outputs = recompute(engine, batch)
        if outputs != batch.outputs:
            return Difference(batch.number, batch.outputs, outputs)
        expected += 1
    return None


def recompute(engine: Engine, batch: Batch) -> tuple[Output, ...]:
    """Give an engine a recorded batch again and return what it answers."""
    inputs: list[Input] = [one for one in batch.inputs if not isinstance(one, TimeAdvanced)]
    return tuple(engine.replay(inputs, batch.now))


def _refuse_gap(expected: int, number: int) -> None:
    if number != expected:
        message = f"batches {expected} to {number - 1} are missing from the log"
        if number < expected:
            message = f"batch {number} stands in the log twice"
        raise ConfigError([Problem(file="log", message=message)])


def _state(snapshot: bytes) -> EngineState:
    try:
        return decode_state(snapshot)
    except msgspec.MsgspecError as error:
        message = f"the snapshot is of another version of Gatehouse: {error}"
        raise ConfigError([Problem(file="log", message=message)]) from error
