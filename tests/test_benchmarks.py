"""What the benchmarks measure is what they say: their stories fire as meant, whoever is fast."""

import pytest

from benchmarks import engine, storm
from twins.alarm import ResetAlarm
from twins.incident import HandleIncident, IncidentOpened
from twins.mobilisation import ResponderNotCalled


@pytest.mark.parametrize("schools", [1, 7])
def test_every_hundredth_observation_of_the_firing_story_opens_a_case_of_its_own(
    monkeypatch, schools
):
    monkeypatch.setattr(engine, "NUMBER", 5000)
    engine.assert_meant(schools)
    assert engine.fired(schools, engine.one_in_a_hundred)[IncidentOpened] == 50


def test_presses_that_merge_into_one_latched_alarm_are_noticed(monkeypatch):
    story = engine.one_in_a_hundred

    def never_closed(schools):
        return [
            ([one for one in inputs if not isinstance(one, HandleIncident | ResetAlarm)], now)
            for inputs, now in story(schools)
        ]

    monkeypatch.setattr(engine, "NUMBER", 5000)
    monkeypatch.setattr(engine, "one_in_a_hundred", never_closed)
    with pytest.raises(AssertionError, match="for 50 presses"):
        engine.assert_meant(1)


def test_the_storm_sends_everybody_of_276_schools():
    schools = [storm.school(number) for number in range(storm.SCHOOLS)]
    _, outputs = storm.storm(schools, together=True)
    assert storm.assert_meant(outputs) == 276 * 2 + 2318 + 46
    assert not storm.unexplained(schools, outputs)
    assert not any(isinstance(one, ResponderNotCalled) for one in outputs), "the shops are open"
