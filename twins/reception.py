"""會客室 (R05): seats, and a queue whose waiting is measured."""

from collections.abc import Iterator

from twins.context import Context
from twins.gate_memory import RoomMemory, Waiting
from twins.instant import Instant
from twins.premises import ReceptionRoom
from twins.rules.effects import Effect, Tell
from twins.visit import Visit, VisitorQueued, VisitorSeated


def take_seat(
    context: Context, visit: Visit, room: ReceptionRoom, now: Instant
) -> Iterator[Effect]:
    """Seat a visit, or let it wait its turn; who is there already stays as it is."""
    rooms = context.state.gate.rooms
    if any(visit.id in _everybody(one) for one in rooms.values()):
        return
    memory = rooms.setdefault(room.id, RoomMemory())
    memory.queue.append(Waiting(visit=visit.id, since=now))
    yield from _fill(context, room, memory, now)
    if visit.id not in memory.seated:
        ahead = len(memory.queue) - 1
        yield Tell(output=VisitorQueued(visit=visit.id, room=room.id, ahead=ahead))


def stand_up(context: Context, visit: Visit, now: Instant) -> Iterator[Effect]:
    """Free a visit's seat or place in the queue; the next ones are seated."""
    for room in context.schools[visit.school].premises.reception_rooms:
        memory = context.state.gate.rooms.get(room.id)
        if memory is None or visit.id not in _everybody(memory):
            continue
        memory.seated = [one for one in memory.seated if one != visit.id]
        memory.queue = [one for one in memory.queue if one.visit != visit.id]
        yield from _fill(context, room, memory, now)
        if not _everybody(memory):
            del context.state.gate.rooms[room.id]


def _fill(
    context: Context, room: ReceptionRoom, memory: RoomMemory, now: Instant
) -> Iterator[Effect]:
    """Seat who waits longest, as long as the whole party finds seats."""
    visits = context.state.gate.visits
    taken = sum(visits[one].party for one in memory.seated)
    while memory.queue:
        first = memory.queue[0]
        party = visits[first.visit].party
        if taken + party > room.seats and memory.seated:
            return  # a party larger than the room is seated alone rather than never
        taken += party
        memory.queue.pop(0)
        memory.seated.append(first.visit)
        waited = now - first.since
        yield Tell(output=VisitorSeated(visit=first.visit, room=room.id, waited=waited))


def _everybody(memory: RoomMemory) -> list[str]:
    return [*memory.seated, *(one.visit for one in memory.queue)]
