"""D05 离岗叠加突发: the only guard is off post when an intruder comes."""

import pytest

from tests.twins.schools import ELM, MONDAY_0700
from tests.twins.stories.stage import sees
from twins.alarm import AlarmChanged, AlarmState
from twins.capability import Line
from twins.guard_state import GuardState, GuardStateChanged
from twins.incident import Answer, IncidentFlagged, IncidentOpened
from twins.instant import seconds
from twins.management.finding import FindingKind
from twins.management.registers import Headcount, Registers
from twins.management.shift_report import shift_report
from twins.management.view import findings
from twins.response_gap import gained, response_gap

A_MINUTE_BEFORE_THE_PEAK = MONDAY_0700 + seconds(19 * 60)


@pytest.mark.requirement("R08", "R50", "R80")
def test_d05_the_empty_post_is_warned_of_and_volunteers_carry_the_case_until_the_police_come(stage):
    story = stage(ELM, zero=A_MINUTE_BEFORE_THE_PEAK)
    registers = Registers(headcount=Headcount(pupils=400, guards=("guard-1",)))
    found = findings(ELM, story.engine.state(), registers, story.zero)
    assert FindingKind.GUARDS_SHORT in {one.kind for one in found}

    story.at(-60, sees("presence", present=True, seat=True, badge=True))
    story.at(-60, sees("button-2", pressed=False))
    story.at(0, sees("presence", present=False, seat=False, badge=False))
    story.at(215, sees("button-2", pressed=True))
    story.at(216, *story.reaches("station", "volunteer-1"), sees("button-2", pressed=False))
    story.at(230, story.answers("station", Answer.ACKNOWLEDGED))
    story.at(235, story.answers("volunteer-1", Answer.ACCEPTED))
    story.at(295, story.answers("volunteer-1", Answer.ARRIVED))
    story.at(215 + 660, story.answers("station", Answer.ARRIVED))
    incident = story.engine.incidents[story.case()]
    story.at(900, story.closes())
    story.at(920, sees("presence", present=True, seat=True, badge=True))

    (warned,) = [second for second, kind in story.raised() if kind == "guard-off-post"]
    assert 120 <= warned <= 130, "60 s into the peak, at most 10 s late"
    away = [one.states for _, one in story.told(GuardStateChanged)]
    assert (GuardState.AWAY,) in away
    ((opened, _),) = story.told(IncidentOpened)
    assert opened - 215 <= 3, "a wireless button"
    assert set(story.notified()) == {"elm/station", "elm/console", "elm/volunteer-1"}
    assert set(story.notified().values()) == {opened}
    assert response_gap(incident) == seconds(80)
    assert gained(incident) == seconds(580)
    shift = (story.zero - seconds(60), story.zero + seconds(1000))
    records = [(story.zero + seconds(second), one) for second, one in story.told(object)]
    assert shift_report(ELM, ELM.posts[0], shift, records).unguarded == seconds(920)
    back = [second for second, one in story.told(AlarmChanged) if one.state is AlarmState.NORMAL]
    assert back == [920.25], "the warning closes itself on return"
    assert not story.opened_ways()
    assert story.first_line() is Line.GATE_FRONT
    sensed, first_reached, acknowledged, handled = story.four_timestamps()
    assert (sensed, acknowledged, handled) == (215.0, 230.0, 900.0)
    assert first_reached - sensed <= 3
    assert not story.told(IncidentFlagged)
