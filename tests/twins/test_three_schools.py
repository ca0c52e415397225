"""Several schools at once (D11): cars split, mutual aid only when safe, pranks free their cars."""

from dataclasses import replace

import pytest

from tests.twins.dispatch_schools import (
    ASH,
    BIRCH,
    CEDAR,
    NOW,
    THREE,
    answered,
    case,
    delivered,
    handled,
    of,
    press,
    pressed,
    seat,
    told,
)
from tests.twins.schools import TITLE
from twins.alarm import InputRefused
from twins.engine import Engine
from twins.incident import Answer, IncidentHandled, Notification, RaiseHelpLevel, Verdict
from twins.instant import seconds
from twins.jurisdiction import Authority, Jurisdiction, Level, chain, next_boundary, responsible
from twins.mobilisation import (
    IncidentHandedOver,
    NotCalled,
    Release,
    ResponderNotCalled,
    UnitPassedOver,
    UnitReleased,
)
from twins.oversight import schools_under
from twins.records import decode_record, encode_record
from twins.school import HelpLevel, Role


def cars(outputs) -> list[tuple[str, str]]:
    return [
        (one.incident.partition("/")[0], one.responder)
        for one in of(Notification, outputs)
        if one.responder.startswith("car")
    ]


def passed_over(outputs) -> dict[str, tuple[NotCalled, str]]:
    return {one.responder: (one.reason, one.busy_with) for one in of(UnitPassedOver, outputs)}


def hear(engine, outputs, at) -> None:
    for note in of(Notification, outputs):
        heard = delivered(note.incident.partition("/")[0], note.responder)
        engine.receive([heard], at)


@pytest.mark.requirement("R41")
def test_a_busy_car_is_passed_over_for_the_next_nearest_and_that_is_shown():
    engine, first = pressed(*THREE)
    assert cars(first) == [("ash", "car-1")]
    assert not of(UnitPassedOver, first)
    hear(engine, first, NOW + seconds(1))
    second = engine.receive([press("birch", NOW + seconds(35))], NOW + seconds(35))
    assert cars(second) == [("birch", "car-2")], "car 1 is nearer, but engaged"
    assert passed_over(second)["car-1"] == (NotCalled.BUSY, case("ash"))
    assert engine.incidents[case("birch")].passed_over["car-1"] == NotCalled.BUSY


@pytest.mark.requirement("R41")
def test_with_every_car_engaged_each_is_shown_and_the_case_waits_for_the_first_free_one():
    engine, first = pressed(*THREE)
    hear(engine, first, NOW + seconds(1))
    second = engine.receive([press("birch", NOW + seconds(5))], NOW + seconds(5))
    hear(engine, second, NOW + seconds(6))
    third = engine.receive([press("cedar", NOW + seconds(8))], NOW + seconds(8))
    assert cars(third) == []
    assert {name for name in passed_over(third) if name.startswith("car")} == {"car-1", "car-2"}
    closed = engine.receive([handled("birch")], NOW + seconds(60))
    assert [(one.responder, one.reason) for one in of(UnitReleased, closed)] == [
        ("car-2", Release.INCIDENT_CLOSED)
    ]
    assert cars(closed) == [("cedar", "car-2")]


@pytest.mark.requirement("R41")
def test_three_schools_at_once_the_cars_split_and_a_prank_gives_its_car_back():
    engine = Engine(THREE)
    at = {"ash": NOW, "cedar": NOW + seconds(20), "birch": NOW + seconds(35)}
    sent = []
    for own, when in at.items():
        outputs = engine.receive([press(own, when)], when)
        hear(engine, outputs, when)
        sent += cars(outputs)
    assert sent == [("ash", "car-1"), ("cedar", "car-2")]
    prank = handled("cedar", reason="pupils, seen on video", verdict=Verdict.PRANK)
    outputs = engine.receive([prank], NOW + seconds(50))
    (closed,) = of(IncidentHandled, outputs)
    assert (closed.verdict, closed.reason) == (Verdict.PRANK, "pupils, seen on video")
    assert "car-2" in [one.responder for one in of(UnitReleased, outputs)]
    assert cars(outputs) == [("birch", "car-2")]
    assert set(engine.incidents) == {case("ash"), case("birch")}


def test_a_prank_without_a_reason_stays_open_and_keeps_its_car():
    engine, _ = pressed(*THREE)
    outputs = engine.receive([handled("ash", reason=" ", verdict=Verdict.PRANK)], NOW + seconds(9))
    assert [type(one) for one in outputs] == [InputRefused]
    assert case("ash") in engine.incidents


def test_a_car_that_declines_is_replaced_and_free_for_others():
    engine, first = pressed(*THREE)
    hear(engine, first, NOW + seconds(1))
    outputs = engine.receive([answered("ash", "car-1", Answer.DECLINED)], NOW + seconds(5))
    assert cars(outputs) == [("ash", "car-2")]
    outputs = engine.receive([press("cedar", NOW + seconds(9))], NOW + seconds(9))
    assert cars(outputs) == [("cedar", "car-1")]


