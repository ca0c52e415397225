"""Alarms after ISA-18.2: shelved, out of service, louder, less loud, many at once."""

from dataclasses import replace

import pytest

from tests.twins.schools import ELM, MONDAY_0700, device, says
from twins.alarm import (
    AcknowledgeAlarm,
    AlarmEvent,
    AlarmRaised,
    AlarmSeverityChanged,
    AlarmState,
    InputRefused,
    LowerSeverity,
    ResetAlarm,
    Severity,
)
from twins.alarm_groups import grouped
from twins.alarm_service import (
    SERVICE_TRANSITIONS,
    AlarmServiceChanged,
    ReturnToService,
    Service,
    ServiceEvent,
    ShelveAlarm,
    TakeOutOfService,
    UnshelveAlarm,
)
from twins.alarming import clear_alarm, raise_alarm
from twins.context import Context
from twins.engine import Engine
from twins.incident import HandleIncident, IncidentOpened
from twins.instant import milliseconds, seconds
from twins.observation import PropertyChanged
from twins.quieting import change_service
from twins.records import Output
from twins.rules.effects import ClearAlarm, RaiseAlarm
from twins.state import EngineState

NOW = MONDAY_0700
BY = {"by": "Guard A", "reason": "lens is being cleaned"}
LOITERING = {"kind": "loitering", "device": "elm/camera"}


def of(kind: type, outputs: list[Output]) -> list[Output]:
    return [output for output in outputs if isinstance(output, kind)]


def shelve(until: int) -> ShelveAlarm:
    return ShelveAlarm(**LOITERING, until=until, **BY)


def test_a_shelved_alarm_is_kept_marked_and_comes_back_by_timer():
    engine = Engine([ELM])
    engine.receive([says("camera", "loitering", True, NOW)], NOW)
    engine.receive([shelve(NOW + seconds(60))], NOW)
    (alarm,) = engine.alarms.values()
    assert (alarm.service, alarm.state) == (Service.SHELVED, AlarmState.ACTIVE_UNACKNOWLEDGED)
    assert engine.next_deadline() == NOW + seconds(60)
    (back,) = engine.advance(NOW + seconds(60))
    assert (back.event, back.service) == (ServiceEvent.TIME_UP, Service.IN_SERVICE)
    (alarm,) = engine.alarms.values()
    assert alarm.service is Service.IN_SERVICE


def test_an_alarm_that_comes_while_its_point_is_shelved_is_raised_all_the_same():
    engine = Engine([ELM])
    engine.receive([shelve(NOW + seconds(60))], NOW)
    (raised,) = of(AlarmRaised, engine.receive([says("camera", "loitering", True, NOW)], NOW))
    assert raised.alarm.service is Service.SHELVED


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("request_type", [ShelveAlarm, TakeOutOfService])
def test_a_one_key_alarm_is_never_shelved_and_never_taken_out_of_service(request_type):
    engine = Engine([ELM])
    until = {"until": NOW + seconds(60)} if request_type is ShelveAlarm else {}
    quiet = request_type(kind="one-key-alarm", device="elm/button", **until, **BY)
    (refused,) = engine.receive([quiet], NOW)
    assert isinstance(refused, InputRefused)
    assert "never disarmed" in refused.reason
    assert of(IncidentOpened, engine.receive([says("button", "pressed", True, NOW)], NOW))


def test_requests_that_cannot_be_right_are_refused_with_the_reason():
    engine = Engine([ELM])
    wrong = {
        "over already": shelve(NOW),
        "a name and a reason": replace(shelve(NOW + 1), by=" "),
        "no such device": replace(shelve(NOW + 1), device="elm/kamera"),
        "the alarm is in service": UnshelveAlarm(**LOITERING, **BY),
    }
    for words, request in wrong.items():
        (refused,) = engine.receive([request], NOW)
        assert words in refused.reason


