"""The running server: what it decides, keeps, carries out, and survives."""

import asyncio
import shutil
import threading
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from gateway.case_views import incident_views
from gateway.clock import WallClock
from gateway.recordable import NO_NUMBER, NO_TEXT
from gateway.restore import first_difference
from gateway.sqlite_store import SqliteStore
from gateway.store import MemoryStore, StoreError
from tests.gateway.schools import BUTTON, LANE, SCHOOL, SPEAKER, HandClock, running
from twins.alarm import AcknowledgeAlarm, AlarmState, InputRefused, ResetAlarm
from twins.command import CommandEnded, CommandResult, RequestCommand
from twins.documents import ConfigError
from twins.incident import Answer, HandleIncident, Notification, RecipientAnswered
from twins.instant import seconds
from twins.mobilisation import UnitReleased
from twins.observation import Quality
from twins.school import Role


class Recipients:
    """Simulated people: they note every notice and drop a second copy."""

    def __init__(self) -> None:
        self.notices: list[Notification] = []
        self.released: list[str] = []
        self.dead: set[str] = set()
        self.reached: set[tuple[str, str]] = set()

    async def __call__(self, notification: Notification | UnitReleased) -> None:
        if isinstance(notification, UnitReleased):
            self.released.append(notification.responder)
            return
        self.notices.append(notification)
        if notification.responder in self.dead:
            await asyncio.Event().wait()
        self.reached.add((notification.incident, notification.responder))

    def everywhere(self, rig) -> None:
        for role in Role:
            rig.gateway.channels.register(role, self)


def request(key: str, **changes) -> RequestCommand:
    values = {
        "id": key,
        "device": LANE,
        "action": "lock",
        "requested_by": "值班员",
        "reason": "drill",
        "not_after": HandClock().now() + seconds(3),
    }
    return RequestCommand(**{**values, **changes})


async def test_a_press_becomes_an_alarm_an_incident_commands_and_notices():
    people = Recipients()
    async with running(prepare=people.everywhere) as rig:
        await rig.press()
        await rig.settled()
        await rig.until(lambda: len(people.reached) == 3)
        commands = rig.gateway.history.commands.values()
        await rig.until(lambda: all(one.result for one in commands))
        (incident,) = rig.gateway.view.incidents.values()
        await rig.until(lambda: rig.gateway.incidents[incident.id].warned)
        assert [one.device for one in rig.driver.executed] == [LANE, SPEAKER]
        results = [one.result for one in rig.gateway.history.commands.values()]
        assert results == [CommandResult.CONFIRMED, CommandResult.CONFIRMED]
        assert {responder for _, responder in people.reached} == {
            "elm/station",
            "elm/console",
            "elm/volunteer-1",
        }


HALF = b"\xff \xe5\xb2".decode(errors="surrogateescape")
"""What asyncua makes of bytes that are no UTF-8."""


async def test_bytes_that_are_no_text_stop_neither_the_log_nor_an_alarm():
    people = Recipients()
    async with running(prepare=people.everywhere) as rig:
        rig.driver.answer = lambda command: CommandEnded(
            command=command.id, device=command.device, result=CommandResult.REFUSED, reason=HALF
        )
        rig.driver.say("elm/camera", "online", None, Quality.BAD, HALF)
        rig.driver.say("elm/camera", "online", HALF)
        await rig.press()
        await rig.until(lambda: len(people.reached) == 3)
        commands = rig.gateway.history.commands.values()
        await rig.until(lambda: all(one.result for one in commands))
        assert not rig.gateway.writer.failure
        seen = rig.gateway.view.twins["elm/camera"].properties["online"]
        assert (seen.value, seen.quality, seen.cause) == (None, Quality.BAD, NO_TEXT)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
async def test_a_number_that_is_none_is_bad_and_replays_as_it_was(number):
    store = MemoryStore()
    async with running(store) as rig:
        rig.driver.say(BUTTON, "battery", number)
        await rig.until(lambda: "battery" in rig.gateway.view.twins[BUTTON].properties)
        seen = rig.gateway.view.twins[BUTTON].properties["battery"]
        assert (seen.value, seen.quality, seen.cause) == (None, Quality.BAD, NO_NUMBER)
    assert await first_difference(store, [SCHOOL]) is None


