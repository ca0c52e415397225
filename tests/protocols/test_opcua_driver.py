import asyncio
from dataclasses import replace

from structlog.testing import capture_logs

from protocols.interfaces import Link
from tests.protocols.opcua_bench import S7, Tap, connected, driving, emulating, moved, s7
from twins.observation import Quality


async def test_every_point_is_reported_once_and_then_when_it_changes():
    barrier = connected("barrier", s7("barrier"))
    async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
        await heard.until(lambda: len(heard.observations) == 3)
        await emulator.publish("barrier", {"opened": True})
        await heard.until_value("barrier", "opened", True)
        assert heard.values("barrier", "closed") == [False]
        assert heard.values("barrier", "opened") == [False, True]
        assert heard.values("barrier", "fault") == [False]


async def test_two_lanes_of_one_controller_are_kept_apart():
    lanes = [connected(f"lane{n}", s7("lane", block=f"Lane{n}")) for n in (1, 2)]
    async with emulating(*lanes) as (emulator, link), driving(link) as (_, heard):
        await emulator.publish("lane2", {"passages": 4_000_000_000})
        await heard.until_value("lane2", "passages", 4_000_000_000)
        assert heard.values("lane1", "passages") == [0]


async def test_no_press_of_30_ms_is_lost_between_two_publishes():
    barrier = connected("barrier", s7("barrier"))
    async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("barrier", "fault", False)
        for _press in range(10):
            await emulator.publish("barrier", {"fault": True})
            await asyncio.sleep(0.03)
            await emulator.publish("barrier", {"fault": False})
            await asyncio.sleep(0.01)
        await heard.until(lambda: heard.values("barrier", "fault") == [*[False, True] * 10, False])


async def test_a_status_without_value_is_bad_with_its_name():
    barrier = connected("barrier", s7("barrier"))
    async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
        await emulator.publish("barrier", {"closed": None})
        bad = await heard.until_bad("barrier", "closed")
        assert (bad.value, bad.cause) == (None, "BadNoCommunication")
        last = heard.latest("barrier", "opened")
        assert last is not None
        assert last.quality is Quality.GOOD


async def test_a_missing_node_makes_its_own_point_bad_and_no_other():
    model = s7("barrier")
    points = {name: point for name, point in model.points.items() if name != "fault"}
    poorer = connected("barrier", replace(model, points=points))
    async with emulating(poorer) as (emulator, link):
        described = Link(url=link.url, devices=(connected("barrier", model),))
        async with driving(described) as (_, heard):
            bad = await heard.until_bad("barrier", "fault")
            assert bad.cause == "BadNodeIdUnknown"
            await emulator.publish("barrier", {"closed": True})
            await heard.until_value("barrier", "closed", True)


async def test_a_node_of_another_type_is_not_believed():
    model = s7("lane")
    passages = replace(model.points["passages"], wire_type="s16")
    other = replace(model, points={**model.points, "passages": passages})
    async with emulating(connected("lane", other)) as (_, link):
        described = Link(url=link.url, devices=(connected("lane", model),))
        async with driving(described) as (_, heard):
            bad = await heard.until_bad("lane", "passages")
            assert bad.cause == "the node holds Int16, described is UInt32"
            await heard.until_value("lane", "locked", False)


async def test_a_server_that_was_never_there_makes_every_point_bad_with_the_reason():
    nobody = Link(url="opc.tcp://127.0.0.1:9", devices=(connected("b", s7("barrier"), 0.3),))
    async with driving(nobody) as (_, heard):
        bad = await heard.until_bad("b", "closed")
        assert bad.cause == "connection refused"
        assert {o.property for o in heard.observations} == {"closed", "opened", "fault"}