def test_a_car_that_declined_and_was_sent_elsewhere_cannot_come_back_by_acknowledging():
    engine, first = pressed(*THREE)
    hear(engine, first, NOW + seconds(1))
    engine.receive([answered("ash", "car-1", Answer.DECLINED)], NOW + seconds(5))
    engine.receive([press("cedar", NOW + seconds(9))], NOW + seconds(9))
    back = [answered("ash", "car-1", Answer.ACKNOWLEDGED)]
    (refused,) = of(InputRefused, engine.receive(back, NOW + seconds(10)))
    assert case("cedar") in refused.reason


def test_a_volunteer_of_two_schools_goes_to_the_one_accepted_and_cannot_accept_both():
    engine = Engine(THREE)
    now = NOW + seconds(3600)  # the shop is open
    engine.receive([press("birch", now)], now)
    engine.receive([answered("birch", "shared/shop", Answer.ACCEPTED)], now + seconds(5))
    outputs = engine.receive([press("cedar", now + seconds(9))], now + seconds(9))
    assert passed_over(outputs)["shared/shop"] == (NotCalled.BUSY, case("birch"))
    freed = engine.receive([answered("birch", "shared/shop", Answer.DECLINED)], now + seconds(20))
    assert "shared/shop" in told(freed, case("cedar"))
    engine.receive([answered("cedar", "shared/shop", Answer.ACCEPTED)], now + seconds(25))
    both = [answered("birch", "shared/shop", Answer.ACCEPTED)]
    (refused,) = of(InputRefused, engine.receive(both, now + seconds(30)))
    assert case("cedar") in refused.reason
    outputs = engine.receive([answered("birch", "shared/shop", Answer.ARRIVED)], now + seconds(40))
    assert [(one.incident, one.reason) for one in of(UnitReleased, outputs)] == [
        (case("cedar"), Release.ARRIVED_ELSEWHERE)
    ]


# Mutual aid


def test_a_neighbour_is_called_while_their_own_school_is_safe():
    _, outputs = pressed(*THREE)
    assert "birch/guard" in told(outputs, case("ash"))


def test_a_neighbour_is_not_called_while_their_own_school_has_a_case_and_that_is_shown():
    engine, _ = pressed(*THREE)
    outputs = engine.receive([press("birch", NOW + seconds(35))], NOW + seconds(35))
    assert "ash/guard" not in told(outputs, case("birch"))
    assert passed_over(outputs)["ash/guard"] == (NotCalled.OWN_SCHOOL, case("ash"))
    closed = engine.receive([handled("ash")], NOW + seconds(90))
    assert "ash/guard" in told(closed, case("birch")), "ash is safe again"


def test_a_neighbour_on_the_way_is_sent_home_when_their_own_school_is_attacked():
    engine, _ = pressed(*THREE)
    engine.receive([answered("ash", "birch/guard", Answer.ACCEPTED)], NOW + seconds(10))
    outputs = engine.receive([press("birch", NOW + seconds(35))], NOW + seconds(35))
    assert [(one.incident, one.responder, one.reason) for one in of(UnitReleased, outputs)] == [
        (case("ash"), "birch/guard", Release.OWN_SCHOOL)
    ]
    (refused,) = engine.receive(
        [answered("ash", "birch/guard", Answer.ACCEPTED)], NOW + seconds(40)
    )
    assert isinstance(refused, InputRefused)


def test_a_neighbour_who_has_arrived_stays():
    engine, _ = pressed(*THREE)
    engine.receive([answered("ash", "birch/guard", Answer.ARRIVED)], NOW + seconds(30))
    outputs = engine.receive([press("birch", NOW + seconds(35))], NOW + seconds(35))
    assert not of(UnitReleased, outputs)


# Stations


@pytest.mark.requirement("R85")
def test_the_station_that_is_responsible_by_the_data_is_told_and_the_other_one_is_not():
    _, before = pressed(CEDAR, own="cedar", at=NOW + seconds(599))
    _, after = pressed(CEDAR, own="cedar", at=NOW + seconds(600))
    assert ("cedar/north" in told(before), "cedar/south" in told(before)) == (True, False)
    assert ("cedar/north" in told(after), "cedar/south" in told(after)) == (False, True)
    reasons = {one.responder: one.reason for one in of(ResponderNotCalled, after)}
    assert reasons == {"cedar/north": NotCalled.OTHER_STATION}


@pytest.mark.requirement("R85")
def test_an_open_case_is_handed_over_at_the_boundary_and_the_new_station_is_told_then():
    engine, _ = pressed(CEDAR, own="cedar", at=NOW + seconds(500))
    early = engine.advance(NOW + seconds(600) - 1)
    assert not of(IncidentHandedOver, early)
    assert "cedar/south" not in told(early)
    assert engine.next_deadline() == NOW + seconds(600)
    outputs = engine.advance(NOW + seconds(600))
    assert of(IncidentHandedOver, outputs) == [
        IncidentHandedOver(incident=case("cedar"), station="south", previous="north")
    ]
    assert "cedar/south" in told(outputs)
    assert engine.incidents[case("cedar")].station == "south"