async def test_another_place_of_a_case_is_brought_to_everybody_who_knows_the_first(monkeypatch):
    far = tuple(
        replace(one, place="dormitory") if one.id == "elm/button-2" else one
        for one in SCHOOL.devices
    )
    monkeypatch.setattr("tests.gateway.schools.SCHOOL", replace(SCHOOL, devices=far))
    people = Recipients()
    async with running(prepare=people.everywhere) as rig:
        await rig.press()
        await rig.until(lambda: len(people.notices) == 3)
        rig.driver.say("elm/button-2", "pressed", True)
        await rig.until(lambda: len(people.notices) == 6)
        places = {(one.responder, one.place) for one in people.notices}
        known = {one.responder for one in people.notices}
        assert places == {(one, place) for one in known for place in ("gate", "dormitory")}
        (incident,) = rig.gateway.view.incidents.values()
        told = rig.gateway.incidents[incident.id]
        assert told.other_places == ("dormitory",)
        (shown,) = incident_views(rig.gateway)
        assert [one.title["en"] for one in shown.other_places] == ["dormitory"]


async def test_who_said_to_come_is_told_that_the_case_is_closed():
    people = Recipients()
    async with running(prepare=people.everywhere) as rig:
        await rig.press()
        await rig.until(lambda: len(people.reached) == 3)
        (incident,) = rig.gateway.view.incidents
        await rig.gateway.submit(
            RecipientAnswered(
                incident=incident, responder="elm/volunteer-1", answer=Answer.ACCEPTED
            )
        )
        await rig.gateway.submit(HandleIncident(incident=incident, by="所长", reason="resolved"))
        await rig.until(lambda: people.released)
        assert people.released == ["elm/volunteer-1"]


async def test_a_batch_is_in_the_log_before_any_of_its_outputs_takes_effect():
    class Watched(MemoryStore):
        def __init__(self):
            super().__init__()
            self.kept = []

        async def append(self, batch, snapshot=None):
            await asyncio.sleep(0.01)
            await super().append(batch, snapshot)
            self.kept.extend(type(one).__name__ for one in batch.outputs)

    store, seen = Watched(), []

    def prepare(rig):
        async def deliver(_notification):
            seen.append("Notification" in store.kept)

        for role in Role:
            rig.gateway.channels.register(role, deliver)

    async with running(store, prepare=prepare) as rig:
        rig.driver.answer = lambda command: (
            seen.append("Command" in store.kept),
            CommandEnded(command=command.id, device=command.device, result=CommandResult.CONFIRMED),
        )[1]
        with rig.gateway.bus.subscribe() as viewer:
            await rig.press()
            event = await viewer.next()
            seen.append(type(event.record).__name__ in store.kept)
        await rig.settled()
        await rig.until(lambda: len(seen) == 6)
    assert all(seen)


async def test_the_log_replays_to_the_same_outputs_and_the_history_equals_the_engine():
    store, people = MemoryStore(), Recipients()
    async with running(store, prepare=people.everywhere) as rig:
        await rig.press()
        await rig.settled()
        rig.driver.say(BUTTON, "pressed", False)
        await rig.batch()
        (alarm,) = rig.gateway.view.alarms
        (incident,) = rig.gateway.view.incidents
        await rig.until(lambda: len(people.reached) == 3 and not rig.gateway.inbox.waiting)
        await rig.gateway.submit(AcknowledgeAlarm(alarm=alarm, by="值班员"))
        await rig.gateway.submit(
            RecipientAnswered(
                incident=incident, responder="elm/station", answer=Answer.ACKNOWLEDGED
            )
        )
        assert (rig.gateway.history.incidents, rig.gateway.history.alarms) == ({}, {})
        assert rig.gateway.incidents == dict(rig.gateway.view.incidents)
        await rig.gateway.submit(HandleIncident(incident=incident, by="所长", reason="resolved"))
        await rig.gateway.submit(ResetAlarm(alarm=alarm, by="值班员", reason="over"))
        closed = rig.gateway.incidents[incident]
        assert closed.sensed <= closed.warned <= closed.acknowledged <= closed.handled
        assert rig.gateway.alarms[alarm].state is AlarmState.NORMAL
        told = [type(one).__name__ for _, one in rig.gateway.history.told[incident]]
        assert (told[0], "IncidentHandled" in told) == ("IncidentOpened", True)
    async with running(store) as rig:
        assert rig.gateway.incidents == {incident: closed}
        again = [type(one).__name__ for _, one in rig.gateway.history.told[incident]]
        assert again == told
    assert await first_difference(store, [SCHOOL]) is None