def test_out_of_service_has_no_end_but_a_person():
    engine = Engine([ELM])
    engine.receive([shelve(NOW + seconds(60)), TakeOutOfService(**LOITERING, **BY)], NOW)
    assert not engine.advance(NOW + seconds(86_400)), "the shelf's timer went with the shelf"
    (changed,) = engine.receive([ReturnToService(**LOITERING, **BY)], NOW + seconds(86_400))
    assert changed == AlarmServiceChanged(
        **LOITERING, event=ServiceEvent.RETURN, service=Service.IN_SERVICE, **BY
    )


def test_every_way_out_of_service_leads_back():
    for service in Service:
        onward = {to for (was, _), to in SERVICE_TRANSITIONS.items() if was is service}
        assert service is Service.IN_SERVICE or Service.IN_SERVICE in onward


def knife(severity: Severity, **changes) -> RaiseAlarm:
    return RaiseAlarm(
        kind="knife", device="elm/camera", severity=severity, latching=True, sensed=NOW, **changes
    )


def test_what_came_while_an_alarm_was_out_of_service_calls_for_help_when_it_is_back():
    context = Context([ELM], EngineState())
    point = {"kind": "knife", "device": "elm/camera"}
    change_service(context, TakeOutOfService(**point, **BY), NOW)
    raise_alarm(context, knife(Severity.ALARM), NOW)
    clear_alarm(context, ClearAlarm(**point))
    assert not context.state.incidents
    change_service(context, ReturnToService(**point, **BY), NOW + seconds(9))
    (incident,) = context.state.incidents.values()
    assert incident.alarms == ("elm/alarm/1",)


@pytest.mark.requirement("R16")
def test_a_source_that_escalates_keeps_its_identity_and_never_drops_silently():
    context = Context([ELM], EngineState())
    for severity in (Severity.OBSERVATION, Severity.WARNING, Severity.ALARM):
        raise_alarm(context, knife(severity), NOW)
    raise_alarm(context, knife(Severity.WARNING), NOW)
    (alarm,) = context.state.alarms.values()
    assert (alarm.id, alarm.severity, alarm.count) == ("elm/alarm/1", Severity.ALARM, 4)
    steps = [(one.previous, one.severity) for one in of(AlarmSeverityChanged, context.out)]
    assert steps == [
        (Severity.OBSERVATION, Severity.WARNING),
        (Severity.WARNING, Severity.ALARM),
    ]
    assert len(of(AlarmRaised, context.out)) == len(of(IncidentOpened, context.out)) == 1


@pytest.mark.requirement("R16")
def test_a_lower_severity_is_an_output_with_a_reason():
    context = Context([ELM], EngineState())
    raise_alarm(context, knife(Severity.WARNING), NOW)
    raise_alarm(context, knife(Severity.OBSERVATION, reason="it was an umbrella"), NOW)
    (changed,) = of(AlarmSeverityChanged, context.out)
    assert (changed.severity, changed.reason) == (Severity.OBSERVATION, "it was an umbrella")


@pytest.mark.requirement("R16")
def test_a_person_lowers_a_severity_only_with_a_name_and_a_reason_and_never_of_a_button():
    engine = Engine([ELM])
    engine.receive([says("presence", "present", False, NOW)], NOW)
    engine.advance(NOW + seconds(180))
    (warning,) = engine.alarms
    lower = LowerSeverity(alarm=warning, severity=Severity.OBSERVATION, by="", reason="on patrol")
    assert of(InputRefused, engine.receive([lower], NOW))
    (changed,) = engine.receive([replace(lower, by="Head guard")], NOW)
    assert (changed.by, changed.severity) == ("Head guard", Severity.OBSERVATION)
    outputs = engine.receive([says("button", "pressed", True, NOW)], NOW)
    (raised,) = of(AlarmRaised, outputs)
    button = LowerSeverity(
        alarm=raised.alarm.id, severity=Severity.WARNING, by="Head guard", reason="only a child"
    )
    (refused,) = engine.receive([button], NOW)
    assert "always an alarm" in refused.reason


