"""Batches into the log, one at a time; a disk that fails or hangs holds up no alarm.

A batch has `WRITE_LIMIT_S`. One that takes longer is not called off, because a thread that waits
for the disk cannot be: it may still arrive later, whole, under its own number. Until it is over
nothing else is given to the store, so what arrives late still arrives in order. Batches that come
meanwhile are lost from the log, and the next that can be kept brings a snapshot: the numbers
between are missing, and a restart goes on from the snapshot.
"""

import asyncio
from collections.abc import Callable

import structlog

from gateway.store import Batch, Store, StoreError

SNAPSHOT_EVERY = 1_000
"""Batches between snapshots: bounds what a restart has to go through (assumed)."""

WRITE_LIMIT_S = 1.0
"""Longest time that the outputs of a batch wait for the disk (ours: a third of the 3 s in which
volunteers are to be reached)."""

log = structlog.get_logger()


class LogWriter:
    """The only one who appends to the store."""

    def __init__(self, store: Store) -> None:
        self.failure = ""
        """Why the log cannot be written just now; empty while it can."""
        self._store = store
        self._snapshot_due = SNAPSHOT_EVERY
        self._write: asyncio.Task[str] | None = None

    @property
    def notice(self) -> str:
        """Return what was odd about the log when it was opened; empty if nothing."""
        return self._store.notice

    def go_on_after(self, number: int) -> None:
        """Count snapshots from batch `number`, the last in the log."""
        self._snapshot_due = number + SNAPSHOT_EVERY

    async def keep(
        self, batch: Batch, state: Callable[[], bytes], group: asyncio.TaskGroup
    ) -> None:
        """Put a batch into the log, or note in `failure` why not; at most `WRITE_LIMIT_S`.

        `state` returns the engine's memory after the batch. A write that hangs stays in `group`.
        """
        if self._write is not None and not self._write.done():
            return  # told already, and `failure` says so
        due = bool(self.failure) or batch.number >= self._snapshot_due
        self._write = group.create_task(self._append(batch, state() if due else None))
        try:
            async with asyncio.timeout(WRITE_LIMIT_S):
                reason = await asyncio.shield(self._write)
        except TimeoutError:
            reason = f"the disk did not answer within {WRITE_LIMIT_S:g} s"
        if reason:
            if not self.failure:
                log.error("store.failed", reason=reason)
            self.failure = reason
            return
        if self.failure:
            log.info("store.recovered", after=self.failure)
            self.failure = ""
        if due:
            self.go_on_after(batch.number)

    async def _append(self, batch: Batch, snapshot: bytes | None) -> str:
        """Return why the batch could not be kept, or nothing."""
        try:
            await self._store.append(batch, snapshot)
        except StoreError as error:
            return str(error)
        return ""
