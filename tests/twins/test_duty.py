"""勤務: fixed posts, patrols and peaks run by the calendar, and say what was left undone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twins.elm_duty import (
    FULL,
    GATE,
    PEAK,
    PLANNED,
    ROUNDS,
    STOP,
    VIDEO,
    holds,
    told,
    window,
    without,
)
from tests.twins.schools import ELM, MONDAY_0700, device, says
from twins.alarm import InputRefused
from twins.duty import (
    CheckIn,
    CheckInMissed,
    DutyPlan,
    DutyRole,
    PatrolCompleted,
    PatrolDone,
    PatrolKind,
    PatrolMissed,
    PeakGapFound,
    PostCheckedIn,
)
from twins.duty_gaps import ANYBODY, peak_gaps, week_gaps
from twins.engine import Engine
from twins.instant import seconds
from twins.management.duty_findings import (
    ROUNDS_NORM,
    check_in_findings,
    duty_findings,
    rounds_findings,
)
from twins.management.finding import FindingKind
from twins.management.patrol_record import missed_yesterday, patrol_lines
from twins.records import encode_record
from twins.roster import local_day, next_interval
from twins.rules import post_check_in
from twins.state import decode_state, encode_state

MINUTE = seconds(60)
DAY = seconds(86_400)
CHECK_IN = CheckIn(post="elm/stop", by="auxiliary-2")


def of(kind, records):
    return [(at, one) for at, one in records if isinstance(one, kind)]


def started(school=PLANNED, now=MONDAY_0700):
    engine = Engine([school])
    engine.advance(now)
    return engine


def standing(engine):
    return {(alarm.kind, alarm.device) for alarm in engine.alarms.values()}


NO_CHECK_IN = (post_check_in.KIND, "elm/stop-reader")


@pytest.mark.requirement("R43")
def test_a_fixed_post_without_a_check_in_for_15_minutes_warns_and_a_check_in_closes_it():
    engine = started()
    records = told(engine, MONDAY_0700 + 15 * MINUTE - 1)
    assert not of(CheckInMissed, records)
    records = told(engine, MONDAY_0700 + 15 * MINUTE)
    missed = CheckInMissed(school="elm", post="elm/stop", since=MONDAY_0700)
    assert of(CheckInMissed, records) == [(MONDAY_0700 + 15 * MINUTE, missed)]
    assert NO_CHECK_IN in standing(engine)
    assert not engine.incidents
    outputs = engine.receive([CHECK_IN], MONDAY_0700 + 16 * MINUTE)
    assert PostCheckedIn(school="elm", post="elm/stop", by="auxiliary-2") in outputs
    assert NO_CHECK_IN not in standing(engine)


@pytest.mark.requirement("R43")
def test_every_check_in_buys_another_15_minutes():
    engine = started()
    for minute in (10, 24, 38, 52, 66, 80):
        engine.receive([CHECK_IN], MONDAY_0700 + minute * MINUTE)
        assert NO_CHECK_IN not in standing(engine)
    assert not of(CheckInMissed, told(engine, MONDAY_0700 + DAY - 1)), "the duty ended at 08:30"
    (_, missed), *_ = of(CheckInMissed, told(engine, MONDAY_0700 + DAY + 15 * MINUTE))
    assert missed.since == MONDAY_0700 + 80 * MINUTE, "the next morning counts from its start"


def test_the_warning_ends_with_the_duty_and_a_post_without_a_device_is_named_all_the_same():
    engine = started()
    told(engine, MONDAY_0700 + 90 * MINUTE)
    assert NO_CHECK_IN not in standing(engine)
    bare = replace(PLANNED, posts=(GATE, replace(STOP, presence="")))
    engine = started(bare)
    (missed,) = of(CheckInMissed, told(engine, MONDAY_0700 + 20 * MINUTE))
    assert missed[1].post == "elm/stop"
    assert not engine.alarms


def test_a_post_held_around_the_clock_owes_check_ins_over_midnight():
    always = replace(STOP, duty=(window((0, 0), (24, 0)),))
    engine = started(replace(PLANNED, posts=(always,)))
    midnight = MONDAY_0700 + 17 * 3600 * seconds(1)
    engine.receive([CHECK_IN], midnight - 5 * MINUTE)
    missed = of(CheckInMissed, told(engine, midnight + 10 * MINUTE))
    assert [at for at, _ in missed] == [midnight + 10 * MINUTE]


@pytest.mark.parametrize("by", ["", "Guard A", "张三", "x" * 65, "data:image/jpeg;base64,AAAA"])
def test_only_an_opaque_id_can_check_in_or_book_a_patrol(by):
    engine = started()
    for wrong in (CheckIn(post="elm/stop", by=by), PatrolDone(patrol="elm/video", by=by)):
        (refused,) = engine.receive([wrong], MONDAY_0700 + 1)
        assert isinstance(refused, InputRefused)
        assert "opaque id" in refused.reason
    for unknown in (CheckIn(post="oak/post", by="a"), PatrolDone(patrol="elm/walk", by="a")):
        (refused,) = engine.receive([unknown], MONDAY_0700 + 1)
        assert "there is no such" in refused.reason


@pytest.mark.requirement("R39")
def test_a_missed_video_patrol_is_told_when_its_window_ends_and_is_listed_the_next_day():
    engine = started()
    records = told(engine, MONDAY_0700 + 31 * MINUTE)
    begin, end = MONDAY_0700, MONDAY_0700 + 30 * MINUTE
    missed = PatrolMissed(
        school="elm", patrol="elm/video", kind=PatrolKind.VIDEO, begin=begin, end=end
    )
    assert of(PatrolMissed, records) == [(end, missed)]
    noon = MONDAY_0700 + 5 * 60 * MINUTE
    done = PatrolDone(patrol="elm/video", by="seat-2")
    records += [(noon, one) for one in engine.receive([done], noon)]
    records += told(engine, MONDAY_0700 + DAY)
    lines = [
        one
        for one in missed_yesterday(PLANNED, records, MONDAY_0700 + DAY)
        if one.kind is PatrolKind.VIDEO
    ]
    assert [(one.patrol, one.begin) for one in lines] == [("elm/video", begin)]
    first, second = (
        one
        for one in patrol_lines(PLANNED, local_day("Asia/Shanghai", noon), records)
        if one.patrol == "elm/video"
    )
    assert first.missed
    assert (second.done, second.by, second.missed) == (noon, "seat-2", False)


@pytest.mark.requirement("R39")
def test_a_patrol_in_its_window_is_a_completion_record_and_one_outside_counts_for_none():
    engine = started()
    at = MONDAY_0700 + 29 * MINUTE
    (record,) = of(PatrolCompleted, [(at, one) for one in engine.receive([
        PatrolDone(patrol="elm/video", by="seat-2")], at)])  # fmt: skip
    assert record[1].begin == MONDAY_0700
    assert not of(PatrolMissed, told(engine, MONDAY_0700 + 59 * MINUTE))
    late = MONDAY_0700 + 40 * MINUTE
    outputs = engine.receive([PatrolDone(patrol="elm/video", by="seat-2")], late)
    assert [one.begin for one in outputs if isinstance(one, PatrolCompleted)] == [None]


@pytest.mark.parametrize(
    ("after", "made_for"), [(0, 0), (30 * MINUTE - 1, 0), (30 * MINUTE, None), (-1, None)]
)
def test_a_window_holds_its_first_instant_and_not_its_end(after, made_for):
    engine = started(replace(PLANNED, duty=DutyPlan(patrols=(VIDEO,))), MONDAY_0700 - MINUTE)
    now = MONDAY_0700 + after
    outputs = engine.receive([PatrolDone(patrol="elm/video", by="seat-2")], now)
    (begin,) = [one.begin for one in outputs if isinstance(one, PatrolCompleted)]
    assert begin == (None if made_for is None else MONDAY_0700)
    records = [(now, one) for one in outputs] + told(engine, MONDAY_0700 + 60 * MINUTE)
    assert bool(of(PatrolMissed, records)) is (made_for is None)


def test_an_engine_that_slept_through_three_days_names_every_patrol_missed():
    engine = started(replace(PLANNED, duty=DutyPlan(patrols=(VIDEO,))))
    outputs = engine.advance(MONDAY_0700 + 3 * DAY)
    assert len([one for one in outputs if isinstance(one, PatrolMissed)]) == 6


LATE_GUARD = (*FULL[:1], holds("guard-1", DutyRole.GUARD, window((7, 30), (18, 0))), FULL[2])


@pytest.mark.requirement("R42")
def test_a_peak_without_an_assigned_post_is_a_gap_line():
    post = replace(GATE, needs=())
    peak = next_interval((PEAK,), "Asia/Shanghai", MONDAY_0700)
    assert peak is not None
    (gap,) = peak_gaps(ELM, post, peak)
    assert (gap.post, gap.begin, gap.end, gap.missing) == ("elm/post", *peak, ANYBODY)
    assert peak_gaps(PLANNED, post, peak) == ()
    assert len(week_gaps(ELM, MONDAY_0700)) == 7, "one a day"
    (found,) = duty_findings(ELM, MONDAY_0700)
    assert (found.kind, found.subject) == (FindingKind.PEAK_UNASSIGNED, "elm/post")
    assert found.detail["en"] == "anybody: 7 gaps in the peaks of the coming week"


@pytest.mark.requirement("R42")
def test_who_comes_late_leaves_a_gap_for_the_rest():
    school = replace(PLANNED, duty=DutyPlan(assignments=LATE_GUARD))
    peak = next_interval((PEAK,), "Asia/Shanghai", MONDAY_0700)
    assert peak is not None
    (gap,) = peak_gaps(school, GATE, peak)
    assert (gap.begin, gap.end) == (peak[0], peak[0] + 10 * MINUTE)
    assert gap.missing == (DutyRole.GUARD,)


@pytest.mark.requirement("R45")
@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        ("auxiliary-1", (DutyRole.POLICE, DutyRole.AUXILIARY)),
        ("guard-1", (DutyRole.GUARD,)),
        ("volunteer-1", (DutyRole.VOLUNTEER,)),
    ],
)
def test_the_role_that_the_school_post_lacks_is_named_before_the_peak_begins(gone, missing):
    engine = started(without(gone), MONDAY_0700 - 60 * MINUTE)
    peak = MONDAY_0700 + 20 * MINUTE
    ((at, found),) = of(PeakGapFound, told(engine, peak - 1))
    assert at == peak - 30 * MINUTE
    assert (found.gap.post, found.gap.begin, found.gap.missing) == ("elm/post", peak, missing)
    (finding,) = (
        one
        for one in duty_findings(without(gone), MONDAY_0700)
        if one.kind is FindingKind.ROLE_MISSING
    )
    assert finding.subject == "elm/post"


@pytest.mark.requirement("R45")
def test_a_police_officer_stands_in_for_an_auxiliary_and_a_full_post_has_no_gap():
    officer = holds("officer-1", DutyRole.POLICE)
    for people in (FULL, (officer, *FULL[1:])):
        engine = started(replace(PLANNED, duty=DutyPlan(assignments=people)), MONDAY_0700 - DAY)
        assert not of(PeakGapFound, told(engine, MONDAY_0700 + DAY))


def test_a_gap_is_named_for_every_peak_and_once_for_each():
    engine = started(without("guard-1"), MONDAY_0700 - 60 * MINUTE)
    records = of(PeakGapFound, told(engine, MONDAY_0700 + 3 * DAY))
    begins = [one.gap.begin for _, one in records]
    expected = [MONDAY_0700 + 20 * MINUTE + day * DAY for day in range(4)]
    assert begins == expected, "the fourth is announced at 06:50"


def test_five_rounds_a_day_are_the_norm_and_a_day_with_fewer_is_found():
    assert ROUNDS_NORM.per_day == 5
    assert "29315" in ROUNDS_NORM.source
    assert not list(rounds_findings(PLANNED))
    weekday = replace(ROUNDS.windows[0], weekdays=frozenset(range(5)))
    fewer = replace(ROUNDS, windows=(weekday, *ROUNDS.windows[1:]))
    school = replace(PLANNED, duty=DutyPlan(patrols=(fewer,)))
    found = list(rounds_findings(school))
    assert [one.subject for one in found] == ["saturday", "sunday"]
    assert "4 of 5" in found[0].detail["en"]


def test_a_school_without_a_plan_sets_no_timer_and_an_added_plan_is_watched_after_a_restart():
    assert Engine([ELM]).next_deadline() is None
    bare = replace(ELM, devices=(*ELM.devices, device("stop-reader", "guard-post-presence")))
    engine = started(bare)
    later = Engine([PLANNED], engine.state())
    assert of(PatrolMissed, told(later, MONDAY_0700 + 30 * MINUTE))
    gone = Engine([bare], later.state())
    assert not told(gone, MONDAY_0700 + 7 * DAY), "timers of what is no more do nothing"
    again = Engine([PLANNED], gone.state())
    assert of(PatrolMissed, told(again, MONDAY_0700 + 8 * DAY))


inputs = st.sampled_from(
    [
        CHECK_IN,
        PatrolDone(patrol="elm/video", by="seat-2"),
        PatrolDone(patrol="elm/rounds", by="guard-1"),
        says("presence", "present", False, MONDAY_0700),
        says("presence", "present", True, MONDAY_0700),
        says("presence", "attentive", False, MONDAY_0700),
    ]
)
steps = st.lists(
    st.tuples(st.lists(inputs, max_size=2), st.integers(0, 30_000)), min_size=1, max_size=12
)


def play(engine, story, now, start=0):
    told_ = []
    for index, (given_, gap) in enumerate(story):
        now += seconds(gap)
        if index >= start:
            told_.append([encode_record(one) for one in engine.receive(given_, now)])
    return told_


@given(steps, st.integers(0, 12))
def test_a_planned_day_replays_from_any_snapshot(story, cut):
    school = without("guard-1")
    whole = play(Engine([school]), story, MONDAY_0700)
    engine = Engine([school])
    play(engine, story[:cut], MONDAY_0700)
    revived = Engine([school], decode_state(encode_state(engine.state())))
    assert play(revived, story, MONDAY_0700, start=cut) == whole[cut:]


@pytest.mark.requirement("R43")
def test_a_rostered_post_at_which_nobody_checks_in_is_a_finding():
    stop = holds("guard-2", DutyRole.GUARD, post="elm/stop")
    school = replace(PLANNED, duty=replace(PLANNED.duty, assignments=(*FULL, stop)))

    assert [one.subject for one in check_in_findings(school)] == ["elm/post"]
    assert not list(check_in_findings(replace(school, duty=None)))
