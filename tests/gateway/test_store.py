"""One contract for every store, and what a file must put up with."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.sqlite_store import SqliteStore
from gateway.store import Batch, MemoryStore, Store, StoreError
from tests.twins.schools import MONDAY_0700, says
from twins.alarm import AcknowledgeAlarm, InputRefused
from twins.documents import ConfigError
from twins.instant import seconds
from twins.observation import PropertyChanged, Quality
from twins.records import TimeAdvanced

SCHOOLS = ["elm"]


def batch(number: int) -> Batch:
    now = MONDAY_0700 + seconds(number)
    return Batch(
        number=number,
        now=now,
        inputs=(
            says("button", "pressed", True, now),
            AcknowledgeAlarm(alarm=f"elm/alarm/{number}", by="值班员"),
        ),
        outputs=(
            PropertyChanged(
                device="elm/button",
                property="pressed",
                value=True,
                previous=False,
                quality=Quality.GOOD,
                cause="",
                source_time=now,
            ),
            InputRefused(subject=f"elm/alarm/{number}", reason="no such alarm stands"),
        ),
    )


@pytest.fixture(params=["memory", "sqlite"])
async def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Callable]:
    """Opens the store, and after a close the same store again."""
    memory = MemoryStore()
    opened: list[Store] = []

    async def again() -> Store:
        if opened:
            await opened[-1].close()
        opened.append(memory if request.param == "memory" else SqliteStore(tmp_path / "log.db"))
        await opened[-1].open(SCHOOLS)
        return opened[-1]

    yield again
    if opened:
        await opened[-1].close()


async def test_what_was_appended_comes_back_in_order_and_equal_after_a_restart(reopen):
    store = await reopen()
    for number in range(1, 4):
        await store.append(batch(number))
    store = await reopen()
    assert [one async for one in store.batches()] == [batch(1), batch(2), batch(3)]
    assert [one async for one in store.batches(after=2)] == [batch(3)]


async def test_an_instant_at_which_time_alone_passed_is_a_batch_too(reopen):
    store = await reopen()
    empty = Batch(number=1, now=MONDAY_0700, inputs=(TimeAdvanced(),), outputs=())
    await store.append(empty)
    assert [one async for one in store.batches()] == [empty]


async def test_the_newest_snapshot_comes_back_and_old_ones_go(reopen):
    store = await reopen()
    assert await store.latest_snapshot() is None
    for number in range(1, 7):
        await store.append(batch(number), b'{"latest":%d}' % number)
    store = await reopen()
    snapshot = await store.latest_snapshot()
    assert (snapshot.number, snapshot.state) == (6, b'{"latest":6}')
    assert snapshot.now == batch(6).now


async def test_recent_records_of_some_types_come_back_oldest_first(reopen):
    store = await reopen()
    for number in range(1, 5):
        await store.append(batch(number))
    recent = await store.recent(["InputRefused"], 2)
    assert [record.subject for _, record in recent] == ["elm/alarm/3", "elm/alarm/4"]
    assert recent[0][0] == batch(3).now


async def test_a_log_longer_than_a_page_is_gone_through_wholly(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.sqlite_store.PAGE", 3)
    store = SqliteStore(tmp_path / "log.db")
    await store.open(SCHOOLS)
    for number in range(1, 12):
        await store.append(batch(number))
    assert [one.number async for one in store.batches()] == list(range(1, 12))
    await store.close()


async def test_a_second_gateway_on_the_same_file_is_told_so(tmp_path):
    first, second = SqliteStore(tmp_path / "log.db"), SqliteStore(tmp_path / "log.db")
    await first.open(SCHOOLS)
    with pytest.raises(ConfigError, match="another gateway has this log open"):
        await second.open(SCHOOLS)
    await first.close()
    await second.open(SCHOOLS)
    await second.close()


async def test_a_foreign_file_is_refused_and_left_alone(tmp_path):
    text = tmp_path / "notes.db"
    text.write_text("these are notes, and no database at all\n" * 50)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE cats (name TEXT)")
    database.close()
    for path, message in ((text, "not a database"), (other, "no log of Gatehouse")):
        before = path.read_bytes()
        with pytest.raises(ConfigError, match=message):
            await SqliteStore(path).open(SCHOOLS)
        assert path.read_bytes() == before
    with pytest.raises(ConfigError, match="cannot be used as a log"):
        await SqliteStore(tmp_path / "missing" / "log.db").open(SCHOOLS)


async def test_a_log_of_other_schools_or_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "log.db"
    store = SqliteStore(path)
    await store.open(SCHOOLS)
    await store.close()
    with pytest.raises(ConfigError, match="log of the schools"):
        await SqliteStore(path).open(["oak"])
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ConfigError, match="newer Gatehouse"):
        await SqliteStore(path).open(SCHOOLS)


async def test_a_flipped_bit_in_a_row_is_found(tmp_path):
    path = tmp_path / "log.db"
    store = SqliteStore(path)
    await store.open(SCHOOLS)
    await store.append(batch(1))
    await store.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE log SET body = replace(body, 'true', 'trud') WHERE seq = 1")
    database.close()
    await store.open(SCHOOLS)
    with pytest.raises(ConfigError, match="row 1 of its log is damaged"):
        [one async for one in store.batches()]
    await store.close()


async def test_a_full_disk_is_an_error_of_the_store_and_leaves_no_half_batch(tmp_path):
    store = SqliteStore(tmp_path / "log.db")
    await store.open(SCHOOLS)
    await store.append(batch(1))
    await store._run(lambda: store._connection().execute("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreError, match="cannot be written"):
        await store.append(
            Batch(number=2, now=MONDAY_0700, inputs=batch(2).inputs * 500, outputs=())
        )
    assert [one.number async for one in store.batches()] == [1]
    await store.close()


async def test_files_copied_while_the_store_is_open_hold_every_batch(tmp_path):
    store = SqliteStore(tmp_path / "log.db")
    await store.open(SCHOOLS)
    await store.append(batch(1), b"{}")
    await store.append(batch(2))
    (tmp_path / "copy").mkdir()
    for file in tmp_path.glob("log.db*"):
        shutil.copy(file, tmp_path / "copy" / file.name)
    await store.close()
    copy = SqliteStore(tmp_path / "copy" / "log.db")
    await copy.open(SCHOOLS)
    assert [one async for one in copy.batches()] == [batch(1), batch(2)]
    await copy.close()
