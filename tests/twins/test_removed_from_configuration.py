"""A snapshot may name what is no longer configured: it is settled and told, and nothing raises."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.ash import ASH
from tests.twins.oak import OAK, admit, register, steps_before_admission
from tests.twins.removals import without
from tests.twins.schools import ELM, MONDAY_0700
from twins.alarm import AcknowledgeAlarm, AlarmState, ResetAlarm
from twins.announcement import AnnounceTest, ButtonTestEnded
from twins.call import AnswerCall, CallChanged, CallState, OfferCall
from twins.capability import capabilities
from twins.command import CommandEnded, CommandResult, RequestCommand
from twins.duty import CheckIn
from twins.engine import Engine
from twins.fire_signal import DecideFireSignal
from twins.incident import (
    Answer,
    HandleIncident,
    IncidentHandled,
    NotificationDelivered,
    RaiseHelpLevel,
    RecipientAnswered,
)
from twins.instant import seconds
from twins.locker import AssignLocker, FreeLocker
from twins.mobilisation import UnitReleased
from twins.observation import Observation, Quality
from twins.records import decode_record, encode_record
from twins.removed import RemovedFromConfiguration, Sort
from twins.sighting import DecideHit, HitVerdict
from twins.state import decode_state, encode_state
from twins.visit import LeaveVisit, ReportBypass, SendToReception, StartInspection

NOW = MONDAY_0700
CAR = ASH.responders[2]
SHARED = replace(CAR, id="car")
SCHOOLS = (
    replace(ELM, responders=(*ELM.responders, SHARED)),
    OAK,
    replace(ASH, responders=(*ASH.responders, SHARED)),
)


def of(kind, outputs):
    return [one for one in outputs if isinstance(one, kind)]


def says(device, name, value, quality=Quality.GOOD, age=0):
    def at(now):
        return Observation(
            device=device,
            property=name,
            value=value if quality is Quality.GOOD else None,
            quality=quality,
            cause="" if quality is Quality.GOOD else "no answer",
            source_time=now - seconds(age),
            receive_time=now,
        )

    return at


def asks(device, action, key, **arguments):
    def at(now):
        return RequestCommand(
            id=key,
            device=device,
            action=action,
            arguments=arguments,
            requested_by="Guard A",
            reason="test",
            not_after=now + seconds(5),
        )

    return at


def points():
    """Every property of every device, with the values that its type can have."""
    values = {"boolean": [True, False], "integer": [1, 2, 4], "number": [0.9], "string": ["none"]}
    for school in SCHOOLS:
        for device in school.devices:
            for name, spec in capabilities()[device.capability].properties.items():
                if not name.startswith("door") or name == "door03.closed":
                    yield device.id, name, values[spec.type]


observations = st.sampled_from(list(points())).flatmap(
    lambda point: st.builds(
        says,
        st.just(point[0]),
        st.just(point[1]),
        st.sampled_from(point[2]),
        st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.UNCERTAIN, Quality.BAD]),
        st.sampled_from([0, 0, 20]),
    )
)
alarming = st.sampled_from(
    [
        says("elm/button", "pressed", True),
        says("ash/button", "pressed", True),
        says("ash/dormitory-button", "pressed", True),
        says("oak/button", "pressed", True),
        says("ash/panel", "alarm", True),
        says("ash/gate-face", "subject", "person-17"),
        says("ash/gate-face", "list", "list-1"),
    ]
)
BY = {"by": "Guard A", "reason": "test"}


def person(school, number):
    case, alarm = f"{school}/incident/{number}", f"{school}/alarm/{number}"
    seat = f"{school}/station"
    return [
        AcknowledgeAlarm(alarm=alarm, by="Guard A"),
        ResetAlarm(alarm=alarm, **BY),
        HandleIncident(incident=case, **BY),
        RaiseHelpLevel(incident=case, **BY),
        NotificationDelivered(incident=case, responder=seat),
        RecipientAnswered(incident=case, responder=seat, answer=Answer.ACKNOWLEDGED),
        RecipientAnswered(incident=case, responder="car", answer=Answer.ACCEPTED),
        RecipientAnswered(incident=case, responder="car", answer=Answer.ARRIVED),
        ReportBypass(device=f"{school}/lane", by="Guard A"),
        CheckIn(post=f"{school}/post", by="guard-1"),
        lambda now: AnnounceTest(
            subject=f"{school}/button", start=now, until=now + seconds(60), **BY
        ),
    ]


people = st.sampled_from(
    [
        *(
            one
            for school in ("elm", "oak", "ash")
            for number in (1, 2)
            for one in person(school, number)
        ),
        *steps_before_admission(),
        admit(),
        register("v2"),
        LeaveVisit(visit="v1", by="Guard A"),
        SendToReception(visit="v2", room="oak/room", by="Guard A"),
        StartInspection(visit="v2", detector="oak/detector", by="Guard A"),
        AssignLocker(visit="v1", device="oak/lockers", door=3, by="Guard A"),
        FreeLocker(device="oak/lockers", door=3, by="Guard A"),
        OfferCall(device="ash/intercom", peer="gate", by="Guard A"),
        AnswerCall(call="ash/call/1", by="Guard A"),
        DecideFireSignal(device="ash/panel", evacuate=True, **BY),
        DecideHit(hit="ash/hit/1", verdict=HitVerdict.SAME, **BY),
        asks("oak/lane", "release", "key-1"),
        asks("oak/sluice-a", "unlock", "key-2"),
        asks("elm/speaker", "play", "key-3"),
        asks("ash/speaker", "say", "key-4", text="stay"),
    ]
)
days = st.lists(
    st.tuples(st.lists(observations | alarming | people, max_size=4), st.integers(0, 700)),
    max_size=20,
)
devices = [device.id for school in SCHOOLS for device in school.devices]
responders = sorted({one.id for school in SCHOOLS for one in school.responders})
removals = st.sampled_from([*devices, *responders, *(school.id for school in SCHOOLS)])


def step(engine, inputs, now):
    outputs = engine.receive([one(now) if callable(one) else one for one in inputs], now)
    for output in outputs:
        assert decode_record(*encode_record(output)) == output
    return outputs


def wait(engine, until):
    """Meet each deadline at its instant, as the shells do."""
    now = engine.state().latest
    for _ in range(300):
        due = engine.next_deadline()
        if due is None or due > until:
            return
        now = max(due, now)
        step(engine, (), now)


@settings(max_examples=200, deadline=None)
@given(days, st.integers(0, 20), removals)
def test_whatever_is_taken_out_a_snapshot_runs_on_and_the_other_alarms_stand(day, cut, name):
    engine, now = Engine(SCHOOLS), NOW
    for inputs, gap in day[:cut]:
        now += seconds(gap)
        step(engine, inputs, now)
    before = engine.state()
    left = without(SCHOOLS, name)
    revived = Engine(left, decode_state(encode_state(before)))
    kept = {device.id for school in left for device in school.devices}
    for alarm in before.alarms.values():
        if alarm.device in kept:
            assert revived.alarms[alarm.id] == alarm
    open_schools = {school.id for school in left}
    for incident in before.incidents.values():
        assert (incident.id in revived.incidents) is (incident.school in open_schools)
    for inputs, gap in day[cut:]:
        now += seconds(gap)
        step(revived, inputs, now)
    wait(revived, now + seconds(3600))
    again = Engine(left, decode_state(encode_state(revived.state())))
    assert not of(RemovedFromConfiguration, again.receive((), now + seconds(3600)))


def after(*inputs):
    engine = Engine(SCHOOLS)
    step(engine, inputs, NOW)
    return engine.state()


def test_the_case_of_a_removed_school_is_handled_with_the_reason_and_its_car_is_free():
    coming = RecipientAnswered(
        incident="elm/incident/1", responder="car", answer=Answer.ACKNOWLEDGED
    )
    elm, ash = says("elm/button", "pressed", True), says("ash/button", "pressed", True)
    state = after(elm, coming, ash)
    engine = Engine(without(SCHOOLS, "elm"), state)
    assert engine.next_deadline() == 0, "it is to be told at once"
    outputs = engine.receive((), NOW + seconds(1))
    (handled,) = of(IncidentHandled, outputs)
    assert (handled.incident, handled.by) == ("elm/incident/1", "platform")
    assert handled.reason == "elm: it is no longer configured"
    assert "car" in {one.responder for one in of(UnitReleased, outputs)}
    (removed,) = of(RemovedFromConfiguration, outputs)
    assert (removed.subject, removed.sort) == ("elm", Sort.SCHOOL)
    assert removed.dropped == ("elm/alarm/1",)
    assert set(engine.incidents) == {"ash/incident/1"}


def test_the_alarm_of_a_removed_button_stands_until_a_person_resets_it():
    state = after(says("elm/button", "pressed", True))
    engine = Engine(without(SCHOOLS, "elm/button"), state)
    (alarm,) = engine.alarms.values()
    assert alarm.state is AlarmState.CLEARED_UNACKNOWLEDGED, "its cause cannot be seen any more"
    (incident,) = engine.incidents
    (removed,) = of(RemovedFromConfiguration, engine.receive((), NOW))
    assert (removed.subject, removed.sort) == ("elm/button", Sort.DEVICE)
    ends = [
        AcknowledgeAlarm(alarm=alarm.id, by="Guard A"),
        ResetAlarm(alarm=alarm.id, **BY),
        HandleIncident(incident=incident, **BY),
    ]
    engine.receive(ends, NOW + seconds(1))
    assert not engine.alarms
    assert not engine.incidents


def test_what_a_removed_device_was_asked_is_unknown_its_call_failed_and_its_test_is_over():
    test = AnnounceTest(subject="elm/button", start=NOW, until=NOW + seconds(60), **BY)
    ring = OfferCall(device="ash/intercom", peer="gate", by="Guard A")
    state = after(test, ring, asks("elm/speaker", "play", "key-1"))
    left = SCHOOLS
    for name in ("elm/button", "elm/speaker", "ash/intercom"):
        left = without(left, name)
    outputs = Engine(left, state).receive((), NOW + seconds(1))
    ended = {one.device: one.result for one in of(CommandEnded, outputs)}
    unknown = CommandResult.UNKNOWN
    assert ended == {"elm/speaker": unknown, "ash/intercom": unknown}
    (call,) = of(CallChanged, outputs)
    assert call.call.state is CallState.FAILED
    (over,) = of(ButtonTestEnded, outputs)
    assert (over.test, over.by) == ("elm/test/1", "platform")


def test_what_was_removed_is_told_when_the_engine_is_live_and_not_while_it_replays():
    engine = Engine(without(SCHOOLS, "oak"), after())
    assert not of(RemovedFromConfiguration, engine.replay((), NOW + seconds(1)))
    (removed,) = of(RemovedFromConfiguration, engine.receive((), NOW + seconds(2)))
    assert removed.subject == "oak"
    assert not of(RemovedFromConfiguration, engine.receive((), NOW + seconds(3)))