def authority(name, level, above="") -> Authority:
    return Authority(id=name, title=TITLE, level=level, above=above)


TREE = (
    authority("north", Level.STATION, "upper-district"),
    authority("south", Level.STATION, "lower-district"),
    authority("upper-district", Level.DISTRICT, "city"),
    authority("lower-district", Level.DISTRICT, "city"),
    authority("city", Level.CITY, "province"),
    authority("province", Level.PROVINCE),
)
LEVELLED = replace(
    CEDAR,
    authorities=TREE,
    responders=(
        *CEDAR.responders,
        seat("cedar/upper", "upper-district", Role.CENTRE),
        seat("cedar/lower", "lower-district", Role.CENTRE),
        seat("cedar/city", "city", Role.CENTRE),
        seat("cedar/elsewhere", "other-city", Role.CENTRE),
    ),
)


@pytest.mark.requirement("R85.TW-levels")
@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        ("north", ("ash", "cedar"), ("ash",)),
        ("south", (), ("cedar",)),
        ("upper-district", ("ash", "cedar"), ("ash",)),
        ("lower-district", (), ("cedar",)),
        ("city", ("ash", "cedar"), ("ash", "cedar")),
        ("province", ("ash", "cedar"), ("ash", "cedar")),
        ("other-city", (), ()),
        ("", (), ()),
    ],
)
def test_each_authority_sees_the_schools_under_it_and_a_boundary_moves_them(who, before, after):
    ash = replace(ASH, stations=(Jurisdiction(station="north"),), authorities=TREE)
    city = (ash, BIRCH, LEVELLED)
    assert schools_under(city, who, NOW + seconds(599)) == before
    assert schools_under(city, who, NOW + seconds(600)) == after


@pytest.mark.requirement("R85.TW-levels")
@pytest.mark.parametrize(
    ("opened", "own", "other"),
    [(0, "cedar/upper", "cedar/lower"), (600, "cedar/lower", "cedar/upper")],
)
def test_an_unanswered_case_goes_up_to_the_levels_over_the_station_and_to_no_others(
    opened, own, other
):
    engine, outputs = pressed(LEVELLED, own="cedar", at=NOW + seconds(opened))
    assert not {own, other, "cedar/city"} & set(told(outputs)), "the station comes first"
    outputs = engine.advance(NOW + seconds(opened + 60))
    assert {own, "cedar/city"} <= set(told(outputs))
    assert not {other, "cedar/elsewhere"} & set(told(outputs))


def test_a_tree_that_goes_round_in_a_circle_ends():
    ring = (authority("a", Level.STATION, "b"), authority("b", Level.DISTRICT, "a"))
    assert chain(ring, "a") == ("a", "b")


def test_who_is_responsible_is_data_in_any_order():
    stations = (Jurisdiction(station="b", since=20), Jurisdiction(station="a", since=10))
    assert [responsible(stations, now) for now in (9, 10, 19, 20)] == ["", "a", "a", "b"]
    assert [next_boundary(stations, now) for now in (9, 10, 20)] == [10, 20, None]


# One school, several cases; the record


def test_a_second_case_at_the_same_school_has_the_car_that_is_there_until_both_are_closed():
    engine, _ = pressed(*THREE)
    state = engine.state()
    first = state.incidents[case("ash")]
    other = replace(
        first, id=case("ash", 9), kind="knife", assignments={}, level=HelpLevel.STAFF, alarms=("x",)
    )
    state.incidents[other.id] = other
    engine = Engine(THREE, state)
    raised = RaiseHelpLevel(incident=other.id, by="Guard A", reason="a second man")
    outputs = engine.receive([raised], NOW + seconds(5))
    assert cars(outputs) == [("ash", "car-1")]
    assert not of(UnitPassedOver, outputs)
    engine.receive([handled("ash")], NOW + seconds(6))
    outputs = engine.receive([press("birch", NOW + seconds(7))], NOW + seconds(7))
    assert cars(outputs) == [("birch", "car-2")], "car 1 is still at the second case"


def test_the_three_schools_do_not_depend_on_their_order():
    def play(*schools):
        engine = Engine(schools)
        said = [engine.receive([press("ash", NOW)], NOW)]
        said.append(engine.receive([press("birch", NOW + seconds(35))], NOW + seconds(35)))
        said.append(engine.receive([handled("ash")], NOW + seconds(300)))
        return [[encode_record(one) for one in outputs] for outputs in said]

    assert play(ASH, BIRCH, CEDAR) == play(CEDAR, BIRCH, ASH)


def test_everything_said_survives_the_log():
    engine, outputs = pressed(*THREE)
    outputs += engine.receive([press("birch", NOW + seconds(35))], NOW + seconds(35))
    outputs += engine.receive([press("cedar", NOW + seconds(36))], NOW + seconds(36))
    outputs += engine.advance(NOW + seconds(900))
    outputs += engine.receive([handled("ash", verdict=Verdict.PRANK)], NOW + seconds(901))
    assert {IncidentHandedOver, UnitPassedOver, UnitReleased} <= {type(one) for one in outputs}
    for record in outputs:
        assert decode_record(*encode_record(record)) == record
