"""人員預警 (R11, R35-R37): a hit is kept, judged and, if it is sure enough, pushed to people.

The rule warns and does nothing else: no score locks a lane. Only a person decides what a hit is.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.capability import Line
from twins.context import Context
from twins.front_end import counted, said, trusted, trusted_share
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.record_keeping import keep_hit, latest, was_pushed
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm, Tell
from twins.sighting import Doubt, LeadTimeKnown, Outcome, PersonHit, PersonSeen, is_opaque
from twins.warning import GUARD_AND_POLICE, Cause, keep_until, warn
from twins.watch import PersonRules

KIND = "person-warning"


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Read the hit whose number this is, keep it, and push it where the rules say so."""
    if event.quality is not Quality.GOOD:
        return
    steps = counted(context, event)
    if not steps:
        return
    rules = context.school_of[event.device].watch.persons
    hit = _judged(context, event, steps, now)
    yield from keep_hit(context, hit)
    yield keep_until(hit.id, now, rules.retention)
    yield Tell(output=PersonSeen(hit=hit))
    if hit.outcome in (Outcome.PUSHED, Outcome.REPEATED):
        yield RaiseAlarm(
            kind=KIND,
            device=hit.device,
            severity=Severity.WARNING,
            latching=False,
            sensed=hit.sensed,
        )
    if hit.outcome is Outcome.PUSHED:
        cause = Cause(id=hit.id, kind=KIND, device=hit.device, sensed=hit.sensed)
        yield from warn(context, cause, GUARD_AND_POLICE, now, told=rules.told)
        yield from _lead(context, hit, rules)


def settled(context: Context, device: str) -> Iterator[Effect]:
    """Close the warning of a front end once no pushed hit of it waits for a decision."""
    if not context.records.undecided.of(device):
        yield ClearAlarm(kind=KIND, device=device)


def _judged(context: Context, event: PropertyChanged, steps: int, now: Instant) -> PersonHit:
    device, school = event.device, context.school_of[event.device]
    rules = school.watch.persons
    subject, on = trusted(context, device, "subject"), trusted(context, device, "list")
    score = trusted_share(context, device, "score")
    doubts = tuple(_doubts(context, device, rules))
    return PersonHit(
        id=context.number(school.id, "hit"),
        school=school.id,
        device=device,
        place=context.devices[device].place,
        subject=str(subject) if is_opaque(subject) else "",
        list_id=str(on) if is_opaque(on) else "",
        score=score,
        outcome=_outcome(context, event, score, doubts, rules),
        doubts=doubts,
        missed=steps - 1,
        sensed=event.source_time,
        seen=now,
        expires=now + rules.retention,
    )


def _doubts(context: Context, device: str, rules: PersonRules) -> Iterator[Doubt]:
    """Yield what speaks against a hit; what a product does not tell speaks against none."""
    for name in ("subject", "list"):
        if not is_opaque(trusted(context, device, name)):
            yield Doubt.NO_ID
            break
    if trusted_share(context, device, "score") is None:
        yield Doubt.NO_SCORE
    if said(context, device, "quality") is not None:
        quality = trusted_share(context, device, "quality")
        if quality is None or quality < rules.quality:
            yield Doubt.QUALITY
    tells = said(context, device, "liveness") is not None
    if tells and trusted(context, device, "liveness") is not True:
        yield Doubt.LIVENESS


def _outcome(
    context: Context,
    event: PropertyChanged,
    score: float | None,
    doubts: tuple[Doubt, ...],
    rules: PersonRules,
) -> Outcome:
    if doubts or score is None:
        return Outcome.UNCERTAIN
    if score < rules.threshold:
        return Outcome.BELOW
    subject = trusted(context, event.device, "subject")
    told = f"{event.device}|{subject}"
    again = was_pushed(context, told, event.source_time, rules.same_hit)
    return Outcome.REPEATED if again else Outcome.PUSHED


def _lead(context: Context, hit: PersonHit, rules: PersonRules) -> Iterator[Effect]:
    """Tell how long before the gate the first warning came; once on each way to the gate."""
    if not _at_gate(context, hit):
        return
    earlier = [
        one
        for one in latest(
            context, context.records.ways, f"{hit.school}|{hit.subject}", rules.approach
        )
        if isinstance(one, PersonHit) and 0 < hit.sensed - one.sensed <= rules.approach
    ]
    if earlier and not any(_at_gate(context, one) for one in earlier):
        first = min(earlier, key=lambda one: one.sensed)
        lead = hit.sensed - first.sensed
        known = LeadTimeKnown(school=hit.school, first=first.id, at_gate=hit.id, lead=lead)
        yield Tell(output=known)


def _at_gate(context: Context, hit: PersonHit) -> bool:
    device = context.devices.get(hit.device)
    return device is not None and device.line is not Line.REMOTE
