"""值守監督: what a guard's state is, what shows it, and a shift report without anybody's face."""

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import NewType, get_args, get_type_hints

import pytest

from tests.twins.elm_duty import GATE, PLANNED, STOP, holds, told
from tests.twins.schools import ELM, MONDAY_0700, says
from twins.alarm import AlarmRaised
from twins.capability import capabilities
from twins.duty import CheckIn, DutyPlan, DutyRole, PatrolDone
from twins.engine import Engine
from twins.guard_state import GuardEvidence, GuardSense, GuardState, GuardStateChanged
from twins.instant import seconds
from twins.management.shift_report import ShiftReport, shift_report
from twins.observation import Quality
from twins.opaque_id import OpaqueId

MINUTE = seconds(60)
HOUR = 60 * MINUTE


def seen(engine, at, **values):
    """Return the guard states told after these readings."""
    outputs = engine.receive([says("presence", name, one, at) for name, one in values.items()], at)
    return [one for one in outputs if isinstance(one, GuardStateChanged)]


@pytest.mark.requirement("R40")
@pytest.mark.parametrize(
    ("readings", "state", "shown"),
    [
        ({"present": True}, "on post", ["present"]),
        ({"seat": False, "present": True}, "on post", ["present"]),
        (
            {"seat": True, "badge": True, "attentive": True, "equipped": True, "present": True},
            "on post",
            ["present", "seat", "badge", "attentive", "equipped"],
        ),
        ({"present": False}, "away", ["present"]),
        ({"seat": False, "badge": True, "present": False}, "away", ["present", "seat"]),
        ({"present": True, "attentive": False}, "inattentive", ["attentive"]),
        ({"present": True, "equipped": False}, "without equipment", ["equipped"]),
        ({"seat": True}, "unknown", []),
    ],
)
def test_each_state_stands_with_the_readings_that_show_it_and_their_times(readings, state, shown):
    engine, told_ = Engine([ELM]), []
    times = {name: MONDAY_0700 + seconds(number) for number, name in enumerate(readings)}
    for name, value in readings.items():
        told_ += seen(engine, times[name], **{name: value})
    last = told_[-1]
    assert last.states == (GuardState(state),)
    assert (last.school, last.post, last.device) == ("elm", "elm/post", "elm/presence")
    assert [(one.sense, one.value, one.at) for one in last.evidence] == [
        (name, readings[name], times[name]) for name in shown
    ]
    assert {one.state for one in last.evidence} <= set(last.states)


def test_everything_that_agrees_is_evidence_and_what_contradicts_is_not():
    engine = Engine([ELM])
    seen(engine, MONDAY_0700, seat=False, badge=True, present=True)
    (away,) = seen(engine, MONDAY_0700 + 5, present=False)
    assert away.evidence == (
        GuardEvidence(
            state=GuardState.AWAY, sense=GuardSense.PRESENT, value=False, at=MONDAY_0700 + 5
        ),
        GuardEvidence(state=GuardState.AWAY, sense=GuardSense.SEAT, value=False, at=MONDAY_0700),
    )


def test_a_guard_may_be_inattentive_and_without_equipment_at_once_but_away_is_only_away():
    engine = Engine([ELM])
    seen(engine, MONDAY_0700, present=True, attentive=False)
    (both,) = seen(engine, MONDAY_0700 + 1, equipped=False)
    assert both.states == (GuardState.INATTENTIVE, GuardState.WITHOUT_EQUIPMENT)
    (away,) = seen(engine, MONDAY_0700 + 2, present=False)
    assert away.states == (GuardState.AWAY,)
    assert seen(engine, MONDAY_0700 + 3, attentive=True) == [], "nothing new is not told again"


def test_a_lost_sensor_makes_the_state_unknown_and_closes_no_warning():
    engine = Engine([ELM])
    seen(engine, MONDAY_0700, present=False)
    engine.advance(MONDAY_0700 + seconds(180))
    bad = says("presence", "present", None, MONDAY_0700, Quality.BAD, "no answer")
    outputs = engine.receive([bad], MONDAY_0700 + seconds(200))
    (lost,) = (one for one in outputs if isinstance(one, GuardStateChanged))
    assert (lost.states, lost.evidence) == ((GuardState.UNKNOWN,), ())
    assert "guard-off-post" in {alarm.kind for alarm in engine.alarms.values()}


def test_every_sense_is_a_property_of_the_capability_and_every_one_says_yes_or_no():
    presence = capabilities()["guard-post-presence"]
    assert set(presence.properties) == set(GuardSense)
    assert {spec.type for spec in presence.properties.values()} == {"boolean"}


