"""Keeping records of what front ends saw, and warnings: until their time is up, and not too many.

A device that never stops telling must not fill the memory. It has `MOST_RECORDS`; when one more
comes, the oldest that waits for nobody leaves early, and only where all wait the oldest of those.
Nothing is lost by it: each record was told when it came, and its alarm stands by itself.
"""

from collections.abc import Iterator

from twins.context import Context
from twins.early_warning import EarlyWarning
from twins.index import Groups
from twins.instant import Duration, Instant
from twins.lateness import LATE_MOST
from twins.rules.effects import CancelTimer, Effect, Tell
from twins.sighting import EventRecord, PersonHit, RecordExpired

MOST_RECORDS = 1000
"""Records and warnings of one device that are kept (ours: one in 86 s over a day)."""

RETENTION = "record-expired"
"""Timer: a record leaves the memory."""


def keep_hit(context: Context, hit: PersonHit) -> Iterator[Effect]:
    """Keep a hit; make room for it."""
    context.state.watch.hits[hit.id] = hit
    context.records.keep(hit)
    yield from _make_room(context, hit.device)


def keep_event(context: Context, event: EventRecord) -> Iterator[Effect]:
    """Keep an event; make room for it."""
    context.state.watch.events[event.id] = event
    context.records.keep(event)
    yield from _make_room(context, event.device)


def keep_warning(context: Context, warning: EarlyWarning) -> Iterator[Effect]:
    """Keep a warning; make room for it."""
    context.state.watch.warnings[warning.id] = warning
    context.records.at.add(warning.device, warning.id)
    yield from _make_room(context, warning.device)


def forget(context: Context, record: str, *, full: bool = False) -> Iterator[Effect]:
    """Forget a record and its warning, and say so to whoever else keeps one."""
    watch = context.state.watch
    hit, event = watch.hits.pop(record, None), watch.events.pop(record, None)
    warning = watch.warnings.pop(record, None)
    found = hit or event or warning
    if found is None:
        return
    for one in (hit, event):
        if one is not None:
            context.records.forget(one)
    context.records.at.remove(found.device, record)
    expired = RecordExpired(
        record=record,
        school=found.school,
        device=found.device,
        decided=hit is not None and hit.verdict is not None,
        full=full,
    )
    yield Tell(output=expired)


def latest(
    context: Context, groups: Groups, group: str, within: Duration
) -> Iterator[PersonHit | EventRecord]:
    """Return the records of a group, newest first, as far back as one may lie within a time."""
    watch, now = context.state.watch, context.state.latest
    for name in groups.newest(group):
        record = watch.hits.get(name) or watch.events[name]
        if record.seen + within + LATE_MOST < now:
            return  # whatever its clock says, it is long ago
        yield record


def was_pushed(context: Context, group: str, sensed: Instant, within: Duration) -> bool:
    """Return whether the same was pushed a short time before."""
    pushed = latest(context, context.records.pushed, group, within)
    return any(0 <= sensed - one.sensed < within for one in pushed)


def _make_room(context: Context, device: str) -> Iterator[Effect]:
    kept = context.records.at.of(device)
    if len(kept) > MOST_RECORDS:
        newest = next(context.records.at.newest(device))
        spare = (one for one in kept if one != newest and not _waits(context, one))
        oldest = next(spare, next(iter(kept)))
        yield CancelTimer(rule=RETENTION, subject=oldest)
        yield from forget(context, oldest, full=True)


def _waits(context: Context, record: str) -> bool:
    """Return whether the warning of a record still waits for somebody."""
    warning = context.state.watch.warnings.get(record)
    return warning is not None and warning.handled is None
