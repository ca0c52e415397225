"""`gatehouse replay`: feed a log's inputs to the engine again and compare every output."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.restore import Difference, first_difference
from gateway.sqlite_store import SqliteStore, schools_in
from scenarios.loader import load_school
from twins.records import encode_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of a replay."""

    batches: int
    outputs: int
    difference: Difference | None


async def replay(log: Path, schools: Sequence[str]) -> Replay:
    """Replay a log; `schools` says where its schools are, for ones that are not shipped.

    Raises ConfigError for a log or a school that cannot be read.
    """
    named = schools_in(log)
    loaded = [load_school(name).school for name in (schools or named)]
    store = SqliteStore(log, read_only=True)
    await store.open([school.id for school in loaded])
    try:
        difference = await first_difference(store, loaded)
        batches = outputs = 0
        async for batch in store.batches():
            batches += 1
            outputs += len(batch.outputs)
    finally:
        await store.close()
    return Replay(batches=batches, outputs=outputs, difference=difference)


def described(difference: Difference) -> list[str]:
    """Return the first difference as lines for a person: what was recorded, what came now."""
    recorded = [_line(output) for output in difference.recorded]
    recomputed = [_line(output) for output in difference.recomputed]
    lines = [f"first difference in batch {difference.number}:"]
    lines += [f"  - {line}" for line in recorded if line not in recomputed]
    lines += [f"  + {line}" for line in recomputed if line not in recorded]
    return lines


def _line(output: object) -> str:
    name, body = encode_record(output)  # type: ignore[arg-type]  # outputs come typed from the log
    return f"{name} {body.decode()}"
