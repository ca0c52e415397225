"""Commands: who asked, what it made of the device, and whether the device stays so."""

from dataclasses import replace

import pytest

from tests.twins.oak import OAK, Gatehouse, of
from twins.alarm import AlarmRaised
from twins.command import Command, CommandAudited, CommandEnded, CommandResult
from twins.commanding import issue_plan
from twins.context import Context
from twins.incident import Incident
from twins.instant import seconds


def locked() -> Gatehouse:
    """The lane is locked by a confirmed command."""
    house = Gatehouse()
    house.see("lane", locked=False)
    (command,) = of(Command, house.ask("lane", "lock"))
    house.see("lane", locked=True)
    house.end(command, CommandResult.CONFIRMED)
    house.wait(1)
    return house


def test_a_device_that_leaves_what_a_confirmed_command_made_of_it_drifts_until_it_is_back():
    house = locked()
    assert not house.standing
    house.see("lane", locked=False)
    assert house.standing == {"drift": "oak/lane"}
    house.see("lane", locked=True)
    assert not house.standing


def test_a_command_is_no_drift():
    house = locked()
    (command,) = of(Command, house.ask("lane", "release", requested_by="Guard A", **in_peak(house)))
    house.see("lane", locked=False)
    assert not house.standing, "it is under way"
    house.end(command, CommandResult.CONFIRMED)
    house.wait(60)
    assert not house.standing


def in_peak(house: Gatehouse) -> dict[str, int]:
    house.now += seconds(27_000)  # 16:30
    return {"not_after": house.now + seconds(5)}


def test_a_confirmation_that_comes_before_the_new_reading_is_no_drift():
    house = Gatehouse()
    house.see("lane", locked=False)
    (command,) = of(Command, house.ask("lane", "lock"))
    house.end(command, CommandResult.CONFIRMED)
    house.wait(9)
    house.see("lane", locked=True)
    house.wait(60)
    assert not house.standing


def test_a_confirmed_device_that_still_shows_the_old_reading_after_a_while_drifts():
    house = Gatehouse()
    house.see("lane", locked=False)
    (command,) = of(Command, house.ask("lane", "lock"))
    house.end(command, CommandResult.CONFIRMED)
    assert not of(AlarmRaised, house.wait(9))
    assert [one.alarm.kind for one in of(AlarmRaised, house.wait(1))] == ["drift"]


def test_after_an_unknown_end_nothing_is_desired_and_a_standing_drift_is_closed():
    house = locked()
    house.see("lane", locked=False)
    (command,) = of(Command, house.ask("lane", "lock"))
    house.end(command, CommandResult.UNKNOWN)
    house.wait(0)
    assert not house.standing
    house.see("lane", locked=True)
    house.see("lane", locked=False)
    assert not house.standing


@pytest.mark.parametrize("result", [CommandResult.REFUSED, CommandResult.NOT_EXECUTED])
def test_a_command_that_was_not_done_changes_nothing_that_is_desired(result):
    house = locked()
    (command,) = of(Command, house.ask("lane", "release", **in_peak(house)))
    house.end(command, result)
    house.see("lane", locked=False)
    assert house.standing == {"drift": "oak/lane"}


def test_a_message_that_has_been_played_is_no_drift():
    house = Gatehouse()
    (command,) = of(Command, house.ask("speaker", "play"))
    house.see("speaker", playing=True)
    house.end(command, CommandResult.CONFIRMED)
    house.see("speaker", playing=False)
    house.wait(60)
    assert not house.standing


def test_the_audit_record_says_who_when_why_and_how_it_stood_before_and_after():
    house = Gatehouse()
    house.see("lane", locked=False)
    start = house.now
    (command,) = of(Command, house.ask("lane", "lock", reason="shift ends"))
    house.wait(2)
    (audited,) = of(CommandAudited, house.end(command, CommandResult.CONFIRMED))
    assert audited == CommandAudited(
        command=command.id,
        device="oak/lane",
        action="lock",
        requested_by="Guard A",
        reason="shift ends",
        requested=start,
        ended=start + seconds(2),
        before={"locked": False},
        after={"locked": True},
        result=CommandResult.CONFIRMED,
    )


def test_a_refused_request_is_audited_too_and_nothing_of_it_is_kept():
    house = Gatehouse()
    for name, action, arguments in (
        ("nothing", "release", {}),
        ("lane", "melt", {}),
        ("lane", "release", {"x": 1}),
        ("lane", "release", {}),
    ):
        outputs = house.ask(name, action, arguments=arguments)
        (audited,) = of(CommandAudited, outputs)
        (ended,) = of(CommandEnded, outputs)
        assert (audited.result, audited.why) == (CommandResult.REFUSED, ended.reason)
        assert ended.reason
    assert not house.engine.state().orders.asked


def test_nobody_may_ask_in_the_name_of_a_plan():
    (ended,) = of(CommandEnded, Gatehouse().ask("lane", "lock", requested_by="plan"))
    assert "only a plan" in ended.reason


def fire(house: Gatehouse) -> Incident:
    return Incident(
        id="oak/incident/9",
        school="oak",
        kind="fire-alarm",
        place="gate",
        alarms=(),
        sensed=house.now,
        opened=house.now,
    )


def with_fire(house: Gatehouse) -> list:
    """Open a fire incident and let its plan ask, as dispatch does."""
    state = house.engine.state()
    incident = fire(house)
    state.incidents[incident.id] = incident
    context = Context([OAK], state)
    issue_plan(context, OAK, incident, house.now)
    return context.out


def test_d10_a_fire_signal_opens_nothing_by_itself_while_an_attack_incident_is_open():
    house = Gatehouse()
    assert of(Command, with_fire(house)), "without an attack the plan opens the lane"
    house.see("button", pressed=True)
    assert not of(Command, with_fire(house)), "its plan waits for a person"


def test_d10_an_operator_may_open_a_lane_while_a_fire_incident_is_open():
    house = Gatehouse()
    state = house.engine.state()
    incident = replace(fire(house), id="oak/incident/1")
    state.incidents[incident.id] = incident
    house.engine = type(house.engine)([OAK], state)
    assert of(Command, house.ask("lane", "release"))
