"""Did what was expected follow? Pure: the same drill and story give the same verdicts.

Rules of this file: events are taken in the order of their instants, and in the order of the story
where instants are equal. A limit counts from the anchor, and an event exactly at it is in time.
What cannot be measured because its anchor is missing has failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.drill import Drill, EventFilter, ExpectedAction
from scenarios.story import StoryEvent
from twins.instant import Instant, in_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement on one expected action."""

    id: str
    limit_s: float | None
    """Seconds from the anchor; None where only order or number matters."""
    measured_s: float | None
    """Seconds from the anchor to the event that decides; None if there is none."""
    passed: bool
    because: str
    """One sentence for a person."""


def judge(drill: Drill, story: Sequence[StoryEvent]) -> tuple[Verdict, ...]:
    """Return one verdict per expected action, in the drill's order."""
    ordered = sorted(story, key=lambda event: event.at)
    return tuple(_judge_one(expected, ordered) for expected in drill.expected)


def _judge_one(expected: ExpectedAction, story: Sequence[StoryEvent]) -> Verdict:
    anchor: Instant | None = None
    if expected.after is not None:
        position = _first(expected.after, story)
        if position is None:
            missing = f"{expected.after} did not happen, so there is nothing to measure from"
            return _verdict(expected, None, passed=False, because=missing)
        anchor = story[position].at
        story = story[position + 1 :]
    if expected.until is not None:
        story = story[: _first(expected.until, story)]
    instants = [event.at for event in story if expected.when.matches(event)]
    in_time = instants
    if anchor is not None and expected.within is not None:
        in_time = [instant for instant in instants if instant - anchor <= expected.within]
    if expected.never:
        return _judge_never(expected, anchor, in_time)
    return _judge_count(expected, anchor, instants, in_time)


def _first(wanted: EventFilter, story: Sequence[StoryEvent]) -> int | None:
    return next((place for place, event in enumerate(story) if wanted.matches(event)), None)


def _judge_never(
    expected: ExpectedAction, anchor: Instant | None, in_time: Sequence[Instant]
) -> Verdict:
    if in_time:
        measured = _since(anchor, in_time[0])
        when = "" if measured is None else f" after {_seconds(measured)}"
        because = f"{expected.when} happened{when} and must not"
        return _verdict(expected, measured, passed=False, because=because)
    return _verdict(expected, None, passed=True, because=f"{expected.when} did not happen")


def _judge_count(
    expected: ExpectedAction,
    anchor: Instant | None,
    instants: Sequence[Instant],
    in_time: Sequence[Instant],
) -> Verdict:
    """Judge by number. What decides is the last event that is needed, late or not."""
    needed = max(expected.at_least, 1)
    measured = _since(anchor, instants[needed - 1]) if len(instants) >= needed else None
    number = len(in_time)
    passed = expected.at_least <= number
    if passed and expected.at_most is not None and number > expected.at_most:
        because = f"{expected.when} happened {_times(number)}, at most {expected.at_most} expected"
        return _verdict(expected, measured, passed=False, because=because)
    if passed:
        when = "" if measured is None else f" after {_seconds(measured)}"
        because = f"{expected.when} happened{when}" if number else f"{expected.when} did not happen"
    elif measured is not None and expected.within is not None:
        late, limit = _seconds(measured), _seconds(in_seconds(expected.within))
        because = f"{expected.when} happened after {late}, later than {limit}"
    elif instants:
        because = f"{expected.when} happened {_times(len(instants))} of {expected.at_least}"
    else:
        because = f"{expected.when} did not happen"
    return _verdict(expected, measured, passed=passed, because=because)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _seconds(number: float) -> str:
    return f"{round(number, 3):g} s"


def _since(anchor: Instant | None, instant: Instant) -> float | None:
    return None if anchor is None else in_seconds(instant - anchor)


def _verdict(
    expected: ExpectedAction, measured: float | None, *, passed: bool, because: str
) -> Verdict:
    limit = None if expected.within is None else in_seconds(expected.within)
    return Verdict(
        id=expected.id, limit_s=limit, measured_s=measured, passed=passed, because=because
    )
