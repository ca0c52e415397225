import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.links import compile_models
from scenarios.drill import DEEDS, Drill
from scenarios.drill_loader import load_drill_with_school
from scenarios.story import EVENT_KINDS
from simulator.deeds import VERBS
from simulator.record import BELIEVED
from simulator.run import run_drill
from tests.simulator.conftest import VOLUNTEERS, volunteer
from twins.documents import ConfigError
from twins.instant import seconds
from twins.school import School

RUN_D01 = """
import sys
from gatehouse.links import compile_models
from scenarios.drill_loader import load_drill_with_school
from simulator.run import run_drill
drill, package = load_drill_with_school("d01")
models = compile_models(package)
record = run_drill(school=package.school, drill=drill, models=models, seed=7)
sys.stdout.buffer.write(record.to_json())
"""


def played(school: School, drill: Drill, seed: int = 1) -> Any:
    return run_drill(school=school, drill=drill, models={}, seed=seed)


def test_every_deed_of_the_drill_language_can_be_done() -> None:
    assert set(VERBS) == set(DEEDS)


def test_every_kind_that_is_told_is_a_kind_of_the_story() -> None:
    assert set(EVENT_KINDS) >= BELIEVED


def test_an_unknown_deed_is_refused_before_anything_happens(
    make_school: Callable[..., School], drill: Drill
) -> None:
    wrong = replace(drill, injects=(replace(drill.injects[0], do="pres"),))
    with pytest.raises(ConfigError, match="did you mean 'press'"):
        played(make_school(), wrong)


def test_a_press_becomes_one_incident_whose_plan_is_carried_out(
    make_school: Callable[..., School], drill: Drill
) -> None:
    record = played(make_school(), drill)
    kinds = [event.kind for event in record.story]
    assert kinds.count("incident-opened") == 1
    ended = [event for event in record.story if event.kind == "command-ended"]
    assert {(one.subject, one.details["result"]) for one in ended} == {
        ("elm/lane", "confirmed"), ("elm/barrier", "confirmed"),
    }  # fmt: skip
    assert kinds.count("notified") == len(make_school().responders)
    assert kinds[-1] == "incident-handled"
    measures = record.measures
    assert (measures.presses, measures.presses_counted) == (1, 1)
    assert measures.sensed is not None
    assert measures.warned is not None
    assert measures.acknowledged is not None
    assert measures.handled is not None
    assert 4 < measures.sensed < measures.warned < measures.acknowledged < measures.handled
    assert record.incidents[0].opened - record.start < seconds(6)
    hops = measures.latency_per_hop
    assert list(hops) == [
        "press to sensed", "sensed to opened", "opened to warned", "warned to acknowledged",
    ]  # fmt: skip
    assert sum(hops.values()) == pytest.approx(measures.acknowledged - 4)


def test_the_gap_is_the_first_of_capable_responder_and_police(
    make_school: Callable[..., School], drill: Drill
) -> None:
    for seed in range(10):
        gap = played(make_school(), drill, seed).measures.gap_from_attack
        assert gap is not None
        assert gap.police is not None
        if gap.first_capable is None:
            assert (gap.gap, gap.gained) == (gap.police, None)
        else:
            assert gap.gap == min(gap.first_capable, gap.police)
            assert gap.gained == max(0.0, gap.police - gap.first_capable)


@pytest.mark.parametrize("seed", range(10))
def test_another_volunteer_never_widens_the_gap(
    make_school: Callable[..., School], drill: Drill, seed: int
) -> None:
    before = played(make_school(), drill, seed).measures.gap_from_alarm
    more = (volunteer("another", 90.0), *VOLUNTEERS)
    after = played(make_school(more), drill, seed).measures.gap_from_alarm
    assert before is not None
    assert after is not None
    assert after.police == before.police
    assert after.gap <= before.gap


def test_without_a_press_nothing_is_decided_and_the_drill_ends(
    make_school: Callable[..., School], drill: Drill
) -> None:
    quiet = replace(drill, injects=drill.injects[:2])
    record = played(make_school(), quiet)
    assert not record.incidents
    assert record.measures.gap_from_alarm is None
    assert record.measures.exposure[0].at_attack > 0
    assert record.story[-1].at <= record.start + seconds(60)


def test_pupils_are_exposed_for_less_time_when_they_are_moved_in(
    make_school: Callable[..., School], drill: Drill
) -> None:
    moved = played(make_school(), drill).measures.exposure[0]
    left = played(make_school(), replace(drill, injects=drill.injects[:3])).measures.exposure[0]
    assert moved.at_attack == left.at_attack
    assert moved.pupil_seconds < left.pupil_seconds


def test_the_same_seed_gives_the_same_bytes_under_any_hash_seed() -> None:
    def bytes_under(hash_seed: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        return subprocess.run(
            [sys.executable, "-c", RUN_D01], check=True, env=environment, capture_output=True
        ).stdout

    first = bytes_under("1")
    assert first == bytes_under("2")
    assert json.loads(first)["measures"]["handled"] > 0


def test_d01_is_one_incident_with_every_limit_of_the_platform_kept() -> None:
    drill, package = load_drill_with_school("d01")
    models = compile_models(package)
    for seed in range(1, 6):
        record = run_drill(school=package.school, drill=drill, models=models, seed=seed)
        kinds = [event.kind for event in record.story]
        assert kinds.count("incident-opened") == 1
        assert record.measures.presses == record.measures.presses_counted == 2
        results = [
            event.details["result"] for event in record.story if event.kind == "command-ended"
        ]
        assert results == ["confirmed"] * 5
        assert "device-lost" not in kinds


def test_another_seed_gives_another_story() -> None:
    drill, package = load_drill_with_school("d01")
    models = compile_models(package)
    stories = {
        run_drill(school=package.school, drill=drill, models=models, seed=seed).to_json()
        for seed in (1, 2)
    }
    assert len(stories) == 2
