"""Dispatch policies are pure functions: who is called now, and when to ask again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twins.dispatch_rules import DispatchPolicy, DispatchRules
from twins.instant import seconds
from twins.policies.all_at_once import all_at_once
from twins.policies.interface import IncidentView, ResponderState, ResponderView
from twins.policies.nearest_by_time import nearest_by_time
from twins.policies.phased import phased
from twins.policies.table import POLICIES

RULES = DispatchRules(wave=2, wait=seconds(75), delivery_limit=seconds(10))
NOW = seconds(1000)


def incident(wanted=2) -> IncidentView:
    return IncidentView(id="ash/incident/1", wanted=wanted, rules=RULES)


def view(name, metres=100.0, **changes) -> ResponderView:
    standing = {
        "travel": seconds(metres / 3),
        "capable": True,
        "state": ResponderState.FREE,
        **changes,
    }
    return ResponderView(id=name, distance_m=metres, **standing)


def waiting(name, metres, since, *, reached=True) -> ResponderView:
    return view(name, metres, state=ResponderState.TOLD, told=NOW - seconds(since), reached=reached)


def test_every_name_has_its_function():
    assert set(POLICIES) == set(DispatchPolicy)


def test_all_at_once_calls_everybody_who_is_free_and_wants_no_second_thought():
    responders = [view("b", 200), view("a", 100), view("c", 50, state=ResponderState.BUSY)]
    decided = all_at_once(incident(), responders, NOW)
    assert (decided.call, decided.again) == (("a", "b"), None)


def test_phased_calls_the_nearest_and_asks_again_when_their_notices_should_have_arrived():
    decided = phased(incident(), [view("c", 300), view("b", 200), view("a", 100)], NOW)
    assert (decided.call, decided.again) == (("a", "b"), NOW + seconds(10))


def test_a_refusal_is_replaced_at_once():
    responders = [view("a", 100, state=ResponderState.GONE), waiting("b", 200, 5), view("c", 300)]
    assert phased(incident(), responders, NOW).call == ("c",)


def test_a_silent_one_is_replaced_after_the_wait_and_not_before():
    nearly = [waiting("a", 100, 74), waiting("b", 200, 74), view("c", 300)]
    decided = phased(incident(), nearly, NOW)
    assert (decided.call, decided.again) == ((), NOW + seconds(1))
    over = [waiting("a", 100, 75), waiting("b", 200, 5), view("c", 300)]
    assert phased(incident(), over, NOW).call == ("c",)


def test_somebody_whom_the_notice_does_not_reach_is_replaced_sooner():
    responders = [waiting("a", 100, 10, reached=False), waiting("b", 200, 10), view("c", 300)]
    assert phased(incident(), responders, NOW).call == ("c",)


def test_one_who_accepted_and_is_late_is_replaced_and_one_who_arrived_never_is():
    late = view("a", 100, state=ResponderState.ACCEPTED, late_from=NOW)
    there = view("b", 200, state=ResponderState.ARRIVED)
    assert phased(incident(), [late, there, view("c", 300)], NOW).call == ("c",)
    in_time = view("a", 100, state=ResponderState.ACCEPTED, late_from=NOW + 1)
    assert phased(incident(), [in_time, there, view("c", 300)], NOW).call == ()


def test_a_witness_is_called_in_turn_but_fills_no_place():
    responders = [view("a", 100, capable=False), view("b", 200), view("c", 300), view("d", 400)]
    assert phased(incident(), responders, NOW).call == ("a", "b", "c")


@pytest.mark.requirement("R46")
def test_nearest_is_by_time_where_the_policy_says_so_and_not_by_distance():
    across_the_river = view("near", 200, travel=seconds(300))
    by_the_bridge = view("far", 900, travel=seconds(120))
    both = [across_the_river, by_the_bridge]
    assert nearest_by_time(incident(1), both, NOW).call == ("far",)
    assert phased(incident(1), both, NOW).call == ("near",)


views = st.lists(
    st.builds(
        view,
        st.sampled_from("abcdefgh"),
        st.sampled_from([0.0, 100.0, 200.0]),
        capable=st.booleans(),
        state=st.sampled_from(ResponderState),
        told=st.sampled_from([NOW - seconds(80), NOW - seconds(20), NOW]),
        reached=st.booleans(),
        late_from=st.sampled_from([None, NOW - 1, NOW + 1]),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
@given(views, st.integers(0, 4), st.randoms(use_true_random=False))
def test_a_policy_calls_only_who_is_free_once_in_any_order_of_the_list_and_looks_ahead(
    policy, responders, wanted, order
):
    decided = policy(incident(wanted), responders, NOW)
    free = {one.id for one in responders if one.state is ResponderState.FREE}
    assert len(set(decided.call)) == len(decided.call)
    assert set(decided.call) <= free
    assert decided.again is None or decided.again > NOW
    shuffled = list(responders)
    order.shuffle(shuffled)
    assert set(policy(incident(wanted), shuffled, NOW).call) == set(decided.call)
