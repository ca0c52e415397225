"""一键报警 (R03, R07): a press is never lost and never counted twice.

A button may show a press in two ways, its contact and its own press counter, in either order.
Either alone raises the alarm at once; the other one is then the same press, not a second one.
When in doubt a press is counted twice rather than not at all.

A press under an announced test is evidence and nothing else. A button of the school's own people
calls the police when it is pressed several times in a row.
"""

from collections.abc import Iterator
from dataclasses import replace

from twins.alarm import Severity
from twins.announcement import ButtonTested
from twins.announcing import covering
from twins.context import Context
from twins.instant import Instant, seconds
from twins.observation import Observation, PropertyChanged, Quality
from twins.rules import stuck_button
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm, Tell
from twins.school import ButtonRules, HelpLevel
from twins.state import ButtonMemory

KIND = "one-key-alarm"

SAME_PRESS = seconds(2)
"""Contact and counter of one press come within this time of each other (assumed: far above a
poll interval, far below the time in which a person presses again after a reset)."""

RISES_KEPT = 32
"""Presses whose source time is remembered, so that one brought twice is counted once."""

MOST_OVER_THE_END = 16
"""A counter that went back by almost its whole range, all but so many steps, has run over its end
and not restarted (assumed: more presses do not fall between two reads)."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Raise on a rising contact or counter; clear when the contact surely opens.

    An uncertain press is a press. An uncertain release clears nothing, but the next press is new.
    """
    if event.quality is Quality.BAD:
        return  # the loss of a button is an alarm of its own; its last press still stands
    memory = context.state.buttons.setdefault(event.device, ButtonMemory())
    if event.property == "press_count":
        presses = _counted(memory, int(event.value or 0), now)
        if presses:
            yield from _press(context, event, presses, now)
            if not _is_pressed(context, event.device):
                yield ClearAlarm(kind=KIND, device=event.device)
    elif event.value is True:
        # Not the twin's previous value: that may be one that nobody could trust.
        rises = not memory.closed
        memory.closed = True
        if rises and not _is_known(memory, event.source_time):
            _book_rise(memory, event.source_time)
            rules = context.school_of[event.device].buttons
            yield from stuck_button.closed(rules, event.device, now)
            yield from _press(context, event, _risen(memory, now), now)
    else:
        memory.closed = False
        if event.quality is not Quality.GOOD:
            return
        memory.opened = event.source_time
        yield ClearAlarm(kind=KIND, device=event.device)
        yield from stuck_button.opened(memory, event.device)


def late(context: Context, observation: Observation, now: Instant) -> Iterator[Effect]:
    """Count a press that the contact showed before what is known of it, unless it is known."""
    memory = context.state.buttons.setdefault(observation.device, ButtonMemory())
    if observation.value is not True or observation.source_time in memory.risen:
        return
    _book_rise(memory, observation.source_time)
    event = PropertyChanged(
        device=observation.device,
        property=observation.property,
        value=True,
        previous=False,
        quality=observation.quality,
        cause=observation.cause,
        source_time=observation.source_time,
    )
    for effect in _press(context, event, _risen(memory, now), now):
        if isinstance(effect, RaiseAlarm):
            yield replace(effect, received=observation.receive_time)
        else:
            yield effect
    if not _is_pressed(context, observation.device):
        known = context.state.twins[observation.device].properties["pressed"]
        memory.opened = max(memory.opened, known.source_time)
        yield ClearAlarm(kind=KIND, device=observation.device)


def _is_known(memory: ButtonMemory, source_time: Instant) -> bool:
    """Return whether a press was counted before the contact opened: it was brought twice."""
    return source_time in memory.risen and source_time < memory.opened


def _book_rise(memory: ButtonMemory, source_time: Instant) -> None:
    memory.risen = [*memory.risen, source_time][-RISES_KEPT:]


def _press(
    context: Context, event: PropertyChanged, presses: int, now: Instant
) -> Iterator[Effect]:
    """Raise for these presses; with 0 they are known already and it only becomes active."""
    device, memory = event.device, context.state.buttons[event.device]
    test = covering(context, device, event.source_time, now)
    if test is not None:
        if presses:
            context.state.tested[device] = now
            yield Tell(
                output=ButtonTested(
                    test=test.id, device=device, sensed=event.source_time, presses=presses
                )
            )
        return
    rules = context.school_of[device].buttons
    if presses:
        _remember(memory, rules, presses, now)
    # A stuck button's standing alarm is only counted on; once it was reset, a press is new.
    counted_on = stuck_button.is_stuck(memory) and f"{KIND}|{device}" in context.state.standing
    yield RaiseAlarm(
        kind=KIND,
        device=device,
        severity=Severity.ALARM,
        latching=True,
        sensed=event.source_time,
        count=presses,
        level=HelpLevel.POLICE if _calls_police(memory, rules, now) else None,
        dispatched=not counted_on,
    )
    yield from stuck_button.pressed(memory, rules, device, now)


def _remember(memory: ButtonMemory, rules: ButtonRules, presses: int, now: Instant) -> None:
    """Keep as many of the last presses as the rules can ask for."""
    longest = max(rules.raise_within, rules.resend_within)
    kept = [one for one in memory.recent if now - one[0] <= longest]
    memory.recent = [*kept, (now, presses)][-max(rules.raise_presses, rules.resends + 1) :]


def _calls_police(memory: ButtonMemory, rules: ButtonRules, now: Instant) -> bool:
    presses = sum(count for at, count in memory.recent if now - at <= rules.raise_within)
    return presses >= rules.raise_presses


def _counted(memory: ButtonMemory, count: int, now: Instant) -> int:
    """Return how many presses the counter shows that the contact has not."""
    before, memory.count = memory.count, count
    if before is None:
        memory.ahead = 0  # what the counter showed when first seen is its past
        return 0
    steps = _steps(before, count)
    ahead = memory.ahead if now - memory.ahead_since <= SAME_PRESS else 0
    memory.ahead = max(ahead - steps, 0)
    presses = max(steps - ahead, 0)
    if presses:
        memory.behind, memory.behind_since = memory.behind + presses, now
    return presses


def _steps(before: int, count: int) -> int:
    """Return how often the counter stepped: over its end, or since it restarted from zero."""
    if count >= before:
        return count - before
    for bits in (16, 32):
        over_the_end = count + 2**bits - before
        if 0 < over_the_end <= MOST_OVER_THE_END:
            return over_the_end
    return count


def _risen(memory: ButtonMemory, now: Instant) -> int:
    """Return 1 for a press that the counter has not shown yet, 0 for one that it has."""
    if memory.behind and now - memory.behind_since <= SAME_PRESS:
        memory.behind -= 1
        return 0
    memory.behind = 0
    if memory.count is not None:
        memory.ahead, memory.ahead_since = memory.ahead + 1, now
    return 1


def _is_pressed(context: Context, device: str) -> bool:
    contact = context.state.twins[device].properties.get("pressed")
    return contact is not None and contact.quality is Quality.GOOD and contact.value is True