FLOOD = replace(
    ELM,
    devices=(
        *(replace(device(f"button-{n}", "one-key-alarm"), place=f"floor-{n % 5}") for n in range(250)),
        *(replace(device(f"camera-{n}", "camera"), place=f"floor-{n % 5}") for n in range(250)),
    ),
    posts=(),
    plans=(),
)  # fmt: skip


def test_five_hundred_alarms_in_ten_seconds_are_all_there_and_shown_as_a_few_lines():
    engine, now, told = Engine([FLOOD]), NOW, []
    for number in range(250):
        told += engine.receive(
            [
                says(f"camera-{number}", "loitering", True, now),
                says(f"button-{number}", "pressed", True, now),
            ],
            now,
        )
        now += milliseconds(40)
    assert len(of(AlarmRaised, told)) == len(engine.alarms) == 500
    groups = grouped(engine.alarms.values())
    assert len(groups) == 10
    assert [group.severity for group in groups] == [Severity.ALARM] * 5 + [Severity.OBSERVATION] * 5
    assert sorted(one for group in groups for one in group.alarms) == sorted(engine.alarms)
    assert sum(group.count for group in groups) == sum(group.unacknowledged for group in groups)


def test_a_group_shows_its_loudest_and_most_urgent_alarm_and_quiet_ones_come_last():
    engine = Engine([FLOOD])
    engine.receive(
        [says("button-0", "pressed", True, NOW), says("button-5", "pressed", True, NOW)], NOW
    )
    engine.receive([AcknowledgeAlarm(alarm="elm/alarm/1", by="Guard A")], NOW)
    (group,) = grouped(engine.alarms.values())
    assert group.state is AlarmState.ACTIVE_UNACKNOWLEDGED
    assert (group.unacknowledged, len(group.alarms)) == (1, 2)
    engine.receive([says("camera-0", "loitering", True, NOW)], NOW)
    quiet = TakeOutOfService(kind="loitering", device="elm/camera-0", **BY)
    engine.receive([quiet], NOW)
    assert [one.quiet for one in grouped(engine.alarms.values())] == [False, True]


def test_in_one_batch_alarms_go_before_telemetry_and_each_device_keeps_its_order():
    engine = Engine([ELM])
    batch = [
        says("camera", "online", True, NOW),
        says("button", "pressed", False, NOW),
        says("camera", "online", False, NOW),
        says("button", "pressed", True, NOW),
    ]
    changes = of(PropertyChanged, engine.receive(batch, NOW))
    assert [(one.device, one.value) for one in changes] == [
        ("elm/button", False),
        ("elm/button", True),
        ("elm/camera", True),
        ("elm/camera", False),
    ]


def test_a_press_after_a_case_was_closed_in_the_same_batch_still_opens_the_next_case():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    closing = HandleIncident(incident="elm/incident/1", by="Station", reason="over")
    outputs = engine.receive(
        [says("camera", "online", True, NOW), closing, says("button-2", "pressed", True, NOW)], NOW
    )
    assert of(IncidentOpened, outputs), "nothing passes what a person said"


@pytest.mark.requirement("R03")
def test_a_latched_alarm_survives_a_restart_and_ends_only_by_a_reset():
    engine = Engine([ELM])
    engine.receive([says("button", "pressed", True, NOW)], NOW)
    engine.receive([says("button", "pressed", False, NOW)], NOW + milliseconds(100))
    revived = Engine([ELM], engine.state())
    (alarm,) = revived.alarms.values()
    assert alarm.state is AlarmState.CLEARED_UNACKNOWLEDGED
    revived.advance(NOW + seconds(86_400))
    assert revived.alarms
    revived.receive([AcknowledgeAlarm(alarm=alarm.id, by="Guard A")], NOW)
    reset = ResetAlarm(alarm=alarm.id, by="Guard A", reason="place checked")
    (changed,) = revived.receive([reset], NOW)
    assert (changed.event, changed.state) == (AlarmEvent.RESET, AlarmState.NORMAL)
