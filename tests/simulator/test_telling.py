from scenarios.story import EVENT_KINDS
from scenarios.telling import Storyteller
from twins.alarm import (
    Alarm,
    AlarmChanged,
    AlarmEvent,
    AlarmRaised,
    AlarmRepeated,
    AlarmState,
    Severity,
)
from twins.command import Command, CommandEnded, CommandResult
from twins.incident import (
    Answer,
    Assignment,
    AssignmentChanged,
    Incident,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentOpened,
)
from twins.observation import DeviceLost, DeviceRestored
from twins.records import Output
from twins.school import Role

ALARM = Alarm(
    id="a1", kind="one-key-alarm", device="elm/button", school="elm", place="elm/gate",
    severity=Severity.ALARM, latching=True, sensed=1, raised=2,
)  # fmt: skip
INCIDENT = Incident(
    id="i1", school="elm", kind="one-key-alarm", place="elm/gate", alarms=("a1",), sensed=1,
    opened=2,
)  # fmt: skip
COMMAND = Command(
    id="c1", device="elm/lane", action="lock", not_after=9, requested_by="plan", reason="x"
)
TOLD = Assignment(responder="elm/shop", role=Role.VOLUNTEER, capable=True, notified=2, delivered=3)
ANSWERED = Assignment(
    responder="elm/shop", role=Role.VOLUNTEER, capable=True, notified=2, delivered=3,
    answer=Answer.ACCEPTED, answered=4,
)  # fmt: skip
ARRIVED = Assignment(
    responder="elm/shop", role=Role.VOLUNTEER, capable=True, notified=2, delivered=3,
    answer=Answer.ACCEPTED, answered=4, arrived=5,
)  # fmt: skip
LIFE: tuple[Output, ...] = (
    AlarmRaised(alarm=ALARM),
    IncidentOpened(incident=INCIDENT),
    COMMAND,
    AssignmentChanged(incident="i1", assignment=TOLD),
    AssignmentChanged(incident="i1", assignment=ANSWERED),
    CommandEnded(command="c1", device="elm/lane", result=CommandResult.CONFIRMED),
    AlarmRepeated(alarm="a1", count=2),
    AlarmChanged(alarm="a1", event=AlarmEvent.CLEAR, state=AlarmState.CLEARED_UNACKNOWLEDGED),
    AlarmChanged(alarm="a1", event=AlarmEvent.ACKNOWLEDGE, state=AlarmState.LATCHED, by="police"),
    AssignmentChanged(incident="i1", assignment=ARRIVED),
    IncidentAcknowledged(incident="i1", by="elm/station"),
    DeviceLost(device="elm/camera", cause="silent"),
    DeviceRestored(device="elm/camera"),
    IncidentHandled(incident="i1", by="police", reason="over", case=INCIDENT),
)


def test_a_story_tells_what_was_decided_in_its_order_and_leaves_arrivals_to_the_world() -> None:
    told = Storyteller().tell(LIFE, 7)
    assert [event.kind for event in told] == [
        "alarm-raised", "incident-opened", "command-issued", "notified", "answered",
        "command-ended", "alarm-repeated", "alarm-acknowledged", "incident-acknowledged",
        "device-lost", "device-restored", "incident-handled",
    ]  # fmt: skip
    assert all(event.at == 7 for event in told)


def test_later_outputs_know_the_alarm_and_the_action_they_belong_to() -> None:
    told = {event.kind: event for event in Storyteller().tell(LIFE, 7)}
    assert told["command-ended"].details == {"action": "lock", "result": "confirmed"}
    assert told["alarm-repeated"].details == {
        "kind": "one-key-alarm", "device": "elm/button", "place": "elm/gate", "count": 2,
    }  # fmt: skip
    assert told["alarm-acknowledged"].details["by"] == "police"


def test_every_event_keeps_to_the_words_of_its_kind() -> None:
    for event in Storyteller().tell(LIFE, 7):
        kind = EVENT_KINDS[event.kind]
        assert set(event.details) <= set(kind.details)


def test_the_four_timestamps_are_booked_once() -> None:
    teller = Storyteller()
    for now, output in enumerate(LIFE, start=2):
        teller.tell([output], now)
    teller.tell([AssignmentChanged(incident="i1", assignment=TOLD)], 99)
    times = teller.incidents["i1"]
    assert (times.sensed, times.opened) == (1, 2)
    assert (times.warned, times.acknowledged, times.handled) == (5, 12, 15)
