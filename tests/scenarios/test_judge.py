from hypothesis import given
from hypothesis import strategies as st

from scenarios.drill import Drill, EventFilter, ExpectedAction, Inject, People
from scenarios.judge import Verdict, judge
from scenarios.local_time import parse_start
from scenarios.story import StoryEvent
from twins.instant import SECOND, Duration, Instant, seconds
from twins.observation import Value

TITLE = {"en": "x", "zh": "x"}
START = parse_start("Mo 07:40").instant("Asia/Shanghai")

PRESS = EventFilter(kind="inject", subjects=("press",), details={})
ALARM = EventFilter(kind="alarm-raised", details={"kind": ("one-key-alarm",)})
OPENED = EventFilter(kind="incident-opened", details={})
HANDLED = EventFilter(kind="incident-handled", details={})
RELEASE = EventFilter(kind="command-issued", details={"action": ("release",)})


def expect(
    when: EventFilter = ALARM,
    *,
    after: EventFilter | None = PRESS,
    until: EventFilter | None = None,
    within: Duration | None = None,
    never: bool = False,
    count: tuple[int, int | None] = (1, None),
) -> ExpectedAction:
    return ExpectedAction(
        id="it", title=TITLE, when=when, after=after, until=until, within=within, never=never,
        at_least=count[0], at_most=count[1],
    )  # fmt: skip


def event(at_s: float, sort: str, subject: str = "", /, **details: Value) -> StoryEvent:
    return StoryEvent(at=START + seconds(at_s), kind=sort, subject=subject, details=details)


def press(at_s: float = 0) -> StoryEvent:
    return event(at_s, "inject", "press", do="press")


def alarm(at_s: float, kind: str = "one-key-alarm") -> StoryEvent:
    return event(at_s, "alarm-raised", f"demo/{at_s}", kind=kind)


def verdict(expected: ExpectedAction, *story: StoryEvent) -> Verdict:
    drill = Drill(
        id="d", title=TITLE, school="demo", start=parse_start("Mo 07:40"), case=TITLE,
        population=(People(id="", role="guard", place="demo/gate", count=1),),
        injects=(Inject(id="press", at=0, do="press"),), expected=(expected,),
    )  # fmt: skip
    (only,) = judge(drill, story)
    return only


def test_what_follows_in_time_passes_and_is_measured_from_the_anchor() -> None:
    told = verdict(expect(within=seconds(2)), press(4), alarm(5.5))

    assert told == Verdict(
        id="it", limit_s=2.0, measured_s=1.5, passed=True,
        because="alarm-raised (kind one-key-alarm) happened after 1.5 s",
    )  # fmt: skip


def test_an_event_exactly_at_the_limit_is_in_time_and_a_nanosecond_later_is_not() -> None:
    late = StoryEvent(at=START + seconds(2) + 1, kind="alarm-raised", subject="",
                      details={"kind": "one-key-alarm"})  # fmt: skip

    assert verdict(expect(within=seconds(2)), press(), alarm(2)).passed
    assert not verdict(expect(within=seconds(2)), press(), late).passed


def test_what_comes_late_fails_with_its_time() -> None:
    told = verdict(expect(within=seconds(2)), press(), alarm(3.25))

    assert (told.passed, told.measured_s) == (False, 3.25)
    assert told.because == "alarm-raised (kind one-key-alarm) happened after 3.25 s, later than 2 s"


def test_what_never_comes_fails_without_a_time() -> None:
    told = verdict(expect(within=seconds(2)), press(), alarm(1, "loitering"))

    assert (told.passed, told.measured_s, told.limit_s) == (False, None, 2.0)
    assert told.because == "alarm-raised (kind one-key-alarm) did not happen"


def test_a_missing_anchor_fails_everything_even_never() -> None:
    for expected in (expect(within=seconds(2)), expect(never=True), expect(count=(0, 0))):
        told = verdict(expected, alarm(1))
        assert (told.passed, told.measured_s) == (False, None)
        assert told.because == "inject (press) did not happen, so there is nothing to measure from"


def test_what_came_before_the_anchor_does_not_count() -> None:
    assert not verdict(expect(), alarm(-1), press()).passed


def test_at_the_same_instant_the_order_of_the_story_decides() -> None:
    assert verdict(expect(), press(), alarm(0)).measured_s == 0.0
    assert not verdict(expect(), alarm(0), press()).passed


