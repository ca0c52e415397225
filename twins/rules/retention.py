"""The retention clock: a record of a person or an event leaves the memory when its time is up."""

from collections.abc import Iterator

from twins.context import Context
from twins.instant import Instant
from twins.record_keeping import forget
from twins.rules import person_warning
from twins.rules.effects import Effect


def due(context: Context, record: str, _now: Instant) -> Iterator[Effect]:
    """Forget a record and its warning."""
    hit = context.state.watch.hits.get(record)
    yield from forget(context, record)
    if hit is not None and hit.device in context.devices:
        yield from person_warning.settled(context, hit.device)
