"""One contract for every store, and what a file must put up with."""

import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from gateway.log_rows import row_checksum
from gateway.restore import restored
from gateway.sqlite_store import SqliteStore, schools_in
from gateway.store import Batch, MemoryStore, Store, StoreError
from tests.twins.schools import ELM, MONDAY_0700, says
from twins.alarm import AcknowledgeAlarm, InputRefused
from twins.command import RequestCommand
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
    mixed = await store.recent(["InputRefused", "PropertyChanged", "AcknowledgeAlarm"], 4)
    assert [type(record).__name__ for _, record in mixed] == [
        "InputRefused", "AcknowledgeAlarm", "PropertyChanged", "InputRefused",
    ]  # fmt: skip
    told = await store.recent(["InputRefused", "AcknowledgeAlarm"], 2, outputs=True)
    assert [type(record).__name__ for _, record in told] == ["InputRefused", "InputRefused"]


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


async def test_recent_records_that_are_none_of_ours_are_told_as_damage(tmp_path):
    path = tmp_path / "log.db"
    store = SqliteStore(path)
    await store.open(SCHOOLS)
    await store.append(batch(1))
    await store.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE log SET body = '[]' WHERE type = 'InputRefused'")
        database.create_function("crc", 6, row_checksum)
        database.execute("UPDATE log SET checksum = crc(seq, batch, now, direction, type, body)")
    database.close()
    await store.open(SCHOOLS)
    with pytest.raises(ConfigError, match="none of ours"):
        await store.recent(["InputRefused"], 10)
    await store.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


async def test_reading_a_log_changes_makes_and_locks_nothing(tmp_path):
    path = tmp_path / "a log of 100%?.db"
    writer, reader = SqliteStore(path), SqliteStore(path, read_only=True)
    await writer.open(SCHOOLS)
    await writer.append(batch(1))
    await writer.close()
    before = contents(tmp_path)
    await reader.open(SCHOOLS)
    assert [one async for one in reader.batches()] == [batch(1)]
    assert schools_in(path) == SCHOOLS
    assert contents(tmp_path) == before
    await writer.open(SCHOOLS)  # the reader holds no lock
    await writer.close()
    with pytest.raises(StoreError):
        await reader.append(batch(2))
    await reader.close()


async def test_a_log_can_be_read_while_a_gateway_writes_it(tmp_path):
    path = tmp_path / "log.db"
    writer, reader = SqliteStore(path), SqliteStore(path, read_only=True)
    await writer.open(SCHOOLS)
    await writer.append(batch(1))
    await reader.open(SCHOOLS)
    await writer.append(batch(2))
    assert [one async for one in reader.batches()] == [batch(1), batch(2)]
    await reader.close()
    await writer.append(batch(3))
    await writer.close()


async def test_a_log_that_is_not_there_or_of_another_schema_is_not_read_and_not_touched(tmp_path):
    missing = tmp_path / "missing.db"
    with pytest.raises(ConfigError, match="there is no such file"):
        await SqliteStore(missing, read_only=True).open(SCHOOLS)
    assert contents(tmp_path) == {}
    path = tmp_path / "log.db"
    store = SqliteStore(path)
    await store.open(SCHOOLS)
    await store.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 0")
    database.close()
    before = contents(tmp_path)
    with pytest.raises(ConfigError, match="older Gatehouse"):
        await SqliteStore(path, read_only=True).open(SCHOOLS)
    with pytest.raises(ConfigError, match="log of the schools"):
        await SqliteStore(_current(path), read_only=True).open(["oak"])
    assert set(contents(tmp_path)) == set(before)


def _current(path: Path) -> Path:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 1")
    database.close()
    return path


async def opened_log(path: Path, batches: int, snapshot_at: Sequence[int] = ()) -> SqliteStore:
    store = SqliteStore(path)
    await store.open(SCHOOLS)
    for number in range(1, batches + 1):
        await store.append(batch(number), b"{}" if number in snapshot_at else None)
    return store


def by_hand(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()


@pytest.mark.parametrize("link", [os.link, os.symlink])
async def test_another_name_of_an_open_log_is_refused(tmp_path, link):
    first = await opened_log(tmp_path / "log.db", 1)
    link(tmp_path / "log.db", tmp_path / "other.db")
    with pytest.raises(ConfigError, match="another gateway has this log open"):
        await SqliteStore(tmp_path / "other.db").open(SCHOOLS)
    await first.close()


@pytest.mark.parametrize("arguments", [{"\ud800": 1}, {"text": "\udfff"}], ids=["key", "text"])
async def test_a_record_that_is_no_json_is_an_error_of_the_store_and_the_next_is_kept(
    tmp_path, arguments
):
    store = await opened_log(tmp_path / "log.db", 1)
    request = RequestCommand(
        id="k", device="elm/lane", action="lock", arguments=arguments,
        requested_by="x", reason="y", not_after=MONDAY_0700,
    )  # fmt: skip
    odd = Batch(number=2, now=MONDAY_0700, inputs=(request,), outputs=())
    with pytest.raises(StoreError):
        await store.append(odd)
    await store.append(batch(2))
    assert [one.number async for one in store.batches()] == [1, 2]
    await store.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE log SET now = 7258118400000000000 WHERE batch = 2", "is damaged"),
        ("UPDATE log SET direction = 'output' WHERE batch = 2", "is damaged"),
        ("UPDATE log SET batch = batch + 1000000 WHERE batch = 3", "is damaged"),
        ("UPDATE log SET seq = seq + 100 WHERE batch = 3", "is damaged"),
        ("DELETE FROM log WHERE batch = 2 AND type = 'PropertyChanged'", "row 7 .* is missing"),
        ("DELETE FROM log WHERE batch = 2", "is missing"),
        ("DELETE FROM log WHERE batch = 1", "is missing"),
    ],
)
async def test_whatever_is_changed_in_a_row_or_taken_out_is_found(tmp_path, statement, told):
    store = await opened_log(tmp_path / "log.db", 3)
    await store.close()
    by_hand(tmp_path / "log.db", statement)
    await store.open(SCHOOLS)
    with pytest.raises(ConfigError, match=told):
        [one async for one in store.batches()]
    await store.close()


async def test_a_damaged_snapshot_gives_way_to_the_one_before(tmp_path):
    path = tmp_path / "log.db"
    store = await opened_log(path, 5, snapshot_at=(2, 4))
    await store.close()
    by_hand(path, "UPDATE snapshots SET state = '[]' WHERE batch = 4")
    await store.open(SCHOOLS)
    snapshot = await store.latest_snapshot()
    assert snapshot is not None
    assert snapshot.number == 2
    await store.close()
    by_hand(path, "UPDATE snapshots SET now = now + 1 WHERE batch = 2")
    await store.open(SCHOOLS)
    assert await store.latest_snapshot() is None
    await store.close()


async def test_an_engine_does_not_go_on_over_a_gap(tmp_path):
    store = SqliteStore(tmp_path / "log.db")
    await store.open(["elm"])
    await store.append(batch(2))
    with pytest.raises(ConfigError, match="batches 1 to 1 are missing"):
        await restored(store, [ELM])
    await store.close()


async def test_a_file_that_was_emptied_is_used_and_said_to_be_so(tmp_path):
    path = tmp_path / "log.db"
    path.touch()
    store = await opened_log(path, 1)
    assert "starts anew" in store.notice
    await store.close()
    await store.open(SCHOOLS)
    assert store.notice == ""
    await store.close()
    fresh = await opened_log(tmp_path / "fresh.db", 1)
    assert fresh.notice == ""
    await fresh.close()
