"""一呼百應: everybody at once, each for himself; and every command comes to one of four ends."""

from dataclasses import replace

from tests.twins.schools import ELM, MONDAY_0700, clock_time, says
from twins.alarm import InputRefused
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.engine import Engine
from twins.incident import (
    Answer,
    HandleIncident,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentOpened,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
)
from twins.instant import seconds
from twins.records import Output

NOW = MONDAY_0700


def of(kind: type, outputs: list[Output]) -> list[Output]:
    return [output for output in outputs if isinstance(output, kind)]


def pressed() -> tuple[Engine, list[Output]]:
    engine = Engine([ELM])
    return engine, engine.receive([says("button", "pressed", True, NOW)], NOW)


def test_station_guard_and_volunteers_are_told_in_the_same_breath_as_the_incident_opens():
    _, outputs = pressed()
    assert len(of(IncidentOpened, outputs)) == 1
    told = [note.responder for note in of(Notification, outputs)]
    assert told == ["elm/station", "elm/console", "elm/volunteer-1"], "the night shop is closed"


def test_at_night_the_night_shop_is_told_too():
    engine = Engine([ELM])
    night = NOW + clock_time(14)  # 21:00
    outputs = engine.receive([says("button", "pressed", True, night)], night)
    assert "elm/shop-night" in [note.responder for note in of(Notification, outputs)]


def test_the_four_timestamps_come_from_four_different_events():
    engine, _ = pressed()
    (incident_id,) = engine.incidents
    engine.receive(
        [NotificationDelivered(incident=incident_id, responder="elm/console")], NOW + seconds(1)
    )
    outputs = engine.receive(
        [
            RecipientAnswered(
                incident=incident_id, responder="elm/volunteer-1", answer=Answer.ACCEPTED
            )
        ],
        NOW + seconds(2),
    )
    assert not of(IncidentAcknowledged, outputs), "a volunteer does not answer for the station"
    engine.receive(
        [
            RecipientAnswered(
                incident=incident_id, responder="elm/station", answer=Answer.ACKNOWLEDGED
            )
        ],
        NOW + seconds(8),
    )
    incident = engine.incidents[incident_id]
    assert (incident.sensed, incident.warned, incident.acknowledged) == (
        NOW,
        NOW + seconds(1),
        NOW + seconds(8),
    )
    outputs = engine.receive(
        [HandleIncident(incident=incident_id, by="Station", reason="person detained")],
        NOW + seconds(300),
    )
    assert of(IncidentHandled, outputs)
    assert not engine.incidents


def test_an_answer_from_somebody_who_was_not_told_is_refused():
    engine, _ = pressed()
    (incident_id,) = engine.incidents
    stranger = RecipientAnswered(
        incident=incident_id, responder="elm/shop-night", answer=Answer.ACCEPTED
    )
    assert of(InputRefused, engine.receive([stranger], NOW))


def test_the_plan_gives_each_command_once_with_the_state_that_proves_it():
    _, outputs = pressed()
    commands = of(Command, outputs)
    assert [(one.device, one.action, dict(one.expects)) for one in commands] == [
        ("elm/lane", "lock", {"locked": True}),
        ("elm/speaker", "play", {"playing": True}),
    ]


def test_a_command_without_an_outcome_ends_as_unknown_one_second_after_its_limit():
    engine, outputs = pressed()
    lock = of(Command, outputs)[0]
    before = engine.advance(lock.not_after + seconds(1) - 1)
    assert not [end for end in of(CommandEnded, before) if end.command == lock.id]
    after = engine.advance(lock.not_after + seconds(1))
    (end,) = [end for end in of(CommandEnded, after) if end.command == lock.id]
    assert end.result is CommandResult.UNKNOWN


def test_an_outcome_that_comes_after_the_end_changes_nothing():
    engine, outputs = pressed()
    lock = of(Command, outputs)[0]
    engine.advance(lock.not_after + seconds(1))
    late = CommandEnded(command=lock.id, device=lock.device, result=CommandResult.CONFIRMED)
    (refused,) = engine.receive([late], lock.not_after + seconds(2))
    assert isinstance(refused, InputRefused)


