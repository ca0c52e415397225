"""Drills D01 (f), D04 (a) and D05 as hand-fed stories: what must be warned, and when."""

from dataclasses import replace

import pytest

from tests.twins.elm_duty import PLANNED, holds, told, without
from tests.twins.schools import ELM, MONDAY_0700, says
from twins.alarm import AlarmRaised
from twins.duty import CheckIn, CheckInMissed, DutyPlan, DutyRole, PatrolMissed, PeakGapFound
from twins.engine import Engine
from twins.guard_state import GuardState, GuardStateChanged
from twins.incident import Answer, IncidentOpened, Notification, RecipientAnswered
from twins.instant import in_seconds, seconds
from twins.management.finding import FindingKind
from twins.management.registers import Headcount, Registers
from twins.management.view import findings
from twins.school import Role

MINUTE = seconds(60)
PEAK_BEGINS = MONDAY_0700 + 20 * MINUTE
BREAK_BEGINS = MONDAY_0700 + 300 * MINUTE


def left_at(left, school=ELM):
    """Return an engine whose guard was there and leaves, and the outputs of the next ten minutes."""
    engine = Engine([school])
    engine.receive([says("presence", "present", True, left - 1)], left - 1)
    outputs = engine.receive([says("presence", "present", False, left)], left)
    records = [(left, one) for one in outputs] + told(engine, left + 10 * MINUTE)
    return engine, records


def off_post(records, left):
    return [
        in_seconds(at - left)
        for at, one in records
        if isinstance(one, AlarmRaised) and one.alarm.kind == "guard-off-post"
    ]


@pytest.mark.requirement("R08")
def test_d05_a_guard_who_leaves_60_s_before_a_peak_is_missed_60_s_into_it():
    left = PEAK_BEGINS - seconds(60)
    engine, records = left_at(left)
    assert off_post(records, left) == [120.0]
    (_, away), = [(at, one) for at, one in records if isinstance(one, GuardStateChanged)]  # fmt: skip
    assert away.states == (GuardState.AWAY,)
    assert [one.at for one in away.evidence] == [left]
    back = left + 11 * MINUTE
    engine.receive([says("presence", "present", True, back)], back)
    assert not engine.alarms, "the warning closes itself on return"


@pytest.mark.requirement("R08")
def test_d05_off_peak_the_warning_is_due_after_180_s():
    left = MONDAY_0700 + 120 * MINUTE
    assert off_post(left_at(left)[1], left) == [180.0]


@pytest.mark.requirement("R08")
def test_d05_in_a_rostered_break_nobody_is_warned_of():
    engine, records = left_at(BREAK_BEGINS + seconds(1))
    assert off_post(records, BREAK_BEGINS) == []
    assert not engine.alarms


@pytest.mark.requirement("R08")
@pytest.mark.parametrize(
    ("left", "due"), [(PEAK_BEGINS - seconds(60), 150.0), (MONDAY_0700 + 120 * MINUTE, 210.0)]
)
def test_d05_a_grace_of_30_s_comes_on_top_of_either_limit(left, due):
    patient = replace(ELM, posts=(replace(ELM.posts[0], grace=seconds(30)),))
    assert off_post(left_at(left, patient)[1], left) == [due]


def test_d05_one_guard_where_the_norm_asks_for_two_is_found():
    registers = Registers(headcount=Headcount(pupils=400, guards=("guard-1",)))
    found = findings(ELM, Engine([ELM]).state(), registers, MONDAY_0700)
    (short,) = [one for one in found if one.kind is FindingKind.GUARDS_SHORT]
    assert short.detail["en"].startswith("1 of 2 guards, 1 short")


def test_d05_while_the_guard_is_away_a_wireless_button_calls_everybody_and_a_volunteer_comes():
    left = PEAK_BEGINS - seconds(60)
    engine = Engine([ELM])
    engine.receive([says("presence", "present", True, left)], left)
    engine.receive([says("presence", "present", False, left)], left)
    told(engine, left + seconds(214))
    pressed = left + seconds(215)
    outputs = engine.receive([says("button-2", "pressed", True, pressed)], pressed)
    (opened,) = [one.incident for one in outputs if isinstance(one, IncidentOpened)]
    assert opened.opened == opened.sensed == pressed
    told_ = {one.role for one in outputs if isinstance(one, Notification)}
    assert {Role.STATION, Role.VOLUNTEER} <= told_
    let_go = pressed + seconds(1)
    engine.receive([says("button-2", "pressed", False, let_go)], let_go)
    for second, answer in ((20, Answer.ACCEPTED), (80, Answer.ARRIVED)):
        said = RecipientAnswered(incident=opened.id, responder="elm/volunteer-1", answer=answer)
        engine.receive([said], pressed + seconds(second))
    came = engine.incidents[opened.id].assignments["elm/volunteer-1"]
    assert came.capable
    assert came.arrived == pressed + seconds(80)
    kinds = {alarm.kind for alarm in engine.alarms.values()}
    assert kinds == {"guard-off-post", "one-key-alarm"}, "both stand: the post is still empty"


@pytest.mark.requirement("R45")
def test_d01_f_a_school_post_without_its_auxiliary_is_named_before_the_peak_begins():
    engine = Engine([without("auxiliary-1")])
    engine.advance(MONDAY_0700 - 60 * MINUTE)
    ((at, named),) = [
        (at, one) for at, one in told(engine, PEAK_BEGINS - 1) if isinstance(one, PeakGapFound)
    ]
    assert at < PEAK_BEGINS
    assert named.gap.post == "elm/post"
    assert DutyRole.AUXILIARY in named.gap.missing


@pytest.mark.requirement("R43", "R39")
def test_d04_a_a_silent_post_at_the_stop_and_a_missed_video_patrol_are_both_named():
    engine = Engine([PLANNED])
    engine.advance(MONDAY_0700)
    engine.receive([CheckIn(post="elm/stop", by="auxiliary-2")], MONDAY_0700 + 10 * MINUTE)
    records = told(engine, MONDAY_0700 + 30 * MINUTE)
    (silent,) = [(at, one) for at, one in records if isinstance(one, CheckInMissed)]
    assert silent == (
        MONDAY_0700 + 25 * MINUTE,
        CheckInMissed(school="elm", post="elm/stop", since=MONDAY_0700 + 10 * MINUTE),
    )
    (missed,) = [one.patrol for _, one in records if isinstance(one, PatrolMissed)]
    assert missed == "elm/video"


def test_somebody_planned_for_another_post_closes_no_gap():
    elsewhere = holds("auxiliary-1", DutyRole.AUXILIARY, post="elm/stop")
    duty = DutyPlan(assignments=(elsewhere, *PLANNED.duty.assignments[1:]))
    engine = Engine([replace(PLANNED, duty=duty)])
    engine.advance(MONDAY_0700 - 60 * MINUTE)
    assert any(isinstance(one, PeakGapFound) for _, one in told(engine, PEAK_BEGINS - 1))
