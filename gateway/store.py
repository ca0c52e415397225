"""The log: every input with its `now` (the truth), every output, and snapshots of the engine."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from twins.instant import Instant
from twins.records import Input, Output, TimeAdvanced, decode_record, encode_record

SNAPSHOTS_KEPT = 3
"""Older snapshots are deleted; the log itself is enough to go on from any of them."""

Record: TypeAlias = Input | Output | TimeAdvanced


class StoreError(Exception):
    """The log cannot be written or read just now: the disk is full, failing or gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One call of the engine: what it was given, when, and what it answered.

    `number` counts from 1 without a gap; a gap says that the log could not be written.
    """

    number: int
    now: Instant
    inputs: tuple[Input | TimeAdvanced, ...]
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The engine's memory after batch `number`, as `twins.state.encode_state` wrote it."""

    number: int
    now: Instant
    state: bytes


class Store(Protocol):
    """Where batches and snapshots are kept. One gateway at a time has it open for writing."""

    notice: str
    """What is odd about the log though it can be used; known after `open`, empty if nothing."""

    async def open(self, schools: Sequence[str]) -> None:
        """Make it ready for these schools.

        Raises:
            ConfigError: it is foreign, damaged, of other schools, or open elsewhere.
        """
        ...

    async def close(self) -> None:
        """Give it back; may be called twice."""
        ...

    async def append(self, batch: Batch, snapshot: bytes | None = None) -> None:
        """Keep a batch, and the state after it if given, wholly or not at all.

        When this returns, it survives a crash. Raises StoreError when it could not be kept.
        """
        ...

    async def latest_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot, if there is one."""
        ...

    def batches(self, after: int = 0) -> AsyncIterator[Batch]:
        """Iterate over the batches numbered above `after`, in order; raises ConfigError."""
        ...

    async def recent(
        self, names: Sequence[str], limit: int, *, outputs: bool = False
    ) -> list[tuple[Instant, Record]]:
        """Return the newest `limit` records of these types with their `now`, oldest first.

        With `outputs`, only what the engine told: some types are inputs as well.
        """
        ...


class MemoryStore:
    """A store that forgets with the process: for tests and for runs that need no log.

    It keeps encoded rows, so that what does not survive JSON does not survive here either.
    """

    def __init__(self) -> None:
        self._batches: list[tuple[int, Instant, list[tuple[bool, str, bytes]]]] = []
        self._snapshots: list[Snapshot] = []
        self.notice = ""

    async def open(self, schools: Sequence[str]) -> None:
        """Make it ready; any schools are right."""

    async def close(self) -> None:
        """Keep everything: the same object opened again is a restart."""

    async def append(self, batch: Batch, snapshot: bytes | None = None) -> None:
        """Keep a batch and, if given, the state after it."""
        rows = [
            (is_input, *encode_record(record))
            for is_input, records in ((True, batch.inputs), (False, batch.outputs))
            for record in records
        ]
        self._batches.append((batch.number, batch.now, rows))
        if snapshot is not None:
            taken = Snapshot(number=batch.number, now=batch.now, state=snapshot)
            self._snapshots = [*self._snapshots, taken][-SNAPSHOTS_KEPT:]

    async def latest_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot, if there is one."""
        return self._snapshots[-1] if self._snapshots else None

    async def batches(self, after: int = 0) -> AsyncIterator[Batch]:
        """Iterate over the batches numbered above `after`, in order."""
        for number, now, rows in list(self._batches):
            if number > after:
                yield batch_of_rows(number, now, rows)

    async def recent(
        self, names: Sequence[str], limit: int, *, outputs: bool = False
    ) -> list[tuple[Instant, Record]]:
        """Return the newest `limit` records of these types with their `now`, oldest first."""
        found = [
            (now, decode_record(name, body))
            for _, now, rows in self._batches
            for is_input, name, body in rows
            if name in names and not (outputs and is_input)
        ]
        return found[-limit:]


def batch_of_rows(number: int, now: Instant, rows: Sequence[tuple[bool, str, bytes]]) -> Batch:
    """Put (is input, type name, JSON) rows of one batch together again."""
    inputs: list[Input | TimeAdvanced] = []
    outputs: list[Output] = []
    for is_input, name, body in rows:
        # A row's direction says which of the two unions its record belongs to; CommandEnded is
        # in both.
        record = decode_record(name, body)
        (inputs if is_input else outputs).append(record)  # type: ignore[arg-type]  # see above
    return Batch(number=number, now=now, inputs=tuple(inputs), outputs=tuple(outputs))
