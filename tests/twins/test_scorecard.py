"""一二三四五 and 三化: fifteen entries and three axes, the same from the same data."""

from dataclasses import replace

import pytest

from tests.twins.kit_school import NOW, OAK, running, unplugged
from tests.twins.test_management import ALL_KEPT
from twins.inspection import Step
from twins.instant import seconds
from twins.management.registers import Asked, Headcount, Registers, Survey
from twins.management.scorecard import Axis, Situation, quality, scorecard, three_axes
from twins.state import decode_state, encode_state

SURVEYS = {
    Asked.SCHOOL: Survey(satisfied=9, asked=10),
    Asked.PARENTS: Survey(satisfied=60, asked=100),
    Asked.PUBLIC: Survey(satisfied=30, asked=50),
}
REGISTERS = Registers(
    headcount=Headcount(pupils=800, guards=("guard-1", "guard-2")),
    rule_books=ALL_KEPT,
    surveys=SURVEYS,
)


def situation(engine=None, registers=REGISTERS, now=NOW):
    state = (engine or running()).state()
    return Situation(school=OAK, state=state, registers=registers, now=now)


@pytest.mark.requirement("R67")
def test_the_scorecard_has_exactly_fifteen_entries_one_two_three_four_five():
    entries = scorecard(situation())
    assert [one.group for one in entries] == [1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5]
    assert len({(one.group, one.id) for one in entries}) == 15
    assert all(one.title["en"] and one.title["zh"] for one in entries)


@pytest.mark.requirement("R67")
def test_a_school_with_everything_scores_full_marks_but_for_its_surveys():
    scores = {(one.group, one.id): one.score for one in scorecard(situation())}
    assert scores.pop((2, "quality")) == pytest.approx((0.9 + 0.6 + 0.6) / 3)
    assert set(scores.values()) == {1.0}


@pytest.mark.requirement("R67")
def test_an_unplugged_camera_costs_its_line_its_functions_and_their_integration():
    engine = running()
    engine.receive(unplugged("camera", NOW), NOW + 1)
    before = {(one.group, one.id): one.score for one in scorecard(situation())}
    after = {(one.group, one.id): one.score for one in scorecard(situation(engine))}
    assert {key for key in before if after[key] != before[key]} == {
        (2, "function"), (3, "gate-front"), (5, "video-surveillance"), (5, "person-warning"),
    }  # fmt: skip
    assert after[2, "function"] == pytest.approx(7 / 9)


@pytest.mark.requirement("R67")
def test_a_flow_that_leaves_out_a_must_is_no_inspection_flow():
    steps = tuple(one for one in OAK.inspection.steps if one.step is not Step.INSPECT)
    school = replace(OAK, inspection=replace(OAK.inspection, steps=steps))
    (flow, *_) = scorecard(replace(situation(), school=school))
    assert (flow.id, flow.score) == ("inspection-flow", 0.0)


@pytest.mark.requirement("R67")
def test_without_a_survey_the_quality_is_unknown_not_nought_and_waiting_counts():
    assert quality(Registers()) is None
    assert (
        quality(replace(REGISTERS, surveys={**SURVEYS, Asked.PUBLIC: Survey(satisfied=0, asked=0)}))
        is None
    )
    waited = replace(REGISTERS, waiting_p90=seconds(600))
    assert quality(waited) == pytest.approx((0.9 + 0.6 + 0.6 + 0.5) / 4)
    assert quality(replace(REGISTERS, waiting_p90=0)) == pytest.approx((0.9 + 0.6 + 0.6 + 1) / 4)


@pytest.mark.requirement("R63")
def test_the_three_axes_are_means_of_parts_that_anybody_can_work_out_again():
    engine = running()
    first = three_axes(situation(engine))
    copied = situation(engine)
    copied = replace(copied, state=decode_state(encode_state(copied.state)))
    assert three_axes(copied) == first
    assert [one.axis for one in first] == list(Axis)
    for axis in first:
        assert axis.score == pytest.approx(sum(axis.parts.values()) / len(axis.parts))
    standardised, regulated, smart = first
    assert standardised.score == smart.score == 1.0
    assert regulated.parts == {"tests": 0.0, "training": 0.0, "reviews": 1.0}


@pytest.mark.requirement("R63")
def test_a_missing_guard_lowers_the_standard_and_a_dead_device_the_smartness():
    short = replace(REGISTERS, headcount=Headcount(pupils=800, guards=("guard-1",)))
    assert three_axes(situation(registers=short))[0].parts["guards"] == 0.5
    engine = running()
    engine.receive(unplugged("speaker", NOW), NOW + 1)
    parts = three_axes(situation(engine))[2].parts
    assert parts == {"functions": 0.8, "live devices": pytest.approx(10 / 11)}
