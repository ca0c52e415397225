"""What a device that never stops telling can fill: nothing without an end, and nobody is lost."""

from dataclasses import replace

from tests.twins.ash import ASH, of
from tests.twins.schools import ELM, MONDAY_0700, device, says
from twins.alarm import AlarmRaised, InputRefused
from twins.announcement import AnnounceTest
from twins.announcing import MOST_TESTS
from twins.dispatch import MOST_ALARMS
from twins.engine import Engine
from twins.incident import IncidentJoined, IncidentOpened, Notification
from twins.instant import seconds
from twins.record_keeping import MOST_RECORDS
from twins.sighting import DecideHit, HitVerdict, Outcome, PersonSeen, RecordExpired

NOW = MONDAY_0700


def test_a_front_end_that_never_stops_keeps_its_latest_records_and_whatever_waits_for_a_person():
    engine = Engine([ASH])

    def hits(number: int, subject: str, score: float):
        now = NOW + seconds(number)
        told = {"subject": subject, "list": "list-1", "score": score, "hits": number}
        seen = [says("gate-face", name, value, now) for name, value in told.items()]
        return engine.receive([replace_school(one) for one in seen], now)

    hits(0, "person-0", 0.9)
    (pushed,) = of(PersonSeen, hits(1, "person-17", 0.95))
    assert pushed.hit.outcome is Outcome.PUSHED
    told = [one for number in range(2, MOST_RECORDS + 3) for one in hits(number, "person-9", 0.2)]
    expired = of(RecordExpired, told)
    assert [one.record for one in expired] == ["ash/hit/2", "ash/hit/3"]
    assert all(one.full and not one.decided for one in expired)
    kept = engine.state().watch.hits
    assert len(kept) == MOST_RECORDS
    assert pushed.hit.id in kept, "it waits for a decision"
    decision = DecideHit(hit=pushed.hit.id, verdict=HitVerdict.SAME, by="Guard A", reason="seen")
    assert not of(InputRefused, engine.receive([decision], NOW + seconds(2000)))
    (gone,) = of(RecordExpired, hits(2001, "person-9", 0.2))
    assert (gone.record, gone.decided) == (pushed.hit.id, True)


def replace_school(observation):
    name = observation.device.removeprefix("elm/")
    return type(observation)(
        device=f"ash/{name}",
        property=observation.property,
        value=observation.value,
        source_time=observation.source_time,
        receive_time=observation.receive_time,
    )


def test_when_every_record_waits_for_a_person_the_oldest_leaves_and_the_warning_stands():
    engine, told = Engine([ASH]), []
    for number in range(MOST_RECORDS + 2):
        now = NOW + seconds(number)
        seen = {"subject": f"person-{number}", "list": "list-1", "score": 0.95, "hits": number}
        seen = [replace_school(says("gate-face", name, one, now)) for name, one in seen.items()]
        told += engine.receive(seen, now)
    (expired,) = of(RecordExpired, told)
    assert (expired.record, expired.full) == ("ash/hit/1", True)
    assert len(engine.state().watch.hits) == MOST_RECORDS
    assert {alarm.kind for alarm in engine.alarms.values()} == {"person-warning"}


def test_a_case_that_is_full_is_followed_by_another_one_that_people_are_told_of():
    buttons = tuple(device(f"button-{n}", "one-key-alarm") for n in range(MOST_ALARMS + 1))
    engine = Engine([replace(ELM, devices=(*ELM.devices[3:5], *buttons), posts=())])
    pressed = [says(f"button-{n}", "pressed", True, NOW) for n in range(MOST_ALARMS + 1)]
    outputs = engine.receive(pressed, NOW)
    assert len(of(AlarmRaised, outputs)) == MOST_ALARMS + 1
    assert len(of(IncidentJoined, outputs)) == MOST_ALARMS - 1
    assert len(of(IncidentOpened, outputs)) == 2
    assert [one.responder for one in of(Notification, outputs)].count("elm/station") == 2


def test_only_so_many_tests_may_be_announced_ahead():
    engine = Engine([ELM])

    def announced(number: int) -> AnnounceTest:
        start = NOW + seconds(7200 * number)
        until = start + seconds(60)
        return AnnounceTest(subject="elm", start=start, until=until, by="Head", reason="test")

    engine.receive([announced(number) for number in range(1, MOST_TESTS + 1)], NOW)
    (refused,) = engine.receive([announced(MOST_TESTS + 1)], NOW)
    assert f"{MOST_TESTS} tests are announced" in refused.reason