async def test_a_refused_request_is_answered_with_the_reason():
    async with running() as rig:
        outputs = await rig.gateway.submit(AcknowledgeAlarm(alarm="elm/alarm/9", by="x"))
        assert outputs == (InputRefused(subject="elm/alarm/9", reason="no such alarm stands"),)


async def test_a_repeated_value_is_no_input_and_leaves_no_row():
    store = MemoryStore()
    async with running(store) as rig:
        rig.driver.say(BUTTON, "pressed", False)
        await rig.batch()
        rig.driver.say(BUTTON, "pressed", False)
        await rig.until(lambda: not rig.gateway.inbox.waiting)
        await rig.gateway.submit(AcknowledgeAlarm(alarm="none", by="x"))
        assert [len(one.inputs) async for one in store.batches()] == [1, 1]


async def test_a_command_to_a_device_without_a_link_is_not_executed():
    async with running() as rig:
        await rig.gateway.submit(request("k1", device="elm/camera"))
        await rig.until(lambda: rig.gateway.history.commands["k1"].result)
        record = rig.gateway.history.commands["k1"]
        assert record.result in (CommandResult.NOT_EXECUTED, CommandResult.REFUSED)
        assert rig.driver.executed == []


async def test_a_driver_that_never_answers_leaves_the_command_unknown_by_the_engine_s_timer():
    async with running() as rig:
        rig.driver.execute = lambda _: asyncio.Event().wait()
        await rig.gateway.submit(request("k1"))
        rig.clock.move(seconds(4))
        await rig.until(lambda: rig.gateway.history.commands["k1"].result)
        assert rig.gateway.history.commands["k1"].result is CommandResult.UNKNOWN


async def test_a_driver_that_breaks_in_a_command_gives_unknown_and_the_gateway_lives():
    async with running() as rig:

        async def broken(_command):
            raise KeyError("vendor")

        rig.driver.execute = broken
        await rig.gateway.submit(request("k1"))
        await rig.until(lambda: rig.gateway.history.commands["k1"].result)
        record = rig.gateway.history.commands["k1"]
        assert record.result is CommandResult.UNKNOWN
        assert "KeyError" in record.result_reason


async def test_a_driver_that_breaks_is_shown_as_bad_with_its_cause_and_started_again():
    async with running() as rig:
        rig.driver.say(BUTTON, "pressed", False)
        await rig.batch()
        rig.driver.broken.set()
        await rig.until(lambda: rig.gateway.view.twins[BUTTON].lost)
        last = rig.gateway.view.twins[BUTTON].properties["pressed"]
        assert last.quality is Quality.BAD
        assert last.cause == "driver failed: ValueError: frame of a vendor"
        await rig.until(lambda: len(rig.workshop.made) == 2)
        rig.driver.say(BUTTON, "pressed", False)
        rig.driver.say(BUTTON, "press_count", 0)
        await rig.until(lambda: not rig.gateway.view.twins[BUTTON].lost)


async def test_a_driver_whose_clean_up_breaks_does_not_stop_the_gateway_from_stopping():
    async def run():
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("close failed")

    async with asyncio.timeout(5), running() as rig:
        rig.driver.run = run
        rig.driver.broken.set()
        await rig.until(lambda: len(rig.workshop.made) == 2)