def request(**changes) -> RequestCommand:
    good = RequestCommand(
        id="key-1",
        device="elm/lockers",
        action="unlock",
        arguments={"door": 7},
        requested_by="Guard A",
        reason="visitor leaves",
        not_after=NOW + seconds(5),
    )
    return replace(good, **changes)


def test_a_request_with_a_known_key_is_never_given_again():
    engine = Engine([ELM])
    (command,) = engine.receive([request()], NOW)
    assert command.expects == {"door07.closed": False}
    assert not of(Command, engine.receive([request()], NOW))
    ended = CommandEnded(command="key-1", device="elm/lockers", result=CommandResult.CONFIRMED)
    engine.receive([ended], NOW)
    assert not of(Command, engine.receive([request()], NOW))


def test_requests_that_cannot_be_right_are_refused_with_the_reason():
    engine = Engine([ELM])
    wrong = {
        "no such device": request(id="a", device="elm/lokers"),
        "no action": request(id="b", action="unlok"),
        "it came too late": request(id="c", not_after=NOW - 1),
        "49 is above 48": request(id="d", arguments={"door": 49}),
        "True is no integer": request(id="e", arguments={"door": True}),
        "it takes ['door']": request(id="f", arguments={}),
        "a name and a reason": request(id="g", reason=""),
    }
    for words, one in wrong.items():
        (end,) = of(CommandEnded, engine.receive([one], NOW))
        assert end.result is CommandResult.REFUSED
        assert words in end.reason


def test_a_key_from_outside_cannot_take_the_id_of_a_plan_s_command():
    engine = Engine([ELM])
    for number in range(1, 9):
        taken = request(id=f"elm/command/{number}")
        assert not of(Command, engine.receive([taken], NOW))
    outputs = engine.receive([says("button", "pressed", True, NOW)], NOW)
    assert len(of(Command, outputs)) == 2


def test_an_outcome_that_waits_beside_its_own_deadline_counts():
    engine, outputs = pressed()
    lock = of(Command, outputs)[0]
    late = CommandEnded(command=lock.id, device=lock.device, result=CommandResult.CONFIRMED)
    after = engine.receive([late], lock.not_after + seconds(1))
    results = [end.result for end in of(CommandEnded, after) if end.command == lock.id]
    assert results == [CommandResult.CONFIRMED]


def test_an_outcome_in_the_name_of_another_device_is_refused():
    engine, outputs = pressed()
    lock = of(Command, outputs)[0]
    stranger = CommandEnded(command=lock.id, device="elm/nosuch", result=CommandResult.CONFIRMED)
    assert of(InputRefused, engine.receive([stranger], NOW))
    assert lock.id in engine.commands


def test_a_command_with_an_argument_that_is_none_is_refused():
    engine = Engine([ELM])
    (end,) = of(CommandEnded, engine.receive([request(arguments={"door": None})], NOW))
    assert end.result is CommandResult.REFUSED


def test_a_plan_that_asks_what_cannot_be_done_is_refused_there_and_everything_else_is_given():
    far = replace(ELM.devices[4], id="oak/lane")
    oak = replace(ELM, id="oak", devices=(far,), posts=(), plans=(), responders=())
    (good,) = [plan for plan in ELM.plans if plan.kind == "one-key-alarm"]
    devices = ("elm/nothing", "oak/lane", "elm/camera", "elm/lane")
    step = replace(good.steps[0], devices=devices)
    school = replace(ELM, plans=(replace(good, steps=(step, good.steps[1])),))
    engine = Engine([school, oak])
    outputs = engine.receive([says("button", "pressed", True, NOW)], NOW)
    assert [one.device for one in of(Command, outputs)] == ["elm/lane", "elm/speaker"]
    refused = {one.device: one.reason for one in of(CommandEnded, outputs)}
    assert set(refused) == {"elm/nothing", "oak/lane", "elm/camera"}
    assert refused["oak/lane"] == "elm has no such device"
    assert of(Notification, outputs)
