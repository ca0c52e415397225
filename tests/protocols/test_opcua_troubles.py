"""A server in trouble: what is affected turns bad with a cause, all else stays, all comes back."""

from dataclasses import replace

import pytest
from asyncua.ua.status_codes import StatusCodes
from structlog.testing import capture_logs

from protocols.faults import Fault, Faults
from protocols.interfaces import Link
from protocols.opcua.emulator import OpcuaEmulator
from protocols.opcua.faults import ServerFaults
from tests.protocols.opcua_bench import ANY_PORT, connected, driving, emulating, moved, obey, s7
from twins.instant import milliseconds
from twins.observation import Quality
from twins.streams import Streams


def by_seed(**odds):
    chosen = {Fault[name]: odd for name, odd in odds.items()}
    return Faults(stream=Streams(3).stream("faults"), odds=chosen, delay=milliseconds(300))


def reasons(logs, event="driver.link_lost"):
    return [line["reason"] for line in logs if line["event"] == event]


async def test_a_frozen_subscription_is_found_and_made_anew_within_the_silence_allowed():
    button = connected("barrier", s7("barrier"), lost_after=2)
    with capture_logs() as logs:
        async with emulating(button) as (emulator, link), driving(link) as (_, heard):
            await heard.until_value("barrier", "closed", False)
            emulator.disturb(ServerFaults(frozen=True))
            await emulator.publish("barrier", {"closed": True})
            seen = await heard.until_value("barrier", "closed", True)
            assert seen.quality is Quality.GOOD
            emulator.disturb(ServerFaults())
            await emulator.publish("barrier", {"closed": False})
            await heard.until_value("barrier", "closed", False)
            assert all(one.quality is Quality.GOOD for one in heard.observations)
    assert set(reasons(logs)) <= {"no publish for 1.5 s"}


async def test_a_point_that_its_subscription_keeps_quiet_is_read_and_at_last_polled():
    barrier = connected("barrier", s7("barrier"), lost_after=2)
    quiet = ServerFaults(deaf=frozenset({("barrier", "closed")}))
    with capture_logs() as logs:
        async with emulating(barrier) as (emulator, link), driving(link) as (driver, heard):
            await heard.until_value("barrier", "closed", False)
            emulator.disturb(quiet)
            for lost, closed in ((1, True), (2, False), (2, True)):
                await emulator.publish("barrier", {"closed": closed})
                await heard.until_value("barrier", "closed", closed)
                await heard.within(4, lambda n=lost: len(reasons(logs)) == n)
                await heard.within(4, lambda: driver.agreed is not None)
            assert all(one.quality is Quality.GOOD for one in heard.observations)
    assert reasons(logs) == ["the subscription does not tell of barrier.closed"] * 2
    assert len([line for line in logs if line["event"] == "opcua.deaf"]) == 1


async def test_a_server_without_subscriptions_is_polled():
    barrier = connected("barrier", s7("barrier"), lost_after=2)
    with capture_logs() as logs:
        async with emulating(barrier) as (emulator, link):
            emulator.disturb(ServerFaults(polled_only=True))
            async with driving(link) as (driver, heard):
                await heard.until_value("barrier", "closed", False)
                await emulator.publish("barrier", {"closed": True})
                await heard.until_value("barrier", "closed", True)
                assert driver.agreed is None
                await emulator.cut()
                await heard.until_bad("barrier", "closed")
                await emulator.restore()
                await heard.until_value("barrier", "closed", True)
    assert reasons(logs, "opcua.polling")[0] == "BadServiceUnsupported"


async def test_a_point_that_the_server_will_not_watch_is_polled_and_its_neighbours_are_not():
    barrier = connected("barrier", s7("barrier"), lost_after=2)
    async with emulating(barrier) as (emulator, link):
        emulator.disturb(ServerFaults(refused=frozenset({("barrier", "closed")})))
        async with driving(link) as (driver, heard):
            await heard.until_value("barrier", "closed", False)
            await emulator.publish("barrier", {"closed": True, "opened": True})
            await heard.until_value("barrier", "closed", True)
            await heard.until_value("barrier", "opened", True)
            assert {one.point for one in driver.agreed.items} == {"opened", "fault"}


async def test_a_half_open_connection_is_given_up_and_its_points_turn_bad_with_the_cause():
    barrier = connected("barrier", s7("barrier"), lost_after=2)
    async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("barrier", "closed", False)
        emulator.disturb(ServerFaults(hung=True, frozen=True))
        await emulator.publish("barrier", {"closed": True})
        bad = await heard.until_bad("barrier", "closed")
        assert bad.cause in ("no publish for 1.5 s", "the server does not answer in time")
        emulator.disturb(ServerFaults())
        await heard.until_value("barrier", "closed", True)


async def test_answers_that_come_late_but_in_time_harm_nothing():
    barrier = connected("barrier", s7("barrier"), lost_after=2)
    async with emulating(barrier) as (emulator, link):
        late = by_seed(DELAY=0.7)
        emulator.misbehave(late)
        async with driving(link) as (_, heard):
            await heard.until_value("barrier", "closed", False)
            await emulator.publish("barrier", {"closed": True})
            await heard.until_value("barrier", "closed", True)
            await heard.within(8, lambda: late.done.get(Fault.DELAY, 0) >= 3)
            assert all(one.quality is Quality.GOOD for one in heard.observations)