async def test_one_dead_recipient_delays_nobody():
    people = Recipients()
    people.dead.add("elm/station")
    async with running(prepare=people.everywhere) as rig:
        await rig.press()
        await rig.until(lambda: len(people.reached) == 2)
        (incident,) = rig.gateway.view.incidents.values()
        await rig.until(lambda: rig.gateway.incidents[incident.id].warned)
        assignments = rig.gateway.incidents[incident.id].assignments
        assert assignments["elm/station"].delivered is None


async def test_the_console_has_the_notice_once_a_page_looks_on(monkeypatch):
    monkeypatch.setattr("gateway.channels.RETRY_S", 0.01)
    async with running() as rig:
        await rig.press()
        await rig.settled()
        (incident,) = rig.gateway.view.incidents
        told = rig.gateway.view.incidents
        assert told[incident].assignments["elm/console"].delivered is None
        with rig.gateway.bus.subscribe():
            await rig.until(lambda: told[incident].assignments["elm/console"].delivered)
        # Nobody said how volunteers are reached, and nothing pretends that they were.
        assert told[incident].assignments["elm/volunteer-1"].delivered is None


async def test_a_rule_s_deadline_wakes_the_engine_without_an_input():
    async with running() as rig:
        rig.driver.say("elm/presence", "present", False)
        await rig.batch()
        assert not rig.gateway.view.alarms
        rig.clock.move(seconds(180))
        await rig.until(lambda: rig.gateway.view.alarms)
        (alarm,) = rig.gateway.view.alarms.values()
        assert alarm.kind == "guard-off-post"


async def crash(tmp_path, rig):
    """Take the files as a power cut would leave them once all that was seen is kept.

    The engine is ahead of its log by one commit; a request is answered only after its own.
    """
    await rig.gateway.submit(AcknowledgeAlarm(alarm="none", by="nobody"))
    folder = tmp_path / f"after-{rig.gateway.number}"
    folder.mkdir()
    for file in tmp_path.glob("log.db*"):
        shutil.copy(file, folder / file.name)
    return SqliteStore(folder / "log.db")


def told(rig) -> int:
    """Return how many deliveries are booked."""
    (incident,) = rig.gateway.view.incidents.values()
    return sum(one.delivered is not None for one in incident.assignments.values())


@pytest.mark.parametrize("snapshot_every", [1000, 2])
async def test_after_a_crash_the_alarm_stands_the_incident_goes_on_and_nothing_is_sent_twice(
    tmp_path, monkeypatch, snapshot_every
):
    monkeypatch.setattr("gateway.writing.SNAPSHOT_EVERY", snapshot_every)
    people = Recipients()
    people.dead.add("elm/volunteer-1")
    async with running(SqliteStore(tmp_path / "log.db"), prepare=people.everywhere) as rig:
        stuck = asyncio.Event()

        async def execute(command):
            rig.driver.executed.append(command)
            await stuck.wait()

        rig.driver.execute = execute
        await rig.press()
        await rig.until(lambda: len(rig.driver.executed) == 2 and len(people.reached) == 2)
        rig.driver.say(BUTTON, "pressed", False)
        await rig.until(lambda: not rig.gateway.inbox.waiting)
        await rig.until(lambda: told(rig) == 2)
        (before,) = rig.gateway.view.alarms.values()
        (case,) = rig.gateway.view.incidents.values()
        store = await crash(tmp_path, rig)

    later = HandClock()
    later.move(seconds(1))
    after = Recipients()
    async with running(store, later, prepare=after.everywhere) as rig:
        (alarm,) = rig.gateway.view.alarms.values()
        assert (alarm.id, alarm.raised, alarm.count) == (before.id, before.raised, before.count)
        assert alarm.state is AlarmState.CLEARED_UNACKNOWLEDGED
        assert list(rig.gateway.view.incidents) == [case.id]
        # Who had the notice is left alone; who had not gets it now.
        await rig.until(lambda: after.reached)
        assert after.reached == {(case.id, "elm/volunteer-1")}
        # The driver reads everything again; the same values are no news.
        rig.driver.say(BUTTON, "pressed", False)
        # Commands under way are not given again: they end as unknown.
        assert len(rig.gateway.view.commands) == 2
        later.move(seconds(10))
        commands = rig.gateway.history.commands
        await rig.until(lambda: all(one.result for one in commands.values()))
        assert rig.driver.executed == []
        assert {one.result for one in commands.values()} == {CommandResult.UNKNOWN}
        # And the case goes on to its end under the same name.
        await rig.gateway.submit(
            RecipientAnswered(incident=case.id, responder="elm/station", answer=Answer.ACKNOWLEDGED)
        )
        await rig.gateway.submit(HandleIncident(incident=case.id, by="所长", reason="resolved"))
        assert rig.gateway.incidents[case.id].handled
        assert len(rig.gateway.incidents) == 1
    store = SqliteStore(store._path)
    await store.open(["elm"])
    assert await first_difference(store, [SCHOOL]) is None
    await store.close()


