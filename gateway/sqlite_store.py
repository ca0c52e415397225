"""The log in one SQLite file: WAL, synchronous=FULL, one writer thread.

A commit may block for a fifth of a second when the disk is busy, so the connection lives in a
thread of its own and the event loop never waits for the disk. Rows and their checksums: see
`gateway.log_rows`.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec
import structlog

from gateway.log_rows import row_checksum, rows_of
from gateway.store import SNAPSHOTS_KEPT, Batch, Record, Snapshot, StoreError, batch_of_rows
from twins.documents import ConfigError, Problem
from twins.instant import Instant
from twins.records import decode_record

APPLICATION_ID = 0x47415445
"""Marks the file as ours in SQLite's header; the letters GATE."""

PAGE = 500
"""Batches read at once when the log is gone through."""

Answer = TypeVar("Answer")

log = structlog.get_logger()


class SqliteStore:
    """A `Store` in the file `path`, which is made if it is not there.

    The file itself is locked while the store is open, so that another name of it (a symbolic or
    hard link) opens nothing twice; the kernel frees it however the process ends.
    With `read_only` the file must be there: it is neither made nor changed nor locked, it may be
    open elsewhere, and `append` raises StoreError.
    """

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self._path = Path(path)
        self._read_only = read_only
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._database: sqlite3.Connection | None = None
        self._lock: IO[bytes] | None = None
        self.notice = ""
        """What is odd about the log though it can be used; found at `open`, empty if nothing."""

    async def open(self, schools: Sequence[str]) -> None:
        """Open or make the file; raises ConfigError."""
        await self._run(lambda: self._open(schools))

    async def close(self) -> None:
        """Close the file and free it for others; may be called twice."""
        await self._run(self._close)

    async def append(self, batch: Batch, snapshot: bytes | None = None) -> None:
        """Commit a batch in one transaction; raises StoreError."""
        await self._run(lambda: self._append(batch, snapshot))

    async def latest_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot, if there is one; raises ConfigError when it is damaged."""
        return await self._run(self._latest_snapshot)

    async def batches(self, after: int = 0) -> AsyncIterator[Batch]:
        """Iterate over the batches numbered above `after`, a page at a time."""
        while page := await self._page_after(after):
            for batch in page:
                yield batch
            after = page[-1].number

    async def recent(
        self, names: Sequence[str], limit: int, *, outputs: bool = False
    ) -> list[tuple[Instant, Record]]:
        """Return the newest `limit` records of these types with their `now`, oldest first."""
        return await self._run(lambda: self._recent(names, limit, "output" if outputs else "%"))

    async def _page_after(self, after: int) -> list[Batch]:
        return await self._run(lambda: self._page(after))

    async def _run(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # Everything below runs in the writer thread.

    def _connection(self) -> sqlite3.Connection:
        assert self._database is not None, "the store is not open"
        return self._database

    def _open(self, schools: Sequence[str]) -> None:
        try:
            if self._read_only:
                self._database = _reading(self._path)
            else:
                self._lock = self._locked()
                self._database = sqlite3.connect(self._path, isolation_level=None, timeout=2)
            self._prepare()
            self._check_schools(schools)
        except (sqlite3.Error, OSError) as error:
            self._close()
            raise self._wrong(f"cannot be used as a log: {error}") from error
        except ConfigError:
            self._close()
            raise

    def _locked(self) -> IO[bytes]:
        # flock belongs to the file, not to its name, and does not meet SQLite's own locks, which
        # are of the other kind (fcntl). Closing this descriptor would free those, so it is
        # closed last.
        there = self._path.exists()
        lock = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+b")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise self._wrong("another gateway has this log open; stop it first") from None
        self.notice = ""
        empty = not os.fstat(lock.fileno()).st_size and not _wal_of(self._path).exists()
        if there and empty:
            self.notice = "the file was there but empty: the log starts anew"
            log.error("log.starts_anew", file=str(self._path))
        return lock

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _prepare(self) -> None:
        database = self._connection()
        version: int = database.execute("PRAGMA user_version").fetchone()[0]
        application: int = database.execute("PRAGMA application_id").fetchone()[0]
        tables: int = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise self._wrong("is a database, but no log of Gatehouse")
        scripts = _scripts()
        if version > len(scripts):
            raise self._wrong(f"was written by a newer Gatehouse (schema {version})")
        if self._read_only:
            if version < len(scripts):
                raise self._wrong(f"was written by an older Gatehouse (schema {version})")
            return
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        for number, script in enumerate(scripts[version:], start=version + 1):
            database.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {number}; COMMIT;"
            )

    def _check_schools(self, schools: Sequence[str]) -> None:
        wanted = json.dumps(sorted(schools))
        if not self._read_only:
            insert = "INSERT INTO meta (key, value) VALUES ('schools', ?) ON CONFLICT DO NOTHING"
            self._connection().execute(insert, (wanted,))
        query = "SELECT value FROM meta WHERE key = 'schools'"
        row = self._connection().execute(query).fetchone()
        found: str = row[0] if row else "[]"
        if found != wanted:
            raise self._wrong(f"is the log of the schools {found}, not of {wanted}")

    def _append(self, batch: Batch, snapshot: bytes | None) -> None:
        database = self._connection()
        try:
            with database:
                database.execute("BEGIN IMMEDIATE")
                last = database.execute("SELECT coalesce(max(seq), 0) FROM log").fetchone()[0]
                database.executemany(
                    "INSERT INTO log (seq, batch, now, direction, type, body, checksum) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    rows_of(batch, last),
                )
                if snapshot is not None:
                    self._keep_snapshot(batch, snapshot.decode())
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise StoreError(f"{self._path} cannot be written: {error}") from error

    def _keep_snapshot(self, batch: Batch, state: str) -> None:
        database = self._connection()
        columns = (batch.number, batch.now, state)
        database.execute(
            "INSERT OR REPLACE INTO snapshots (batch, now, state, checksum) VALUES (?, ?, ?, ?)",
            (*columns, row_checksum(*columns)),
        )
        database.execute(
            "DELETE FROM snapshots WHERE batch NOT IN "
            "(SELECT batch FROM snapshots ORDER BY batch DESC LIMIT ?)",
            (SNAPSHOTS_KEPT,),
        )

    def _latest_snapshot(self) -> Snapshot | None:
        query = "SELECT batch, now, state, checksum FROM snapshots ORDER BY batch DESC"
        for number, now, state, checksum in self._query(query, ()):
            if row_checksum(number, now, state) == checksum:
                return Snapshot(number=number, now=now, state=state.encode())
            # An older one, or the beginning, does as well if the log goes on from there.
            log.error("log.snapshot_damaged", file=str(self._path), batch=number)
        return None

    def _page(self, after: int) -> list[Batch]:
        query = (
            "SELECT seq, batch, now, direction, type, body, checksum FROM log "
            "WHERE batch > ? AND batch <= ? ORDER BY seq"
        )
        first = self._query("SELECT min(batch) FROM log WHERE batch > ?", (after,))[0][0]
        if first is None:
            return []
        last = "SELECT seq FROM log WHERE batch <= ? ORDER BY batch DESC, seq DESC LIMIT 1"
        before = next((row[0] for row in self._query(last, (after,))), 0)
        groups: dict[tuple[int, Instant], list[tuple[bool, str, bytes]]] = {}
        rows = self._query(query, (after, first + PAGE - 1))
        for expected, row in enumerate(rows, start=before + 1):
            seq, number, now, direction, name, body, _ = row
            self._check_row(row)
            if seq != expected:
                raise self._wrong(f"row {expected} of its log is missing")
            groups.setdefault((number, now), []).append((direction == "input", name, body.encode()))
        try:
            return [batch_of_rows(number, now, rows) for (number, now), rows in groups.items()]
        except (KeyError, msgspec.MsgspecError) as error:
            raise self._wrong(f"holds a record that is none of ours: {error}") from error

    def _recent(self, names: Sequence[str], limit: int, only: str) -> list[tuple[Instant, Record]]:
        # One type at a time: that walks an index from its end, where several at once sort the log.
        query = (
            "SELECT seq, batch, now, direction, type, body, checksum FROM log "
            "WHERE type = ? AND direction LIKE ? ORDER BY seq DESC LIMIT ?"
        )
        rows = [row for name in names for row in self._query(query, (name, only, limit))]
        found: list[tuple[Instant, Record]] = []
        try:
            for row in sorted(rows, key=itemgetter(0), reverse=True)[:limit]:
                _, _, now, _, name, body, _ = row
                self._check_row(row)
                found.append((now, decode_record(name, body.encode())))
        except (KeyError, msgspec.MsgspecError) as error:
            raise self._wrong(f"holds a record that is none of ours: {error}") from error
        return found[::-1]

    def _query(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._wrong(f"is damaged: {error}") from error

    def _check_row(self, row: tuple[Any, ...]) -> None:
        if row_checksum(*row[:-1]) != row[-1]:
            raise self._wrong(f"row {row[0]} of its log is damaged")

    def _wrong(self, message: str) -> ConfigError:
        return ConfigError([Problem(file=str(self._path), message=message)])


def schools_in(path: Path) -> list[str]:
    """Return the ids of the schools whose log this file is; raises ConfigError if it is none."""
    try:
        with contextlib.closing(_reading(path)) as database:
            query = "SELECT value FROM meta WHERE key = 'schools'"
            row = database.execute(query).fetchone()
    except sqlite3.Error as error:
        message = f"is no log of Gatehouse: {error}"
        raise ConfigError([Problem(file=str(path), message=message)]) from error
    return [] if row is None else list(json.loads(row[0]))


def _reading(path: Path) -> sqlite3.Connection:
    """Open a log without changing anything; raises ConfigError when there is none."""
    if not path.is_file():
        raise ConfigError([Problem(file=str(path), message="there is no such file")])
    address = f"{path.absolute().as_uri()}?mode=ro"
    if not _wal_of(path).exists():
        # Nobody has it open. Without this SQLite would make a -wal and a -shm only to read.
        address += "&immutable=1"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=2)


def _wal_of(path: Path) -> Path:
    """Return where SQLite has the write-ahead log: beside the file that a symbolic link means."""
    file = path.resolve()
    return file.with_name(file.name + "-wal")


def _scripts() -> list[str]:
    """Return the numbered SQL files in order; the schema's version is how many have run."""
    folder = files("gateway").joinpath("schema")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
