"""D04 重点人员远端预警: a person of concern at the metro exit, the bus stop and the gate."""

import pytest

from tests.twins.ash import ASH
from tests.twins.oak import NINE
from tests.twins.stories.stage import sees
from twins.alarm import InputRefused
from twins.capability import Line
from twins.command import Command
from twins.early_warning import WarningChanged, WarningDelivered, WarningNotice, WarningReached
from twins.incident import IncidentOpened
from twins.instant import in_seconds
from twins.sighting import (
    DecideHit,
    HitDecided,
    HitVerdict,
    LeadTimeKnown,
    LookUp,
    LookUpAudited,
    Outcome,
    PersonSeen,
    RecordExpired,
)

DAY = 86_400


def hit(place: str, number: int, score: float, subject: str = "person-17"):
    return sees(f"{place}-face", subject=subject, list="list-1", score=score, hits=number)


@pytest.mark.requirement("R11", "R35", "R37")
def test_d04_a_person_of_concern_is_warned_of_far_out_and_nothing_locks_on_a_score(stage):
    story = stage(ASH, zero=NINE)
    for place in ("metro", "stop", "gate"):
        story.at(-60, sees(f"{place}-face", online=True, hits=0))

    story.at(0, hit("metro", 1, 0.93))
    story.at(1, WarningDelivered(warning="ash/hit/1", responder="ash/guard"))
    story.at(2, WarningDelivered(warning="ash/hit/1", responder="ash/car"))
    story.at(30, LookUp(hit="ash/hit/1", by="Operator 4", why="hit at the metro exit"))
    story.at(80, hit("stop", 1, 0.71))
    story.at(150, hit("gate", 1, 0.95))
    story.at(
        170, DecideHit(hit="ash/hit/1", verdict=HitVerdict.SAME, by="Operator 4", reason="seen")
    )
    for day in (1, 2):
        story.at(day * DAY + 600, hit("metro", 1 + day, 0.90, subject="person-21"))
        false = {"verdict": HitVerdict.MISTAKEN, "by": "Operator 5", "reason": "another face"}
        story.at(day * DAY + 660, DecideHit(hit=f"ash/hit/{3 + day}", **false))
    story.at(4 * DAY)

    seen = [(round(second), one.hit.outcome) for second, one in story.told(PersonSeen)]
    assert seen == [
        (0, Outcome.PUSHED),
        (80, Outcome.BELOW),
        (150, Outcome.PUSHED),
        (DAY + 600, Outcome.PUSHED),
        (2 * DAY + 600, Outcome.PUSHED),
    ]
    first = story.told(WarningNotice, lambda one: one.warning == "ash/hit/1")
    assert {one.responder for _, one in first} == {"ash/guard", "ash/station", "ash/car"}
    assert max(second for second, _ in first) <= 3
    reached = {one.delivery.responder: second for second, one in story.told(WarningReached)}
    assert reached == {"ash/guard": 1.0, "ash/car": 2.0}
    assert not story.told(WarningNotice, lambda one: one.warning == "ash/hit/2"), "kept only"
    ((_, lead),) = story.told(LeadTimeKnown)
    assert in_seconds(lead.lead) == 150.0

    decided = [(one.by, one.verdict) for _, one in story.told(HitDecided)]
    same, mistaken = HitVerdict.SAME, HitVerdict.MISTAKEN
    assert decided == [("Operator 4", same), ("Operator 5", mistaken), ("Operator 5", mistaken)]
    (warning, *_) = [one.warning for _, one in story.told(WarningChanged)]
    stamps = (warning.sensed, warning.warned, warning.acknowledged, warning.handled)
    assert [story.second(at) for at in stamps] == [0.0, 0.25, 170.0, 170.0]
    ((_, look_up),) = story.told(LookUpAudited)
    assert (look_up.by, look_up.list_id, look_up.granted) == ("Operator 4", "list-1", True)
    expired = {one.record: second for second, one in story.told(RecordExpired)}
    assert {f"ash/hit/{number}" for number in range(1, 6)} <= set(expired)
    assert expired["ash/hit/1"] == DAY + 0.25
    assert not story.told(Command), "no lock on a score alone, though a plan asks for one"
    assert not story.told(IncidentOpened)
    assert not story.told(InputRefused)
    assert story.first_line() is Line.REMOTE
