"""What people do with the record of a hit: look at it, which is always audited, and decide."""

from dataclasses import replace

from twins.alarm import InputRefused
from twins.carrying_out import carry_out
from twins.context import Context
from twins.instant import Instant
from twins.rules.person_warning import settled
from twins.sighting import DecideHit, HitDecided, LookUp, LookUpAudited, PersonHit
from twins.warning import decide_warning


def decide_hit(context: Context, request: DecideHit, now: Instant) -> None:
    """Book what a person takes a hit for; the first decision counts."""
    hit = context.state.watch.hits.get(request.hit)
    reason = _objection(hit, request)
    if hit is None or reason:
        context.out.append(InputRefused(subject=request.hit, reason=reason))
        return
    context.records.undecided.remove(hit.device, hit.id)
    context.state.watch.hits[hit.id] = replace(
        hit, verdict=request.verdict, decided_by=request.by, decided=now, reason=request.reason
    )
    decided = HitDecided(hit=hit.id, verdict=request.verdict, by=request.by, reason=request.reason)
    context.out.append(decided)
    decide_warning(context, hit.id, request.by, now)
    carry_out(context, settled(context, hit.device), now)


def look_up(context: Context, request: LookUp, now: Instant) -> None:
    """Audit that somebody asks for a record. It is shown only where this says granted."""
    hit = context.state.watch.hits.get(request.hit)
    reason = ""
    if not (request.by.strip() and request.why.strip()):
        reason = "a look-up needs a name and a reason"
    elif hit is None:
        reason = "there is no such record, or it has expired"
    audited = LookUpAudited(
        hit=request.hit,
        school="" if hit is None else hit.school,
        list_id="" if hit is None else hit.list_id,
        by=request.by,
        why=request.why,
        at=now,
        granted=not reason,
        reason=reason,
    )
    context.out.append(audited)


def _objection(hit: PersonHit | None, request: DecideHit) -> str:
    if hit is None:
        return "there is no such record, or it has expired"
    if hit.verdict is not None:
        return f"{hit.decided_by} has decided: {hit.verdict}"
    if not (request.by.strip() and request.reason.strip()):
        return "a decision needs a name and a reason"
    return ""
