"""The log in one SQLite file: WAL, synchronous=FULL, one writer thread.

A commit may block for a fifth of a second when the disk is busy, so the connection lives in a
thread of its own and the event loop never waits for the disk. Every row carries a checksum:
SQLite's own check calls a flipped bit in a text "ok".
"""

import asyncio
import contextlib
import fcntl
import json
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from gateway.store import SNAPSHOTS_KEPT, Batch, Record, Snapshot, StoreError, batch_of_rows
from twins.documents import ConfigError, Problem
from twins.instant import Instant
from twins.records import decode_record, encode_record

APPLICATION_ID = 0x47415445
"""Marks the file as ours in SQLite's header; the letters GATE."""

PAGE = 500
"""Batches read at once when the log is gone through."""

Answer = TypeVar("Answer")


class SqliteStore:
    """A `Store` in the file `path`, which is made if it is not there.

    `<path>.lock` is held while the store is open; the kernel frees it however the process ends.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._database: sqlite3.Connection | None = None
        self._lock: IO[bytes] | None = None

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

    async def recent(self, names: Sequence[str], limit: int) -> list[tuple[Instant, Record]]:
        """Return the newest `limit` records of these types with their `now`, oldest first."""
        return await self._run(lambda: self._recent(names, limit))

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
        lock = self._path.with_name(self._path.name + ".lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise self._wrong("another gateway has this log open; stop it first") from None
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
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        for number, script in enumerate(scripts[version:], start=version + 1):
            database.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {number}; COMMIT;"
            )

    def _check_schools(self, schools: Sequence[str]) -> None:
        wanted = json.dumps(sorted(schools))
        self._connection().execute(
            "INSERT INTO meta (key, value) VALUES ('schools', ?) ON CONFLICT DO NOTHING", (wanted,)
        )
        query = "SELECT value FROM meta WHERE key = 'schools'"
        found: str = self._connection().execute(query).fetchone()[0]
        if found != wanted:
            raise self._wrong(f"is the log of the schools {found}, not of {wanted}")

    def _append(self, batch: Batch, snapshot: bytes | None) -> None:
        database = self._connection()
        rows = [
            (batch.number, batch.now, direction, *_encoded(record))
            for direction, records in (("input", batch.inputs), ("output", batch.outputs))
            for record in records
        ]
        try:
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(
                    "INSERT INTO log (batch, now, direction, type, body, checksum) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    rows,
                )
                if snapshot is not None:
                    self._keep_snapshot(batch, snapshot)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written: {error}") from error

    def _keep_snapshot(self, batch: Batch, snapshot: bytes) -> None:
        database = self._connection()
        database.execute(
            "INSERT OR REPLACE INTO snapshots (batch, now, state, checksum) VALUES (?, ?, ?, ?)",
            (batch.number, batch.now, snapshot.decode(), zlib.crc32(snapshot)),
        )
        database.execute(
            "DELETE FROM snapshots WHERE batch NOT IN "
            "(SELECT batch FROM snapshots ORDER BY batch DESC LIMIT ?)",
            (SNAPSHOTS_KEPT,),
        )

    def _latest_snapshot(self) -> Snapshot | None:
        query = "SELECT batch, now, state, checksum FROM snapshots ORDER BY batch DESC LIMIT 1"
        row = self._query(query, ())
        if not row:
            return None
        number, now, state, checksum = row[0]
        if zlib.crc32(state.encode()) != checksum:
            raise self._wrong(f"the snapshot after batch {number} is damaged")
        return Snapshot(number=number, now=now, state=state.encode())

    def _page(self, after: int) -> list[Batch]:
        query = (
            "SELECT batch, now, seq, direction, type, body, checksum FROM log "
            "WHERE batch > ? AND batch <= ? ORDER BY seq"
        )
        first = self._query("SELECT min(batch) FROM log WHERE batch > ?", (after,))[0][0]
        if first is None:
            return []
        groups: dict[tuple[int, Instant], list[tuple[bool, str, bytes]]] = {}
        for number, now, *row in self._query(query, (after, first + PAGE - 1)):
            seq, direction, name, body, checksum = row
            self._check_row(seq, name, body, checksum)
            groups.setdefault((number, now), []).append((direction == "input", name, body.encode()))
        try:
            return [batch_of_rows(number, now, rows) for (number, now), rows in groups.items()]
        except (KeyError, msgspec.MsgspecError) as error:
            raise self._wrong(f"holds a record that is none of ours: {error}") from error

    def _recent(self, names: Sequence[str], limit: int) -> list[tuple[Instant, Record]]:
        marks = ", ".join("?" for _ in names)
        query = (
            "SELECT now, seq, type, body, checksum FROM log "  # noqa: S608  only marks are put in
            f"WHERE type IN ({marks}) ORDER BY seq DESC LIMIT ?"
        )
        found: list[tuple[Instant, Record]] = []
        for now, seq, name, body, checksum in self._query(query, (*names, limit)):
            self._check_row(seq, name, body, checksum)
            found.append((now, decode_record(name, body.encode())))
        return found[::-1]

    def _query(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._wrong(f"is damaged: {error}") from error

    def _check_row(self, seq: int, name: str, body: str, checksum: int) -> None:
        if _checksum(name, body) != checksum:
            raise self._wrong(f"row {seq} of its log is damaged")

    def _wrong(self, message: str) -> ConfigError:
        return ConfigError([Problem(file=str(self._path), message=message)])


def schools_in(path: Path) -> list[str]:
    """Return the ids of the schools whose log this file is; raises ConfigError if it is none."""
    try:
        if not path.is_file():
            raise ConfigError([Problem(file=str(path), message="there is no such file")])
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            query = "SELECT value FROM meta WHERE key = 'schools'"
            row = database.execute(query).fetchone()
    except sqlite3.Error as error:
        message = f"is no log of Gatehouse: {error}"
        raise ConfigError([Problem(file=str(path), message=message)]) from error
    return [] if row is None else list(json.loads(row[0]))


def _encoded(record: Record) -> tuple[str, str, int]:
    name, body = encode_record(record)
    text = body.decode()
    return name, text, _checksum(name, text)


def _checksum(name: str, body: str) -> int:
    return zlib.crc32(f"{name} {body}".encode())


def _scripts() -> list[str]:
    """Return the numbered SQL files in order; the schema's version is how many have run."""
    folder = files("gateway").joinpath("schema")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
