"""一键报警 (R03, R07): a press is never lost and never counted twice.

A button may show a press in two ways, its contact and its own press counter, in either order.
Either alone raises the alarm at once; the other one is then the same press, not a second one.
When in doubt a press is counted twice rather than not at all.

Under an announced test the first press of a button is evidence and nothing else. Pressed again,
several times at once or still held when the window ends, it calls for help like any other: nobody
in need knows that there is a test. A button of the school's own people calls the police when it is
pressed several times in a row.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from twins.alarm import WAITING, Severity
from twins.announced import covering, has_worked
from twins.announcement import ButtonTested
from twins.context import Context
from twins.instant import Instant
from twins.observation import Observation, PropertyChanged, Quality, Value
from twins.press_counting import SAME_PRESS, counted, counted_late, risen
from twins.rules import stuck_button
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer, Tell
from twins.school import ButtonRules, HelpLevel
from twins.state import ButtonMemory, PressInDoubt

KIND = "one-key-alarm"

DOUBT = "press-in-doubt"
"""Timer: nothing has shown that a press is an old one brought again."""

RISES_KEPT = 32
"""Presses whose source time is remembered, so that one brought twice is counted once."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Raise on a rising contact or counter; clear when the contact surely opens.

    An uncertain press is a press. An uncertain release clears nothing, but the next press is new.
    """
    if event.quality is Quality.BAD:
        return  # the loss of a button is an alarm of its own; its last press still stands
    memory = context.state.buttons.setdefault(event.device, ButtonMemory())
    if event.property == "press_count":
        if event.value is not None:
            certain = event.quality is Quality.GOOD
            presses = counted(memory, int(event.value), now, certain=certain)
            yield from _count(context, event, presses, now)
    elif event.value is True:
        # Not the twin's previous value: that may be one that nobody could trust.
        rises = not memory.closed
        memory.closed = True
        if rises:
            rules = context.school_of[event.device].buttons
            yield from stuck_button.closed(rules, event.device, now)
            yield from _rise(context, event, now)
    else:
        memory.closed, memory.test_press = False, None
        if event.quality is not Quality.GOOD:
            return
        yield from _released(context, event.device, event.source_time, now)
        memory.opened = max(memory.opened, event.source_time)
        yield ClearAlarm(kind=KIND, device=event.device)
        yield from stuck_button.opened(memory, event.device)


def late(context: Context, observation: Observation, now: Instant) -> Iterator[Effect]:
    """Count a press from before what is known of the button, unless it is known itself."""
    device = observation.device
    memory = context.state.buttons.setdefault(device, ButtonMemory())
    event = _event(device, observation.property, observation.value, observation.source_time)
    if observation.property == "press_count":
        if observation.value is not None:
            presses = counted_late(memory, int(observation.value), now)
            yield from _count(context, event, presses, now)
    elif observation.value is True:
        yield from _received(_rise(context, event, now, before=True), observation.receive_time)
        yield from _over_unless_pressed(context, device)
    else:
        yield from _released(context, device, observation.source_time, now)


def seen_again(context: Context, observation: Observation, now: Instant) -> Iterator[Effect]:
    """Look at a release that is no news: it may be what shows a press to be an old one."""
    if observation.property == "pressed" and observation.value is False:
        yield from _released(context, observation.device, observation.source_time, now)


def not_repeated(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Count a press in doubt: its stamp was that of an older one, and it is none of the past."""
    doubt = context.state.doubted.pop(device, None)
    if doubt is not None:
        memory = context.state.buttons[device]
        event = _event(device, "pressed", True, doubt.sensed)  # noqa: FBT003  a contact's value
        yield from _received(_press(context, event, risen(memory, now), now), doubt.seen)
        yield from _over_unless_pressed(context, device)


