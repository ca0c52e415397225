"""The reconnect delay, without any clock."""

from protocols.backoff import HEALTHY_AFTER, Backoff
from twins.instant import milliseconds, seconds
from twins.streams import Streams


def backoff() -> Backoff:
    return Backoff(stream=Streams(7).stream("link", "backoff"))


def within_jitter(delay: int, of: int) -> bool:
    return 0.8 * of <= delay <= 1.2 * of


def test_the_delay_doubles_up_to_two_seconds():
    link = backoff()
    delays = [link.lost(seconds(number)) for number in range(7)]
    expected = [200, 400, 800, 1600, 2000, 2000, 2000]
    assert all(
        within_jitter(delay, milliseconds(base))
        for delay, base in zip(delays, expected, strict=True)
    )


def test_a_link_that_held_for_ten_seconds_starts_small_again():
    link = backoff()
    for number in range(5):
        link.lost(seconds(number))
    link.connected(seconds(10))
    assert within_jitter(link.lost(seconds(10) + HEALTHY_AFTER), milliseconds(200))


def test_a_peer_that_accepts_and_closes_is_not_dialled_ever_faster():
    link = backoff()
    for number in range(5):
        link.lost(seconds(number))
    link.connected(seconds(10))
    assert within_jitter(link.lost(seconds(11)), seconds(2))
    assert within_jitter(link.lost(seconds(12)), seconds(2))


def test_two_links_with_different_streams_do_not_dial_in_step():
    one = Backoff(stream=Streams(7).stream("one"))
    other = Backoff(stream=Streams(7).stream("other"))
    assert one.lost(0) != other.lost(0)
    assert backoff().lost(0) == backoff().lost(0), "the same seed and name give the same delay"
