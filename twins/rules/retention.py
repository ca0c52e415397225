"""The retention clock: a record of a person or an event leaves the memory when its time is up."""

from collections.abc import Iterator

from twins.context import Context
from twins.instant import Instant
from twins.rules import person_warning
from twins.rules.effects import Effect, Tell
from twins.sighting import RecordExpired


def due(context: Context, record: str, _now: Instant) -> Iterator[Effect]:
    """Forget a record and its warning, and say so to whoever else keeps one."""
    watch = context.state.watch
    hit, event = watch.hits.pop(record, None), watch.events.pop(record, None)
    warning = watch.warnings.pop(record, None)
    found = hit or event or warning
    if found is None:
        return
    expired = RecordExpired(
        record=record,
        school=found.school,
        device=found.device,
        decided=hit is not None and hit.verdict is not None,
    )
    yield Tell(output=expired)
    if hit is not None and hit.device in context.devices:
        yield from person_warning.settled(context, hit.device)
