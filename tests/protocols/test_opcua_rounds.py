"""When points are read beside their subscription, and what that proves; time is given by hand."""

import pytest
from asyncua import ua

from protocols.opcua.nodes import Target
from protocols.opcua.rounds import BAD_POLL, TOGETHER, Item, Rounds, deaf, put_off_bad
from tests.protocols.opcua_bench import s7
from twins.instant import milliseconds, seconds

ROUND = milliseconds(800)


def item(**settings):
    point = s7("barrier").points["closed"]
    target = Target(device="barrier", point=point, node=ua.NodeId("closed", 2))
    return Item(**{"target": target, "interval": ROUND, "due": ROUND, **settings})


def said(value, status=0):
    return ua.DataValue(ua.Variant(value), StatusCode=ua.StatusCode(status))


def rounds_of(*items):
    rounds = Rounds(ROUND, 0)
    for one in items:
        rounds.add(one)
    return rounds


def test_what_was_published_since_the_last_round_is_not_read():
    lively, quiet = item(fresh=True), item()
    rounds = rounds_of(lively, quiet)
    assert rounds.next() == ROUND
    assert rounds.due(ROUND) == [quiet]
    assert rounds.due(2 * ROUND) == [lively, quiet]


def test_a_polled_point_is_read_in_every_round():
    polled = item(polled=True, fresh=True)
    rounds = rounds_of(polled)
    assert [rounds.due(n * ROUND) for n in (1, 2)] == [[polled], [polled]]


def test_nothing_is_read_before_it_is_due_and_lateness_is_not_made_up_for():
    rounds = rounds_of(item())
    assert rounds.due(ROUND // 2) == []
    assert len(rounds.due(10 * ROUND)) == 1
    assert rounds.due(11 * ROUND - 2 * TOGETHER - 1) == []
    assert len(rounds.due(11 * ROUND)) == 1


def test_after_a_gap_everything_is_read_at_once():
    lively, quiet = item(fresh=True), item()
    rounds = rounds_of(lively, quiet)
    rounds.hurry(5)
    assert rounds.next() == 5
    assert rounds.due(5) == [lively, quiet]
    assert rounds.pulse_due(5)


def test_a_difference_counts_once_it_has_lasted_longer_than_news_may_take():
    one = item(told=said(False), patience=milliseconds(300))
    assert not deaf(one, said(True), 0)
    assert not deaf(one, said(True), milliseconds(299))
    assert deaf(one, said(True), milliseconds(300))


def test_news_that_was_on_its_way_clears_the_doubt():
    one = item(told=said(False), patience=0)
    rounds = rounds_of(one)
    assert not deaf(one, said(True), 0)
    one.told, one.fresh = said(True), True
    assert rounds.due(ROUND) == []
    assert not deaf(one, said(False), 2 * ROUND), "the doubt begins anew"


def test_a_point_that_was_never_published_is_deaf():
    one = item(patience=milliseconds(300))
    assert [deaf(one, said(True), n * ROUND) for n in (0, 1)] == [False, True]


def test_what_the_server_may_keep_to_itself_is_not_deaf():
    for one in (item(polled=True), item(filtered=True, told=said(1.0))):
        assert [deaf(one, said(2.0), n * ROUND) for n in range(3)] == [False] * 3


@pytest.mark.parametrize(
    ("told", "read", "same"),
    [
        (said(float("nan")), said(float("nan")), True),
        (said(1, 0x0000_0480), said(1), True),
        (said(1), said(1, 0x8031_0000), False),
        (ua.DataValue(StatusCode=ua.StatusCode(0x8031_0000)), said(None, 0x8031_0000), True),
    ],
)
def test_values_and_status_codes_are_compared_and_information_bits_are_not(told, read, same):
    one = item(told=told)
    deaf(one, read, 0)
    assert deaf(one, read, 1) is not same


def test_what_has_no_good_value_is_polled_less_often():
    panic = item(polled=True, interval=milliseconds(50), due=0)
    rounds = rounds_of(panic)
    assert rounds.due(0) == [panic]
    put_off_bad([panic], 0)
    assert rounds.next() == min(BAD_POLL, ROUND)
    assert rounds.due(milliseconds(500)) == []
    assert rounds.due(seconds(1)) == [panic]
