"""处置空档期 and the time gained, from the alarm and from the start of the attack (R50)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twins.dispatch_schools import ASH, NOW, answered, case, pressed, school, volunteer
from twins.incident import Answer
from twins.instant import in_seconds, seconds
from twins.response_gap import first_capable, gained, police_arrival, response_gap

pytestmark = pytest.mark.requirement("R50")


def after(*arrivals, at=ASH):
    """Return the incident after (responder, seconds since the alarm) arrived."""
    engine, _ = pressed(at)
    for responder, since in sorted(arrivals, key=lambda one: one[1]):
        arrived = answered("ash", responder, Answer.ARRIVED)
        engine.receive([arrived], NOW + seconds(since))
    return engine.incidents[case("ash")]


def test_the_gap_ends_with_the_first_capable_one_and_the_rest_is_gained():
    incident = after(("ash/volunteer-1", 70), ("car-1", 240))
    assert (first_capable(incident), police_arrival(incident)) == (
        NOW + seconds(70),
        NOW + seconds(240),
    )
    assert response_gap(incident) == seconds(70)
    assert gained(incident) == seconds(170)


def test_without_volunteers_the_gap_lasts_until_the_police_and_nothing_is_gained():
    incident = after(("car-1", 240))
    assert (response_gap(incident), gained(incident)) == (seconds(240), 0)


def test_a_witness_does_not_end_the_gap():
    incident = after(
        ("ash/witness", 30),
        ("ash/station", 200),
        at=school("ash", volunteer("ash/witness", 9, kit=())),
    )
    assert (response_gap(incident), gained(incident)) == (seconds(200), 0)


def test_the_gap_is_open_while_nobody_is_there_and_the_gain_until_the_police_are():
    assert response_gap(after()) is None
    assert gained(after(("ash/volunteer-1", 70))) is None
    assert response_gap(after(("ash/volunteer-1", 70))) == seconds(70)


def test_both_can_count_from_the_start_of_the_attack():
    incident = after(("ash/volunteer-1", 70), ("car-1", 240))
    earlier = NOW - seconds(45)
    assert response_gap(incident, attack=earlier) == seconds(115)
    assert gained(incident, attack=earlier) == seconds(170)
    later = NOW + seconds(100)  # the volunteer was there before it began
    assert response_gap(incident, attack=later) == 0
    assert gained(incident, attack=later) == seconds(140)


@given(
    st.lists(st.integers(1, 600), min_size=5, max_size=5), st.integers(1, 600), st.integers(0, 4)
)
def test_one_more_arrival_never_raises_the_gap_nor_lowers_the_gain(times, police, more):
    everybody = [(f"ash/volunteer-{number}", at) for number, at in enumerate(times, start=1)]
    few, many = after(("car-1", police), *everybody[:more]), after(("car-1", police), *everybody)
    assert response_gap(many) <= response_gap(few)
    assert gained(many) >= gained(few)
    assert in_seconds(response_gap(many) + gained(many)) <= max(police, min(times))