@pytest.mark.parametrize("fault", ["REFUSE", "FORGET"])
async def test_requests_that_fail_and_subscriptions_that_vanish_cost_no_value(fault):
    barrier = connected("barrier", s7("barrier"), lost_after=10)
    async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("barrier", "closed", False)
        faults = by_seed(**{fault: 0.3})
        emulator.misbehave(faults)
        for closed in (True, False, True):
            await emulator.publish("barrier", {"closed": closed})
            await heard.until_value("barrier", "closed", closed)
        await heard.within(20, lambda: faults.done.get(Fault[fault], 0) >= 2)
        emulator.misbehave(None)
        await emulator.publish("barrier", {"closed": False})
        await heard.until_value("barrier", "closed", False)
        assert all(one.quality is Quality.GOOD for one in heard.observations)


async def test_a_request_that_is_never_answered_loses_the_points_and_they_come_back():
    barrier = connected("barrier", s7("barrier"), lost_after=2)
    async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("barrier", "closed", False)
        emulator.misbehave(by_seed(HALF_OPEN=1))
        await heard.until_bad("barrier", "closed")
        emulator.misbehave(None)
        emulator.disturb(ServerFaults())
        await heard.until_value("barrier", "closed", False)


async def test_a_bad_status_is_its_own_point_s_alone_and_goes_by_itself():
    barrier = connected("barrier", s7("barrier"))
    async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("barrier", "fault", False)
        for status, cause in (
            (StatusCodes.BadSensorFailure, "BadSensorFailure"),
            (StatusCodes.BadOutOfService, "BadOutOfService"),
        ):
            await emulator.spoil("barrier", "closed", status)
            await heard.until(lambda cause=cause: heard.latest("barrier", "closed").cause == cause)
            assert heard.latest("barrier", "closed").value is None
        await emulator.publish("barrier", {"closed": True})
        await heard.until_value("barrier", "closed", True)
        assert heard.values("barrier", "opened") == heard.values("barrier", "fault") == [False]


def test_what_no_server_of_this_protocol_can_do_is_refused():
    emulator = OpcuaEmulator(Link(url=ANY_PORT, devices=()), obey)
    with pytest.raises(ValueError, match="cannot do this: drop, wrong-unit"):
        emulator.misbehave(by_seed(WRONG_UNIT=0.1, DROP=0.1))


async def test_after_a_restart_with_shifted_namespaces_the_state_is_read_and_no_other_node():
    barrier = connected("barrier", s7("barrier"), lost_after=1)
    async with emulating(barrier) as (emulator, link), driving(link) as (driver, heard):
        await heard.until_value("barrier", "closed", False)
        await emulator.publish("barrier", {"opened": True})
        await heard.until_value("barrier", "opened", True)
        for shifted in (1, 2):
            old = driver._session
            await emulator.restart(shifted=shifted)
            await heard.within(8, lambda old=old: driver._session not in (None, old))
            await emulator.publish("barrier", {"closed": shifted == 1})
            await heard.until_value("barrier", "closed", shifted == 1)
        assert heard.latest("barrier", "opened").value is True
        assert True not in heard.values("barrier", "fault")


async def test_what_the_server_made_of_the_request_is_kept_and_can_be_printed():
    barrier = connected("barrier", s7("barrier"))
    async with emulating(barrier) as (_, link), driving(link) as (driver, heard):
        await heard.until_value("barrier", "closed", False)
        lines = driver.agreed.lines()
        assert lines[0] == "published every 100 ms, alive every 500 ms"
        assert "barrier.closed: sampled every 100 ms, queue of 10" in lines[1:]
        assert len(lines) == 4


async def test_of_more_changes_than_a_queue_holds_the_latest_are_seen():
    model = s7("lane")
    slow = replace(model, subscription=replace(model.subscription, publish=milliseconds(800)))
    lane = connected("lane", slow)
    async with emulating(lane) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("lane", "passages", 0)
        for count in range(1, 31):
            await emulator.publish("lane", {"passages": count})
        await heard.until_value("lane", "passages", 30)
        assert heard.values("lane", "passages")[-3:] == [28, 29, 30]


@pytest.mark.parametrize("missed", [1, 5])
async def test_a_message_that_never_came_makes_everything_be_read_again(missed):
    barrier = connected("barrier", s7("barrier"), lost_after=60)
    with capture_logs() as logs:
        async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
            await heard.until_value("barrier", "closed", False)
            emulator.disturb(ServerFaults(deaf=frozenset({("barrier", "opened")})))
            await emulator.publish("barrier", {"opened": True})
            (subscription,) = emulator._core.subscription_service.subscriptions.values()
            subscription._notification_seq += missed
            await heard.until_value("barrier", "opened", True)
    (reason,) = reasons(logs, "opcua.gap")
    assert reason.endswith("was published and never came")


async def test_nothing_of_an_old_session_is_reported(tmp_path):
    barrier = connected("barrier", s7("barrier"), lost_after=1)
    decoy = connected("decoy", moved("barrier", "urn:decoy", tmp_path))
    async with emulating(barrier, decoy) as (emulator, link), driving(link) as (driver, heard):
        await heard.until_value("barrier", "closed", False)
        old = driver._session
        await emulator.restart(shifted=1)
        await heard.within(8, lambda: driver._session not in (None, old))
        told = len(heard.observations)
        waiting = old.batches.qsize()
        old._subscription._hands.take(None)
        assert old.batches.qsize() == waiting
        assert len(heard.observations) == told