def held_past(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Raise for a contact that was closed as a test and is closed when the test ends."""
    memory = context.state.buttons.get(device)
    if memory is None:
        return
    pressed, memory.test_press = memory.test_press, None
    memory.behind = 0  # a contact that closes from now on is a press, whatever the counter showed
    if pressed is not None and memory.closed:
        yield _alarm(context, memory, device, 1, now, sensed=pressed)


def _count(
    context: Context, event: PropertyChanged, presses: int, now: Instant
) -> Iterator[Effect]:
    """Raise for presses that the counter shows and the contact has not."""
    if presses:
        yield from _press(context, event, presses, now)
        yield from _over_unless_pressed(context, event.device)


def _rise(
    context: Context, event: PropertyChanged, now: Instant, *, before: bool = False
) -> Iterator[Effect]:
    """Raise for a contact that closed; one with the stamp of an older press is in doubt first.

    A link that was down brings old presses again; a clock that was set back gives new ones old
    stamps. The old press brings its old release along, faster than it happened. What does not is
    counted, `SAME_PRESS` later at the latest.
    """
    memory, stamp = context.state.buttons[event.device], event.source_time
    if stamp in memory.risen and (before or stamp < memory.opened):
        # While its alarm waits for somebody, a press more or less changes nothing.
        if not _waits(context, event.device) and event.device not in context.state.doubted:
            context.state.doubted[event.device] = PressInDoubt(sensed=stamp, seen=now)
            yield SetTimer(rule=DOUBT, subject=event.device, due=now + SAME_PRESS)
        return
    memory.risen = [*memory.risen, stamp][-RISES_KEPT:]
    yield from _press(context, event, risen(memory, now), now)


def _released(context: Context, device: str, stamp: Instant, now: Instant) -> Iterator[Effect]:
    """Settle a press in doubt by its release."""
    doubt = context.state.doubted.get(device)
    if doubt is None:
        return
    yield CancelTimer(rule=DOUBT, subject=device)
    known = stamp <= context.state.buttons[device].opened
    if known and 2 * (now - doubt.seen) < stamp - doubt.sensed:
        del context.state.doubted[device]
    else:
        yield from not_repeated(context, device, now)


def _press(
    context: Context, event: PropertyChanged, presses: int, now: Instant
) -> Iterator[Effect]:
    """Raise for these presses; with 0 they are known already and it only becomes active."""
    device, memory = event.device, context.state.buttons[event.device]
    test = covering(context, device, event.source_time, now)
    rules = context.school_of[device].buttons
    if presses:
        _remember(memory, rules, presses, now)
    if test is not None and presses and not has_worked(context, device, test):
        context.state.tested[device] = now
        memory.test_press = event.source_time
        yield Tell(output=ButtonTested(test=test.id, device=device, sensed=event.source_time))
        presses -= 1
    if not presses and memory.test_press is not None:
        return  # it was the test
    memory.test_press = None
    yield _alarm(context, memory, device, presses, now, sensed=event.source_time)
    yield from stuck_button.pressed(memory, rules, device, now)


def _alarm(
    context: Context,
    memory: ButtonMemory,
    device: str,
    presses: int,
    now: Instant,
    *,
    sensed: Instant,
) -> RaiseAlarm:
    rules = context.school_of[device].buttons
    level = HelpLevel.POLICE if _calls_police(memory, rules, now) else None
    # A stuck button's standing alarm is only counted on; once it was reset, a press is new. So is
    # one that calls the police to what was the school's own.
    standing = context.state.alarms.get(context.state.standing.get(f"{KIND}|{device}", ""))
    raised = standing is not None and level is not None and standing.level is not level
    counted_on = stuck_button.is_stuck(memory) and standing is not None and not raised
    return RaiseAlarm(
        kind=KIND,
        device=device,
        severity=Severity.ALARM,
        latching=True,
        sensed=sensed,
        count=presses,
        level=level,
        dispatched=not counted_on,
    )


def _waits(context: Context, device: str) -> bool:
    alarm = context.state.alarms.get(context.state.standing.get(f"{KIND}|{device}", ""))
    return alarm is not None and alarm.state in WAITING


def _received(effects: Iterable[Effect], at: Instant) -> Iterator[Effect]:
    """Say when we had a cause that the twin does not show."""
    for effect in effects:
        yield replace(effect, received=at) if isinstance(effect, RaiseAlarm) else effect


def _remember(memory: ButtonMemory, rules: ButtonRules, presses: int, now: Instant) -> None:
    """Keep as many of the last presses as the rules can ask for."""
    longest = max(rules.raise_within, rules.resend_within)
    kept = [one for one in memory.recent if now - one[0] <= longest]
    memory.recent = [*kept, (now, presses)][-max(rules.raise_presses, rules.resends + 1) :]


def _calls_police(memory: ButtonMemory, rules: ButtonRules, now: Instant) -> bool:
    presses = sum(count for at, count in memory.recent if now - at <= rules.raise_within)
    return presses >= rules.raise_presses


def _over_unless_pressed(context: Context, device: str) -> Iterator[Effect]:
    """Clear at once what the contact does not show: it stays latched."""
    contact = context.state.twins[device].properties.get("pressed")
    certain = contact is not None and contact.quality is Quality.GOOD
    if contact is not None and certain and contact.value is True:
        return
    if contact is not None and certain:
        memory = context.state.buttons[device]
        memory.opened = max(memory.opened, contact.source_time)
    yield ClearAlarm(kind=KIND, device=device)


def _event(device: str, name: str, value: Value, stamp: Instant) -> PropertyChanged:
    return PropertyChanged(
        device=device,
        property=name,
        value=value,
        previous=None,
        quality=Quality.GOOD,
        cause="",
        source_time=stamp,
    )