def test_the_order_in_which_instants_are_told_does_not_matter() -> None:
    assert verdict(expect(within=seconds(2)), alarm(1), press()).passed


def test_without_an_anchor_the_whole_story_counts_and_nothing_is_measured() -> None:
    told = verdict(expect(after=None), alarm(-60))

    assert (told.passed, told.measured_s, told.limit_s) == (True, None, None)


def test_the_anchor_is_the_first_such_event_and_does_not_count_itself() -> None:
    repeated = expect(OPENED, after=OPENED, never=True)

    assert verdict(repeated, event(1, "incident-opened")).passed
    told = verdict(repeated, event(1, "incident-opened"), event(6, "incident-opened"))
    assert (told.passed, told.measured_s) == (False, 5.0)
    assert told.because == "incident-opened happened after 5 s and must not"


def test_never_within_forgives_what_comes_later() -> None:
    expected = expect(RELEASE, never=True, within=seconds(10))
    release = event(10, "command-issued", "demo/lane-1", action="release")

    assert not verdict(expected, press(), release).passed
    assert verdict(expected, press(-1), release).passed


def test_never_until_forgives_what_comes_after_the_end() -> None:
    expected = expect(RELEASE, after=OPENED, until=HANDLED, never=True)
    opened, handled = event(1, "incident-opened"), event(60, "incident-handled")
    early = event(59, "command-issued", "demo/lane-1", action="release")
    late = event(60, "command-issued", "demo/lane-1", action="release")

    assert not verdict(expected, opened, early, handled).passed
    assert verdict(expected, opened, handled, late).passed
    assert not verdict(expected, opened, late, handled).passed
    assert not verdict(expected, opened, late).passed


def test_a_count_is_exact_or_a_range() -> None:
    two = [press(), alarm(1), alarm(2)]

    assert verdict(expect(count=(2, 2)), *two).measured_s == 2.0
    too_many = verdict(expect(count=(1, 1)), *two)
    assert (too_many.passed, too_many.because) == (
        False, "alarm-raised (kind one-key-alarm) happened 2 times, at most 1 expected"
    )  # fmt: skip
    too_few = verdict(expect(count=(3, None)), *two)
    assert (too_few.passed, too_few.measured_s) == (False, None)
    assert too_few.because == "alarm-raised (kind one-key-alarm) happened 2 times of 3"
    assert verdict(expect(count=(0, 1)), press()).passed


def test_a_count_within_a_limit_counts_only_what_is_in_time() -> None:
    story = [press(), alarm(1), alarm(5)]

    assert verdict(expect(count=(1, 1), within=seconds(2)), *story).passed
    told = verdict(expect(count=(2, None), within=seconds(2)), *story)
    assert (told.passed, told.measured_s) == (False, 5.0)


def test_a_filter_takes_any_of_its_values_and_the_subject() -> None:
    wanted = EventFilter(
        kind="command-ended", subjects=("a", "b"), details={"result": ("confirmed", "unknown")}
    )

    assert wanted.matches(event(0, "command-ended", "a", action="lock", result="unknown"))
    assert not wanted.matches(event(0, "command-ended", "c", result="unknown"))
    assert not wanted.matches(event(0, "command-ended", "a", result="refused"))
    assert not wanted.matches(event(0, "command-ended", "a"))


instants = st.integers(min_value=-10 * SECOND, max_value=10 * SECOND)


@given(instants, st.lists(instants, max_size=6), st.integers(min_value=1, max_value=5 * SECOND))
def test_within_never_and_count_agree_on_any_story(
    anchor: Instant, alarms: list[Instant], limit: Duration
) -> None:
    story = [StoryEvent(at=anchor, kind="inject", subject="press")]
    story += [
        StoryEvent(at=at, kind="alarm-raised", subject="", details={"kind": "one-key-alarm"})
        for at in alarms
    ]
    in_time = sum(anchor <= at <= anchor + limit for at in alarms)

    assert verdict(expect(within=limit), *story).passed is (in_time > 0)
    assert verdict(expect(within=limit, never=True), *story).passed is (in_time == 0)
    assert verdict(expect(within=limit, count=(in_time, in_time)), *story).passed
    assert not verdict(expect(within=limit, count=(in_time + 1, None)), *story).passed
