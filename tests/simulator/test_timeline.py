from functools import partial

from simulator.timeline import Timeline

START = 1_788_738_000_000_000_000


def test_instants_stay_whole_nanoseconds_however_far_from_the_epoch() -> None:
    timeline = Timeline(START)
    seen: list[int] = []
    timeline.after(1, lambda: seen.append(timeline.now))
    timeline.at(START + 7, lambda: seen.append(timeline.now))
    timeline.play_to(START + 10)
    assert seen == [START + 1, START + 7]
    assert timeline.now == START + 10


def test_what_is_due_at_the_very_instant_is_played() -> None:
    timeline = Timeline(0)
    seen: list[str] = []

    def due() -> None:
        seen.append("due")
        timeline.after(0, lambda: seen.append("then"))

    timeline.at(5, due)
    timeline.play_to(5)
    assert seen == ["due", "then"]


def test_events_of_one_instant_keep_the_order_in_which_they_were_made() -> None:
    timeline = Timeline(0)
    seen: list[int] = []
    for number in range(20):
        timeline.at(3, partial(seen.append, number))
    timeline.play_to(3)
    assert seen == list(range(20))


def test_the_next_event_is_known_and_nothing_is_left_behind_by_playing() -> None:
    timeline = Timeline(0)
    timeline.at(8, lambda: None)
    assert timeline.next_event() == 8
    timeline.play_to(6)
    assert timeline.next_event() == 8
    timeline.play_to(8)
    assert timeline.next_event() is None
    timeline.play_to(8)
    assert timeline.now == 8
