"""The next step of a visit did not come in time: whom no host answers for waits (R21)."""

from collections.abc import Iterator

from twins.context import Context
from twins.instant import Instant
from twins.reception import take_seat
from twins.rules.effects import Effect, Tell
from twins.visit import VisitOverdue
from twins.visit_booking import awaited


def due(context: Context, visit_id: str, now: Instant) -> Iterator[Effect]:
    """Say so; the flow may send the visitor to the reception room. The visit itself stays."""
    visit = context.state.gate.visits[visit_id]
    step = awaited(context, visit)
    if step is None:
        return
    yield Tell(output=VisitOverdue(visit=visit.id, step=step.step, role=step.role))
    rooms = context.schools[visit.school].premises.reception_rooms
    if step.waits_in_reception and rooms:
        yield from take_seat(context, visit, rooms[0], now)
