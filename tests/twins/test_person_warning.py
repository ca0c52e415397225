"""人員預警: sure hits are pushed to people, the others are kept, and every record has its end."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twins.ash import ASH, Story, of, says
from tests.twins.schools import TITLE
from twins.alarm import AlarmRaised, InputRefused, Severity
from twins.command import Command
from twins.early_warning import (
    WarningChanged,
    WarningDelivered,
    WarningNotice,
    WarningOpened,
    WarningReached,
)
from twins.incident import IncidentOpened
from twins.instant import seconds
from twins.jurisdiction import Jurisdiction
from twins.observation import Quality
from twins.school import Responder, Role
from twins.sighting import (
    DOUBTS,
    DecideHit,
    Doubt,
    HitDecided,
    HitVerdict,
    LeadTimeKnown,
    LookUp,
    LookUpAudited,
    Outcome,
    PersonSeen,
    RecordExpired,
    is_opaque,
)
from twins.state import encode_state
from twins.video import EventVideo

DAY = 86_400


def ready(school=ASH) -> Story:
    story = Story(school)
    for name in ("metro-face", "stop-face", "gate-face"):
        story.see(name, online=True, hits=0)
    return story


def hit(story: Story, name: str, score: float, subject: str = "person-17", **more):
    """A front end tells of a hit; its number changes last."""
    seen = story.engine.twins[f"ash/{name}"].properties["hits"].value
    values = {"subject": subject, "list": "list-1", "score": score} | more
    return story.see(name, **values, hits=seen + 1)


def record(outputs):
    (seen,) = of(PersonSeen, outputs)
    return seen.hit


def told(outputs) -> list[str]:
    return [one.responder for one in of(WarningNotice, outputs)]


EVERYBODY = ["ash/station", "ash/guard", "ash/car"]


@pytest.mark.requirement("R11")
def test_a_hit_above_the_threshold_is_pushed_to_guard_station_and_street_unit_in_the_same_instant():
    story = ready()
    outputs = hit(story, "gate-face", 0.93)
    assert record(outputs).outcome is Outcome.PUSHED
    assert told(outputs) == EVERYBODY
    (opened,) = of(WarningOpened, outputs)
    assert {one.told for one in opened.warning.deliveries.values()} == {story.now}
    (raised,) = of(AlarmRaised, outputs)
    assert (raised.alarm.kind, raised.alarm.severity) == ("person-warning", Severity.WARNING)


@pytest.mark.requirement("R11")
def test_a_hit_below_the_threshold_is_kept_and_not_pushed():
    story = ready()
    outputs = hit(story, "stop-face", 0.71)
    kept = record(outputs)
    assert kept.outcome is Outcome.BELOW
    assert story.memory.hits == {kept.id: kept}
    assert not told(outputs)
    assert not story.standing


def test_the_threshold_is_data_of_the_school():
    persons = replace(ASH.watch.persons, threshold=0.7)
    story = ready(replace(ASH, watch=replace(ASH.watch, persons=persons)))
    assert told(hit(story, "stop-face", 0.7))
    assert not told(hit(story, "metro-face", 0.69))


@pytest.mark.requirement("R36")
@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({"quality": 0.2}, Doubt.QUALITY),
        ({"liveness": False}, Doubt.LIVENESS),
        ({"subject": ""}, Doubt.NO_ID),
        ({"score": 1.7}, Doubt.NO_SCORE),
    ],
)
def test_a_hit_of_low_quality_or_without_proof_of_life_is_uncertain_and_kept_and_not_pushed(
    said, doubt
):
    story = ready()
    outputs = hit(story, "gate-face", **({"score": 0.93} | said))
    assert (record(outputs).outcome, record(outputs).doubts) == (Outcome.UNCERTAIN, (doubt,))
    assert record(outputs).id in story.memory.hits
    assert not told(outputs)
    assert not story.standing
    assert DOUBTS[doubt].keys() == {"en", "zh"}


@pytest.mark.requirement("R36")
def test_a_score_that_cannot_be_trusted_itself_is_uncertain():
    story = ready()
    hit(story, "gate-face", 0.93)
    story.lose("gate-face", "score")
    outputs = story.see("gate-face", hits=2)
    assert (record(outputs).outcome, record(outputs).score) == (Outcome.UNCERTAIN, None)
    assert not told(outputs)


def test_a_front_end_that_tells_neither_quality_nor_liveness_is_believed():
    assert record(hit(ready(), "gate-face", 0.93)).doubts == ()


@pytest.mark.requirement("R37")
def test_both_deliveries_are_booked_with_their_times_and_a_dead_recipient_delays_nobody():
    story = ready()
    warning = record(hit(story, "metro-face", 0.93)).id
    story.wait(1)
    (guard,) = of(
        WarningReached, story.take(WarningDelivered(warning=warning, responder="ash/guard"))
    )
    story.wait(1)
    (car,) = of(WarningReached, story.take(WarningDelivered(warning=warning, responder="ash/car")))
    assert guard.delivery.delivered - guard.delivery.told == seconds(1)
    assert car.delivery.delivered - car.delivery.told == seconds(2) <= seconds(3)
    deliveries = story.memory.warnings[warning].deliveries
    assert deliveries["ash/station"].delivered is None, "still silent, and nobody waited"
    again = story.take(WarningDelivered(warning=warning, responder="ash/guard"))
    assert not again, "the first time counts"


def test_a_delivery_to_somebody_who_was_not_told_is_refused():
    story = ready()
    warning = record(hit(story, "metro-face", 0.93)).id
    for claim in (("nothing", "ash/guard"), (warning, "ash/shop")):
        delivered = WarningDelivered(warning=claim[0], responder=claim[1])
        assert of(InputRefused, story.take(delivered))


@pytest.mark.requirement("R37")
def test_a_role_of_which_nobody_is_there_is_named():
    there = tuple(one for one in ASH.responders if one.role is not Role.UNIT)
    (opened,) = of(WarningOpened, hit(ready(replace(ASH, responders=there)), "gate-face", 0.93))
    assert opened.warning.unmanned == (Role.UNIT,)


@pytest.mark.requirement("R85.TW-levels")
def test_a_station_that_is_not_responsible_any_more_is_not_warned_either():
    story = ready()
    seats = tuple(
        Responder(id=f"ash/{name}", role=Role.STATION, title=TITLE, authority=name)
        for name in ("north", "south")
    )
    boundary = story.now + seconds(100)
    stations = (Jurisdiction(station="north"), Jurisdiction(station="south", since=boundary))
    story = ready(replace(ASH, responders=seats, stations=stations))
    assert told(hit(story, "gate-face", 0.93)) == ["ash/north"]
    story.wait(100)
    assert told(hit(story, "gate-face", 0.93)) == ["ash/south"]


def test_a_school_may_name_its_own_recipients():
    persons = replace(ASH.watch.persons, told=("ash/guard", "ash/car-2"))
    car = Responder(id="ash/car-2", role=Role.UNIT, title=TITLE)
    school = replace(
        ASH,
        responders=(*ASH.responders, car),
        watch=replace(ASH.watch, persons=persons),
    )
    assert told(hit(ready(school), "gate-face", 0.93)) == ["ash/guard", "ash/car-2"]


def test_no_score_opens_an_incident_or_gives_a_command_though_a_plan_asks_for_it():
    story = ready()
    for _ in range(5):
        hit(story, "gate-face", 1.0)
        story.wait(120)
    assert not of(Command, story.told)
    assert not of(IncidentOpened, story.told)


def test_the_same_person_at_the_same_front_end_is_pushed_once_a_minute_and_counted():
    story = ready()
    outcomes = []
    for _ in range(4):
        outcomes.append(record(hit(story, "gate-face", 0.93)).outcome)
        story.wait(25)
    assert outcomes == [Outcome.PUSHED, Outcome.REPEATED, Outcome.REPEATED, Outcome.PUSHED]
    (alarm,) = story.engine.alarms.values()
    assert alarm.count == 4


def test_another_person_at_the_same_front_end_is_pushed_at_once():
    story = ready()
    assert told(hit(story, "gate-face", 0.93))
    assert told(hit(story, "gate-face", 0.93, subject="person-18"))


def test_what_a_device_counted_before_it_was_first_seen_is_its_past():
    story = Story()
    assert not of(PersonSeen, story.see("gate-face", subject="person-1", score=0.99, hits=41))


def test_hits_counted_while_the_link_was_down_are_named_as_missed():
    story = ready()
    hit(story, "gate-face", 0.93)
    story.lose("gate-face", "hits")
    assert record(story.see("gate-face", hits=4)).missed == 2


def test_a_counter_that_restarted_still_tells_of_its_hit():
    story = ready()
    hit(story, "gate-face", 0.93)
    hit(story, "gate-face", 0.93)
    story.wait(3600)
    assert told(story.see("gate-face", hits=1))


# Ids, look-ups, decisions, retention


@pytest.mark.requirement("R34")
@pytest.mark.parametrize(
    "name", ["Zhang San", "张三", "zhang-san", "36010219900101123x", "13800138000", ""]
)
def test_what_could_be_a_person_s_own_name_or_number_is_no_opaque_id_and_not_kept(name):
    assert not is_opaque(name)
    story = ready()
    kept = record(hit(story, "gate-face", 0.99, subject=name))
    assert (kept.subject, kept.outcome) == ("", Outcome.UNCERTAIN)


@pytest.mark.requirement("R34")
def test_every_look_up_is_audited_with_list_and_operator_and_names_no_person():
    story = ready()
    seen = record(hit(story, "gate-face", 0.93))
    (audited,) = of(
        LookUpAudited, story.take(LookUp(hit=seen.id, by="Operator A", why="compare at the gate"))
    )
    assert audited == LookUpAudited(
        hit=seen.id,
        school="ash",
        list_id="list-1",
        by="Operator A",
        why="compare at the gate",
        at=story.now,
        granted=True,
    )
    assert "subject" not in {one.name for one in fields(LookUpAudited)}


@pytest.mark.requirement("R34")
@pytest.mark.parametrize("request_", [{"by": " "}, {"why": ""}, {"hit": "ash/hit/99"}], ids=str)
def test_a_look_up_without_name_reason_or_record_is_refused_and_audited_all_the_same(request_):
    story = ready()
    seen = record(hit(story, "gate-face", 0.93))
    asked = replace(LookUp(hit=seen.id, by="Operator A", why="gate"), **request_)
    (audited,) = of(LookUpAudited, story.take(asked))
    assert not audited.granted
    assert audited.reason


def test_notices_name_the_place_and_the_record_and_never_the_person():
    outputs = hit(ready(), "gate-face", 0.93)
    assert "person-17" not in str([of(WarningNotice, outputs), of(AlarmRaised, outputs)])


def test_an_operator_s_decision_is_recorded_and_closes_the_warning_of_the_front_end():
    story = ready()
    first = record(hit(story, "gate-face", 0.93))
    second = record(hit(story, "gate-face", 0.90, subject="person-18"))
    assert story.standing == {"person-warning": "gate-face"}
    decide = DecideHit(hit=first.id, verdict=HitVerdict.SAME, by="Operator A", reason="seen")
    (decided,) = of(HitDecided, story.take(decide))
    assert (decided.by, decided.verdict) == ("Operator A", HitVerdict.SAME)
    assert story.standing, "the other one still waits"
    story.take(replace(decide, hit=second.id, verdict=HitVerdict.MISTAKEN, reason="look-alike"))
    assert not story.standing
    kept = story.memory.hits[second.id]
    assert (kept.verdict, kept.decided_by, kept.decided) == (
        HitVerdict.MISTAKEN,
        "Operator A",
        story.now,
    )


def test_a_decision_needs_a_name_a_reason_and_a_hit_that_is_not_decided():
    story = ready()
    seen = record(hit(story, "gate-face", 0.93))
    good = DecideHit(hit=seen.id, verdict=HitVerdict.SAME, by="Operator A", reason="seen")
    for bad in (replace(good, by=" "), replace(good, reason=""), replace(good, hit="nothing")):
        assert of(InputRefused, story.take(bad))
    story.take(good)
    assert of(InputRefused, story.take(replace(good, by="Operator B")))


@pytest.mark.requirement("R34")
def test_a_record_ends_by_its_clock_and_leaves_the_memory():
    story = ready()
    pushed = record(hit(story, "gate-face", 0.93))
    low = record(hit(story, "stop-face", 0.3, subject="person-55"))
    story.wait(DAY - 1)
    assert set(story.memory.hits) == {pushed.id, low.id}
    expired = {one.record: one.decided for one in of(RecordExpired, story.wait(1))}
    assert expired == {pushed.id: False, low.id: False}
    assert not story.memory.hits
    assert not story.memory.warnings
    assert not story.standing, "nothing is left to decide on"
    (audited,) = of(LookUpAudited, story.take(LookUp(hit=low.id, by="A", why="report")))
    assert not audited.granted
    assert b"person-55" not in encode_state(story.engine.state()).split(b'"watch"')[1]


@given(st.lists(st.tuples(st.sampled_from(["person-1", "person-2"]), st.floats(0, 1)), max_size=12))
def test_every_hit_is_kept_and_exactly_the_sure_ones_warn(hits):
    story = ready()
    for subject, score in hits:
        kept = record(hit(story, "gate-face", score, subject=subject))
        assert (kept.outcome is Outcome.PUSHED) == (score >= 0.85)
        story.wait(61)
    assert len(story.memory.hits) == len(hits)


# D04


def test_d04_a_person_of_concern_is_pushed_far_out_and_the_lead_time_to_the_gate_is_known():
    story = ready()
    first = hit(story, "metro-face", 0.93)
    assert told(first) == EVERYBODY
    (video,) = of(EventVideo, first)
    assert video.cameras == ("ash/metro-camera",)
    story.at(80)
    stop = hit(story, "stop-face", 0.71)
    assert record(stop).outcome is Outcome.BELOW
    assert not told(stop)
    story.at(150)
    gate = hit(story, "gate-face", 0.95)
    assert told(gate) == EVERYBODY
    (lead,) = of(LeadTimeKnown, gate)
    assert lead.lead == seconds(150)
    assert (lead.first, lead.at_gate) == (record(first).id, record(gate).id)
    for seen in (first, gate):
        story.take(
            DecideHit(
                hit=record(seen).id, verdict=HitVerdict.SAME, by="Operator A", reason="watched"
            )
        )
    assert len(of(HitDecided, story.told)) == 2
    assert not of(Command, story.told), "no score locks a lane"
    assert not of(IncidentOpened, story.told)
    story.wait(DAY)
    assert len(of(RecordExpired, story.told)) == 3


def test_d04_a_look_alike_on_other_days_is_a_false_push_and_no_lead_time():
    story = ready()
    for _ in range(2):
        seen = record(hit(story, "gate-face", 0.90, subject="person-90"))
        story.take(
            DecideHit(hit=seen.id, verdict=HitVerdict.MISTAKEN, by="Operator A", reason="other")
        )
        story.wait(DAY)
    assert [one.verdict for one in of(HitDecided, story.told)] == [HitVerdict.MISTAKEN] * 2
    assert not of(LeadTimeKnown, story.told)


def test_d04_c_a_score_of_0_93_without_proof_of_life_is_uncertain_and_not_pushed():
    outputs = hit(ready(), "metro-face", 0.93, liveness=False)
    assert record(outputs).outcome is Outcome.UNCERTAIN
    assert not told(outputs)


@pytest.mark.requirement("R35")
def test_the_lead_time_counts_from_the_first_warning_and_once_on_each_way():
    story = ready()
    hit(story, "metro-face", 0.93)
    story.wait(100)
    hit(story, "stop-face", 0.90)
    story.wait(50)
    (lead,) = of(LeadTimeKnown, hit(story, "gate-face", 0.95))
    assert lead.lead == seconds(150)
    story.wait(120)
    assert not of(LeadTimeKnown, hit(story, "gate-face", 0.95)), "already at the gate"
    story.wait(7200)
    assert not of(LeadTimeKnown, hit(story, "gate-face", 0.95)), "another way, without a warning"


def test_a_hit_that_came_late_has_its_own_time_in_the_lead():
    story = ready()
    story.at(40)
    story.take(
        *(
            says("metro-face", name, value, story.start + seconds(10), story.now)
            for name, value in (
                ("subject", "person-17"), ("list", "list-1"), ("score", 0.93), ("hits", 1)
            )
        )
    )  # fmt: skip
    story.at(110)
    (lead,) = of(LeadTimeKnown, hit(story, "gate-face", 0.95))
    assert lead.lead == seconds(100)


def test_a_lost_front_end_tells_of_no_hit():
    story = ready()
    outputs = story.take(says("gate-face", "hits", 7, story.now, quality=Quality.UNCERTAIN))
    assert not of(PersonSeen, outputs)


@pytest.mark.requirement("R17")
def test_who_decides_on_a_hit_has_acknowledged_and_handled_its_warning():
    story = ready()
    found = record(hit(story, "gate-face", 0.95))
    zero = story.now
    story.wait(30)
    outputs = story.take(
        DecideHit(hit=found.id, verdict=HitVerdict.MISTAKEN, by="Guard A", reason="looked")
    )
    (changed,) = of(WarningChanged, outputs)
    warning = changed.warning
    assert (warning.sensed, warning.warned) == (zero, zero)
    assert (warning.acknowledged, warning.handled) == (story.now, story.now)
    assert warning.handled_by == "Guard A"
