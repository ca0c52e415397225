"""突發事件識別 (R88): a recognised event warns people without a button; low scores are kept.

The warning latches: an event is over in a moment, and somebody has to have seen its warning.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.front_end import counted, trusted, trusted_share
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.record_keeping import keep_event, was_pushed
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm, Tell
from twins.sighting import Doubt, EventRecord, EventSeen, Outcome
from twins.warning import GUARD_AND_POLICE, Cause, keep_until, warn
from twins.watch import EVENT_CLASSES, EventRules

KINDS = tuple(f"event-{name}" for name in EVENT_CLASSES)


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Read the event whose number this is, keep it, and push it where the rules say so."""
    if event.quality is not Quality.GOOD:
        return
    steps = counted(context, event)
    if not steps:
        return
    rules = context.school_of[event.device].watch.events
    record = _judged(context, event, steps, now)
    yield from keep_event(context, record)
    yield keep_until(record.id, now, rules.retention)
    yield Tell(output=EventSeen(event=record))
    if record.outcome not in (Outcome.PUSHED, Outcome.REPEATED):
        return
    kind = f"event-{record.event}"
    yield RaiseAlarm(
        kind=kind,
        device=record.device,
        severity=Severity.WARNING,
        latching=True,
        sensed=record.sensed,
    )
    if record.outcome is Outcome.PUSHED:
        cause = Cause(id=record.id, kind=kind, device=record.device, sensed=record.sensed)
        yield from warn(context, cause, GUARD_AND_POLICE, now, told=rules.told)
    yield ClearAlarm(kind=kind, device=record.device)


def _judged(context: Context, event: PropertyChanged, steps: int, now: Instant) -> EventRecord:
    device, school = event.device, context.school_of[event.device]
    rules = school.watch.events
    seen = trusted(context, device, "class")
    name = str(seen) if seen in EVENT_CLASSES else ""
    score = trusted_share(context, device, "score")
    doubts = [] if name else [Doubt.NO_CLASS]
    if score is None:
        doubts.append(Doubt.NO_SCORE)
    return EventRecord(
        id=context.number(school.id, "event"),
        school=school.id,
        device=device,
        place=context.devices[device].place,
        event=name,
        score=score,
        false_rate=trusted_share(context, device, "false_rate"),
        outcome=_outcome(context, event, name, score, rules),
        doubts=tuple(doubts),
        missed=steps - 1,
        sensed=event.source_time,
        seen=now,
        expires=now + rules.retention,
    )


def _outcome(
    context: Context, event: PropertyChanged, name: str, score: float | None, rules: EventRules
) -> Outcome:
    if not name or score is None:
        return Outcome.UNCERTAIN
    threshold = rules.thresholds.get(name)
    if threshold is None or score < threshold:
        return Outcome.BELOW
    told = f"{event.device}|{name}"
    again = was_pushed(context, told, event.source_time, rules.same_event)
    return Outcome.REPEATED if again else Outcome.PUSHED
