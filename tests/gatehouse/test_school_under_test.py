# ruff: noqa: F811  a fixture is an argument of the same name
"""What an integrator's own tests may look like; `docs/testing.md` shows the same."""

import pytest

from gatehouse.pytest_plugin import gatehouse_school  # noqa: F401  given by the plugin, once installed
from twins.alarm import AcknowledgeAlarm
from twins.command import CommandResult
from twins.instant import seconds


async def test_a_press_over_the_wire_calls_everybody(gatehouse_school):
    async with gatehouse_school("demo-primary") as school:
        school.press("wireless-button")
        await school.until(school.incidents)
        await school.until(lambda: school.value("lane-1", "locked"))

        (alarm,) = school.alarms("one-key-alarm")
        assert alarm.device == "demo-primary/wireless-button"
        await school.until(lambda: len(school.notices) >= 3)
        assert {"demo-primary/station"} <= {one.responder for one in school.notices}

        await school.submit(AcknowledgeAlarm(alarm=alarm.id, by="guard-1"))
        assert school.alarms("one-key-alarm")[0].acknowledged


async def test_an_empty_post_is_noticed_after_three_minutes_that_cost_nothing(gatehouse_school):
    async with gatehouse_school("demo-primary", start="Mo 10:00") as school:
        school.change("post-presence", present=False)
        await school.until(lambda: school.value("post-presence", "present") is False)

        await school.advance(seconds(170))
        assert not school.alarms("guard-off-post")
        await school.advance(seconds(25))  # 180 s, and 10 s of grace
        assert school.alarms("guard-off-post")


async def test_a_command_goes_over_the_wire_and_comes_back_confirmed(gatehouse_school):
    async with gatehouse_school("demo-primary") as school:
        ended = await school.order("barrier", "open")

        assert ended.result is CommandResult.CONFIRMED, ended.reason
        assert school.value("barrier", "opened") is True


async def test_a_cut_link_is_told_with_its_devices_and_comes_back(gatehouse_school):
    async with gatehouse_school("demo-primary") as school:
        await school.cut("booth-environment")
        await school.until(lambda: school.value("booth-environment", "temperature") is None)
        assert school.value("gate-button", "pressed") is False

        await school.restore("booth-environment")
        await school.until(lambda: school.value("booth-environment", "temperature") is not None)


async def test_what_a_school_does_not_have_is_told(gatehouse_school):
    async with gatehouse_school("demo-primary") as school:
        with pytest.raises(KeyError, match="no device 'gate-buton'"):
            school.press("gate-buton")
        with pytest.raises(TypeError, match="nobody can press it"):
            school.press("siren")
        with pytest.raises(KeyError, match="has no colour"):
            school.change("siren", colour="red")