async def test_the_link_recovers_from_one_cut_after_the_other():
    barrier = connected("barrier", s7("barrier"), lost_after=1)
    with capture_logs() as logs:
        async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
            await heard.until_value("barrier", "closed", False)
            for state in (True, False):
                await emulator.cut()
                bad = await heard.until_bad("barrier", "closed")
                assert bad.cause
                await emulator.publish("barrier", {"closed": state})
                await emulator.restore()
                await heard.until_value("barrier", "closed", state)
            await emulator.publish("barrier", {"closed": True})
            await heard.until_value("barrier", "closed", True)
    transitions = [line["event"] for line in logs if line["event"].startswith("driver.")]
    once = ["driver.connected", "driver.link_lost", "driver.lost"]
    again = ["driver.connected", "driver.restored", "driver.link_lost", "driver.lost"]
    assert transitions == [*once, *again, "driver.connected", "driver.restored"]


async def test_a_subscription_that_the_server_forgot_is_noticed_and_made_anew():
    barrier = connected("barrier", s7("barrier"))
    with capture_logs() as logs:
        async with emulating(barrier) as (emulator, link), driving(link) as (_, heard):
            await heard.until_value("barrier", "closed", False)
            service = emulator._core.subscription_service
            forgotten = list(service.subscriptions)
            await service.delete_subscriptions(forgotten)
            async with asyncio.timeout(8):
                while not service.subscriptions:  # noqa: ASYNC110  the server has no event
                    await asyncio.sleep(0.05)
            await emulator.publish("barrier", {"closed": True})
            await emulator.publish("barrier", {"closed": False})
            await heard.until(lambda: heard.values("barrier", "closed") == [False, True, False])
            assert all(o.quality is Quality.GOOD for o in heard.observations)
    assert [line["reason"] for line in logs if line["event"] == "driver.link_lost"] == [
        "no publish for 1.5 s"
    ]


async def test_after_a_restart_with_other_namespace_numbers_the_right_nodes_are_found(tmp_path):
    barrier = connected("barrier", s7("barrier"), lost_after=1)
    decoy = connected("decoy", moved("barrier", "urn:decoy", tmp_path))
    async with emulating(barrier) as (first, link), driving(link) as (_, heard):
        await heard.until_value("barrier", "closed", False)
        await first.stop()
        async with emulating(decoy, barrier, url=link.url) as (second, _):
            await second.publish("decoy", {"closed": True, "fault": True})
            await second.publish("barrier", {"opened": True})
            await heard.until_value("barrier", "opened", True)
            assert True not in heard.values("barrier", "closed") + heard.values("barrier", "fault")


async def test_after_a_restart_without_the_namespace_nobody_elses_value_is_taken(tmp_path):
    barrier = connected("barrier", s7("barrier"))
    decoy = connected("decoy", moved("barrier", "urn:decoy", tmp_path))
    async with emulating(barrier) as (first, link), driving(link) as (_, heard):
        await heard.until_value("barrier", "closed", False)
        await first.stop()
        async with emulating(decoy, url=link.url) as (second, _):
            await second.publish("decoy", {"closed": True})
            bad = await heard.until_bad("barrier", "closed")
            assert bad.cause == f"the server has no namespace {S7}"
            assert True not in heard.values("barrier", "closed")


async def test_namespaces_numbered_anew_under_a_running_session_end_it(tmp_path):
    barrier = connected("barrier", s7("barrier"))
    decoy = connected("decoy", moved("barrier", "urn:decoy", tmp_path))
    async with emulating(barrier, decoy) as (emulator, link):
        alone = Link(url=link.url, devices=(barrier,))
        async with driving(alone) as (_, heard):
            await heard.until_value("barrier", "closed", False)
            assert emulator._server is not None
            await emulator._server.nodes.namespace_array.write_value(["a", "b", "c", "d"])
            bad = await heard.until_bad("barrier", "closed")
            assert bad.cause == f"the server has no namespace {S7}"


async def test_a_server_that_hangs_is_given_up_and_found_again():
    barrier = connected("barrier", s7("barrier"), lost_after=2)
    async with emulating(barrier) as (emulator, link), Tap(link.address[1]) as tap:
        tapped = Link(url=f"opc.tcp://127.0.0.1:{tap.port}", devices=(barrier,))
        async with driving(tapped) as (_, heard):
            await heard.until_value("barrier", "closed", False)
            tap.shut()
            await emulator.publish("barrier", {"closed": True})
            await heard.until_bad("barrier", "closed")
            tap.open()
            await heard.until_value("barrier", "closed", True)