def recorded_shift():
    """Play 07:00–13:00 at the gate, and return the records."""
    engine, records = Engine([PLANNED]), []

    def at(minute, *inputs):
        now = MONDAY_0700 + minute * MINUTE
        records.extend(told(engine, now))
        records.extend((now, one) for one in engine.receive(inputs, now))

    def presence(minute, name, value):
        at(minute, says("presence", name, value, MONDAY_0700 + minute * MINUTE))

    presence(-30, "present", True)
    at(5, PatrolDone(patrol="elm/video", by="seat-2"))
    at(10, CheckIn(post="elm/post", by="guard-1"))
    presence(60, "attentive", False)
    presence(70, "attentive", True)
    presence(120, "equipped", False)
    presence(140, "equipped", True)
    presence(200, "present", False)
    presence(210, "present", True)
    presence(295, "present", False)
    presence(335, "present", True)
    at(360)
    return records


SHIFT = (MONDAY_0700, MONDAY_0700 + 6 * HOUR)


@pytest.mark.requirement("R40")
def test_the_shift_report_tells_how_long_the_guard_was_in_which_state_with_the_evidence():
    records = recorded_shift()
    report = shift_report(PLANNED, GATE, SHIFT, records)
    assert report.time(GuardState.INATTENTIVE) == 10 * MINUTE
    assert report.time(GuardState.WITHOUT_EQUIPMENT) == 20 * MINUTE
    away = 10 * MINUTE + 5 * MINUTE + 5 * MINUTE
    assert report.time(GuardState.AWAY) == away, "30 min of the last absence were the break"
    held = 6 * HOUR - 30 * MINUTE
    assert report.time(GuardState.ON_POST) == held - away - 30 * MINUTE
    assert report.time(GuardState.UNKNOWN) == 0, "the day's earlier records give the first state"
    shown = {one.state: {e.sense for e in one.evidence} for one in report.states}
    assert shown[GuardState.INATTENTIVE] == {GuardSense.ATTENTIVE}
    assert shown[GuardState.WITHOUT_EQUIPMENT] == {GuardSense.EQUIPPED}
    assert shown[GuardState.AWAY] == {GuardSense.PRESENT}
    assert report.states[1].evidence[0].at == MONDAY_0700 + 200 * MINUTE
    warned = [at for at, one in records if isinstance(one, AlarmRaised)
              and one.alarm.kind == "guard-off-post"]  # fmt: skip
    assert list(report.off_post_warnings) == warned
    assert len(warned) == 3
    assert report.persons == ("auxiliary-1", "guard-1", "volunteer-1")
    assert (report.check_ins, report.checked_in) == (1, ("guard-1",))
    assert report.patrols_done == 1
    assert report.patrols_missed == 4, (
        "three rounds of 06, 09 and 11 h, and the video patrol at noon"
    )


def test_a_fixed_post_s_report_names_its_silences_and_a_shift_without_records_is_unknown():
    records = recorded_shift()
    report = shift_report(PLANNED, STOP, SHIFT, records)
    assert report.check_ins_missed == (MONDAY_0700 + 15 * MINUTE,)
    assert report.check_ins == 0
    empty = shift_report(PLANNED, GATE, SHIFT, [])
    assert [one.state for one in empty.states] == [GuardState.UNKNOWN]
    assert empty.time(GuardState.UNKNOWN) == 6 * HOUR - 30 * MINUTE


def leaves(kind):
    """Yield the types of everything that a record can hold, all the way down."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        for one in fields(kind):
            yield from leaves(hints[one.name])
    elif get_args(kind):
        for part in get_args(kind):
            if part is not Ellipsis:
                yield from leaves(part)
    else:
        yield kind


@pytest.mark.requirement("R40")
def test_no_field_of_a_shift_report_can_hold_an_image_or_a_name():
    for kind in leaves(ShiftReport):
        closed = kind in (int, bool, OpaqueId) or (
            isinstance(kind, type) and issubclass(kind, Enum)
        )
        assert closed, f"{kind} could hold anything"
    assert isinstance(OpaqueId, NewType)
    whole = shift_report(PLANNED, GATE, SHIFT, recorded_shift())
    for name in ("张三", "Guard A", "data:image/png;base64,iVBORw0KGgo=", "x" * 65, ""):
        for field in ("persons", "checked_in"):
            with pytest.raises(ValueError, match="no opaque id"):
                replace(whole, **{field: (name,)})
        with pytest.raises(ValueError, match="no opaque id"):
            replace(whole, post=name)
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(whole, "face", b"...")


def test_a_roster_with_a_name_on_it_gives_no_report():
    named = replace(PLANNED, duty=DutyPlan(assignments=(holds("张三", DutyRole.GUARD),)))
    with pytest.raises(ValueError, match=re.escape("'张三' is no opaque id")):
        shift_report(named, GATE, SHIFT, [])
