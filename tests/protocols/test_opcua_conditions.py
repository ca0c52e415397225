"""An alarm of an OPC UA server as a property of a twin, over everything that may happen to it."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from protocols.descriptions import read_model
from protocols.interfaces import Link
from protocols.opcua.faults import ServerFaults
from tests.protocols.opcua_bench import connected, driving, emulating
from twins.documents import ConfigError

PANEL = """
model: vendor-panel
is: fire-alarm-panel
protocol: opcua
title: A panel that tells of its alarms as conditions
source: Gatehouse's own, for these tests
namespaces: {v: "urn:vendor"}
properties:
  alarm: {at: 'v:s=Panel', condition: Fire}
  fault: {at: 'v:/Panel/Fault', condition: true}
  pre_alarm: {at: 'v:s=Panel', condition: Fire, field: AckedState, not: true}
  disabled: {at: 'v:s=Panel.Disabled'}
"""


@pytest.fixture
def panel(tmp_path):
    file = tmp_path / "vendor-panel.yaml"
    file.write_text(PANEL)
    return connected("panel", read_model(str(file)), 2)


async def test_what_does_not_stand_is_good_and_false_from_the_beginning(panel):
    async with emulating(panel) as (_, link), driving(link) as (_, heard):
        for name in ("alarm", "fault", "pre_alarm", "disabled"):
            await heard.until_value("panel", name, False)


async def test_an_alarm_that_is_raised_and_goes_is_a_property_that_is_true_and_false(panel):
    async with emulating(panel) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("panel", "alarm", False)
        for standing in (True, False, True):
            await emulator.publish("panel", {"alarm": standing})
            seen = await heard.until_value("panel", "alarm", standing)
            assert seen.source_time <= seen.receive_time
        assert heard.values("panel", "fault") == [False]
        await emulator.publish("panel", {"pre_alarm": True, "fault": True})
        await heard.until_value("panel", "pre_alarm", True)
        await heard.until_value("panel", "fault", True)
        assert heard.values("panel", "alarm") == [False, True, False, True]


async def test_a_condition_that_came_or_went_while_nobody_listened_is_known_after_reconnecting(
    panel,
):
    async with emulating(panel) as (emulator, link):
        await emulator.publish("panel", {"alarm": True})
        async with driving(link) as (_, heard):
            await heard.until_value("panel", "alarm", True)
            await emulator.cut()
            await heard.until_bad("panel", "alarm")
            await emulator.publish("panel", {"alarm": False, "fault": True})
            await emulator.restore()
            await heard.until_value("panel", "alarm", False)
            await heard.until_value("panel", "fault", True)


async def test_after_a_gap_conditions_are_asked_for_again(panel):
    async with emulating(panel) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("panel", "alarm", False)
        condition = emulator._alarms._of["panel", "alarm"]
        condition.raws["ActiveState"] = True
        (subscription,) = emulator._core.subscription_service.subscriptions.values()
        with capture_logs() as logs:
            subscription._notification_seq += 1
            await heard.until_value("panel", "alarm", True)
        assert "opcua.gap" in {line["event"] for line in logs}


async def test_without_subscriptions_the_points_of_conditions_are_bad_and_no_others(panel):
    async with emulating(panel) as (emulator, link):
        emulator.disturb(ServerFaults(polled_only=True))
        async with driving(link) as (_, heard):
            bad = await heard.until_bad("panel", "alarm")
            assert bad.cause.startswith("the server has no subscriptions")
            await heard.until_value("panel", "disabled", False)


async def test_a_server_that_cannot_say_which_conditions_stand_makes_them_bad(panel):
    alone = {"disabled": panel.model.points["disabled"]}
    without = replace(panel, model=replace(panel.model, points=alone))
    async with emulating(without) as (_, link):
        described = Link(url=link.url, devices=(panel,))
        async with driving(described) as (_, heard):
            bad = await heard.until_bad("panel", "alarm")
            assert bad.cause == "the server does not say which conditions stand (BadNothingToDo)"
            await heard.until_value("panel", "disabled", False)


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ("{at: 'v:s=P', condition: Fire, field: ActivState}", "did you mean 'ActiveState'"),
        ("{at: 'v:s=P', condition: Fire, field: Severity, as: bool}", "Severity is u16, not bool"),
    ],
)
def test_a_condition_that_cannot_be_is_told(tmp_path, point, message):
    file = tmp_path / "vendor-panel.yaml"
    file.write_text(PANEL.replace("{at: 'v:s=Panel', condition: Fire}", point))
    with pytest.raises(ConfigError) as caught:
        read_model(str(file))
    assert message in caught.value.problems[0].message
