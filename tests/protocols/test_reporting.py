"""What becomes an observation and what does not, with time given by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.deriving import Reading
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice
from protocols.reporting import Reporter
from tests.twins.schools import ELM
from twins.engine import Engine
from twins.instant import Instant, seconds
from twins.observation import Observation, Quality

NOON = seconds(1_800_000_000)


@dataclass
class Clock:
    """A clock that stands where it is put."""

    at: Instant = NOON

    def now(self) -> Instant:
        return self.at

    async def sleep_until(self, instant: Instant) -> None:
        self.at = instant


@dataclass
class Kept:
    batches: list[list[Observation]] = field(default_factory=list)
    heard_devices: list[str] = field(default_factory=list)

    def observe(self, observations: Sequence[Observation]) -> None:
        self.batches.append(list(observations))

    def heard(self, devices: Sequence[str], at: Instant) -> None:
        self.heard_devices.extend(devices)


def reporter() -> tuple[Reporter, Kept]:
    button = read_model(library()["ipso-push-button"])
    presence = read_model(library()["ipso-presence"])
    kept = Kept()
    devices = [
        ConnectedDevice(id="button", model=button, lost_after=seconds(2)),
        ConnectedDevice(id="presence", model=presence, lost_after=seconds(10)),
    ]
    return Reporter(devices, kept, Clock()), kept


GOOD_PRESS = (True, Quality.GOOD, "")


def test_one_answer_is_one_batch_with_both_times():
    report, kept = reporter()
    readings = {"pressed": GOOD_PRESS, "press_count": (4, Quality.GOOD, "")}
    report.readings("button", readings, {"pressed": NOON - 5})
    (batch,) = kept.batches
    assert {seen.property: seen.value for seen in batch} == {"pressed": True, "press_count": 4}
    assert {seen.property: seen.source_time for seen in batch} == {
        "pressed": NOON - 5,
        "press_count": NOON,
    }
    assert {seen.receive_time for seen in batch} == {NOON}


def test_without_a_source_time_the_answer_s_arrival_counts():
    report, kept = reporter()
    report.read("button", {"pressed": True})
    assert kept.batches[0][0].source_time == NOON


@pytest.mark.parametrize("off", [-seconds(3600) - 1, 1, seconds(30 * 86400), -seconds(30 * 86400)])
def test_a_stamp_that_cannot_be_right_gives_way_to_the_arrival(off):
    report, kept = reporter()
    report.readings("button", {"pressed": GOOD_PRESS}, {"pressed": NOON + off})
    assert kept.batches[0][0].source_time == NOON


def test_a_stamp_of_up_to_an_hour_ago_is_believed():
    report, kept = reporter()
    report.readings("button", {"pressed": GOOD_PRESS}, {"pressed": NOON - seconds(3600)})
    assert kept.batches[0][0].source_time == NOON - seconds(3600)


@given(st.lists(st.integers(-3600, 60), min_size=2, max_size=12))
def test_whatever_a_device_s_clock_does_the_engine_believes_what_it_says_last(clock):
    """A server tells a change once: one that is taken for late would be lost until the next."""
    model, kept, engine = read_model(library()["ipso-push-button"]), Kept(), Engine([ELM])
    button = ConnectedDevice(id="elm/button", model=model, lost_after=seconds(2))
    report = Reporter([button], kept, Clock())
    for number, second in enumerate(clock):
        value = number % 2 == 0
        readings: dict[str, Reading] = {"pressed": (value, Quality.GOOD, "")}
        report.readings(button.id, readings, {"pressed": NOON + seconds(second)})
        engine.receive(kept.batches[-1], NOON)
        assert engine.twins[button.id].properties["pressed"].value is value


def test_an_old_stamp_after_a_failure_is_the_device_s_own():
    """What a link brings again after it was down is known by its stamp."""
    report, kept = reporter()
    for _ in range(2):
        report.readings("button", {"pressed": GOOD_PRESS}, {"pressed": NOON - 9})
        assert kept.batches[-1][0].source_time == NOON - 9
        report.readings("button", {"pressed": (False, Quality.GOOD, "")}, {"pressed": NOON - 5})
        report.lost("button", "gone")


def test_a_repeated_value_is_heard_and_nothing_else():
    report, kept = reporter()
    report.read("button", {"pressed": True})
    report.read("button", {"pressed": True})
    assert len(kept.batches) == 1
    assert kept.heard_devices == ["button", "button"]


def test_a_failing_point_turns_bad_alone_and_once():
    report, kept = reporter()
    report.read("button", {"pressed": False, "press_count": 1})
    report.failed("button", ["press_count"], "4.04 Not Found")
    report.failed("button", ["press_count"], "4.04 Not Found")
    assert len(kept.batches) == 2
    (bad,) = kept.batches[1]
    assert (bad.property, bad.quality, bad.cause) == ("press_count", Quality.BAD, "4.04 Not Found")
    assert report.value("button", "pressed") == (False, Quality.GOOD, "")


def test_a_lost_device_is_bad_in_every_point_and_its_neighbour_in_none():
    report, kept = reporter()
    report.lost("button", "silent for 2 s")
    assert {seen.device for seen in kept.batches[0]} == {"button"}
    assert {seen.property for seen in kept.batches[0]} == {"pressed", "press_count"}


def test_the_same_value_after_a_loss_is_news():
    report, kept = reporter()
    report.read("button", {"pressed": False})
    report.lost("button", "gone")
    report.read("button", {"pressed": False})
    assert [seen.quality for seen in kept.batches[-1]] == [Quality.GOOD]