async def test_a_log_that_cannot_be_written_silences_nothing_and_the_next_snapshot_bridges_it():
    class Failing(MemoryStore):
        full = False

        async def append(self, batch, snapshot=None):
            if self.full:
                raise StoreError("the disk is full")
            await super().append(batch, snapshot)

    store, people = Failing(), Recipients()
    async with running(store, prepare=people.everywhere) as rig:
        rig.driver.say(BUTTON, "pressed", False)
        await rig.batch()
        store.full = True
        await rig.press()
        await rig.until(lambda: len(people.reached) == 3)
        assert rig.gateway.writer.failure == "the disk is full"
        store.full = False
        rig.driver.say(BUTTON, "pressed", False)
        await rig.until(lambda: not rig.gateway.writer.failure)
    with pytest.raises(ConfigError, match="are missing from the log"):
        await first_difference(store, [SCHOOL])
    async with running(store, prepare=people.everywhere) as rig:
        assert len(rig.gateway.view.alarms) == 1


async def test_a_disk_that_hangs_silences_nothing_and_what_it_writes_late_keeps_its_number(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("gateway.writing.WRITE_LIMIT_S", 0.05)
    store, people, disk = SqliteStore(tmp_path / "log.db"), Recipients(), threading.Event()
    async with running(store, prepare=people.everywhere) as rig, asyncio.TaskGroup() as group:
        rig.driver.say(BUTTON, "pressed", False)
        await rig.batch()
        try:
            stuck = group.create_task(store._run(disk.wait))  # before it the thread writes nothing
            hanging = rig.gateway.number + 1
            await rig.press()
            await rig.until(lambda: len(people.reached) == 3)
            await rig.settled()
            assert rig.gateway.writer.failure == "the disk did not answer within 0.05 s"
            await rig.until(lambda: told(rig) == 3)
            assert rig.gateway.number > hanging, "batches went on without the log"
        finally:
            disk.set()
        await stuck
        await store._run(lambda: None)  # what hung is written now
        rig.driver.say(BUTTON, "pressed", False)
        await rig.until(lambda: not rig.gateway.writer.failure)
        numbers = [one.number async for one in store.batches()]
        (before,) = rig.gateway.view.alarms.values()
        (case,) = rig.gateway.view.incidents.values()
        bridged = await store.latest_snapshot()
    assert numbers == [1, hanging, rig.gateway.number]
    assert bridged.number == rig.gateway.number
    async with running(SqliteStore(tmp_path / "log.db"), prepare=people.everywhere) as rig:
        assert list(rig.gateway.view.alarms.values()) == [before]
        assert list(rig.gateway.view.incidents.values()) == [case]
        assert rig.gateway.number == numbers[-1]


async def test_after_a_restart_many_alarms_push_no_command_out_of_the_history(monkeypatch):
    monkeypatch.setattr("gateway.history.CASE_RECORDS_READ", 5)
    monkeypatch.setattr("gateway.history.COMMANDS_KEPT", 2)
    store = MemoryStore()
    async with running(store) as rig:
        for key in ("k1", "k2"):
            await rig.gateway.submit(request(key))
            await rig.settled()
        rig.driver.say("elm/presence", "present", False)
        await rig.batch()
        rig.clock.move(seconds(180))
        await rig.until(lambda: rig.gateway.view.alarms)
        for _ in range(3):
            rig.driver.say("elm/presence", "present", True)
            await rig.batch()
            rig.driver.say("elm/presence", "present", False)
            await rig.batch()
            rig.clock.move(seconds(180))
            await rig.batch()
    async with running(store) as rig:
        known = rig.gateway.history.commands
        assert {key: one.result for key, one in known.items()} == {
            "k1": CommandResult.CONFIRMED,
            "k2": CommandResult.CONFIRMED,
        }


async def test_a_command_whose_end_is_not_in_the_log_is_unknown_and_not_under_way_for_ever():
    class Lossy(MemoryStore):
        async def append(self, batch, snapshot=None):
            if any(isinstance(one, CommandEnded) for one in batch.inputs):
                raise StoreError("the disk is full")
            await super().append(batch, snapshot)

    store = Lossy()
    async with running(store) as rig:
        await rig.gateway.submit(request("k1"))
        await rig.settled()
        await rig.gateway.submit(AcknowledgeAlarm(alarm="none", by="x"))
    async with running(store) as rig:
        record = rig.gateway.history.commands["k1"]
        assert (record.result, record.result_reason) == (
            CommandResult.UNKNOWN,
            "its end is not in the log",
        )


async def test_a_gateway_goes_on_after_the_end_of_its_log_when_the_clock_was_set_back_meanwhile():
    store, ahead = MemoryStore(), HandClock()
    async with running(store, ahead) as rig:
        rig.driver.say(BUTTON, "pressed", False)
        await rig.batch()
    wall = WallClock(wall=lambda: ahead.now() - seconds(3600), monotonic=lambda: 0)
    with capture_logs() as logs:
        async with running(store, wall) as rig:
            assert rig.gateway.clock.now() == ahead.now()
    assert {"event": "clock.behind_the_log", "seconds": 3600.0, "log_level": "warning"} in logs


async def test_a_driver_that_cannot_be_made_is_told_once_and_once_more_when_it_holds(monkeypatch):
    monkeypatch.setattr("gateway.supervisor.HEALTHY_AFTER", seconds(0.01))
    monkeypatch.setattr("protocols.backoff.Backoff.lost", lambda *_: 0)
    attempts = []

    def prepare(rig):
        (supervisor,) = rig.gateway.supervisors
        make = supervisor._make_driver

        def fails_at_first(*arguments):
            attempts.append(arguments)
            if len(attempts) < 5:
                raise ValueError("no such serial line" if len(attempts) < 4 else "busy")
            return make(*arguments)

        supervisor._make_driver = fails_at_first

    def lines(name):
        return [one for one in logs if one["event"] == name]

    with capture_logs() as logs:
        async with running(prepare=prepare) as rig:
            await rig.until(lambda: lines("driver.recovered"))
    assert len(attempts) == 5
    assert len(lines("driver.failed")) == 2, "once for each reason"
    assert [one["after"] for one in lines("driver.recovered")] == ["ValueError: busy"]


async def test_a_role_without_a_channel_is_told_once_per_notice_and_not_tried_for_ever(monkeypatch):
    monkeypatch.setattr("gateway.channels.RETRY_S", 0.01)
    with capture_logs() as logs:
        async with running() as rig:
            await rig.press()
            await rig.settled()
            await rig.until(lambda: any(one["event"] == "notice.no_channel" for one in logs))
            with rig.gateway.bus.subscribe():
                await rig.until(lambda: told(rig) == 2)
    told_of = [one for one in logs if one["event"] == "notice.no_channel"]
    assert [(one["role"], one["responder"]) for one in told_of] == [
        ("volunteer", "elm/volunteer-1")
    ]


async def test_a_store_that_cannot_be_opened_is_left_closed(tmp_path):
    path = tmp_path / "log.db"
    path.write_text("no database " * 100)
    with pytest.raises(ConfigError):
        async with running(SqliteStore(path)):
            pass
