"""When each block is read, and what a time-out means: a block, a unit or the whole connection.

A request that stays without answer says little by itself. So the unit's other blocks are asked
next, and one of another unit: who answers clears the blocks, units and connection that it shares.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from protocols.modbus.address import Table
from protocols.modbus.plan import Block, Item, halves, split_at
from protocols.modbus.reading import Readers, readers_of
from protocols.modbus.requests import Request, read_request
from protocols.turns import Lane
from twins.instant import Duration, Instant, milliseconds, seconds

FIRST_PAUSE: Duration = milliseconds(250)
PAUSE_MAX: Duration = seconds(5)
"""What does not answer is asked after a pause that doubles up to this, so that it costs the others
on the line at most one time-out in this time (assumed)."""

REFUSED_AGAIN: Duration = seconds(1)
REFUSED_AGAIN_MAX: Duration = seconds(60)
"""A refused point is tried again after a pause that doubles up to this: a device that has just
started refuses for a moment what it will answer (assumed)."""

BOTH = 2

ALARMS_MOST = 3
"""Turns of panic devices in a row while others are due (assumed)."""

SILENCES_MAX = 2
"""Time-outs in a row after which a connection is given up, if nobody is left to vouch for it."""


@dataclass(slots=True)
class Turn:
    """A block, when it is due, and the answer when it was last read."""

    block: Block
    due: Instant
    answered_at: Instant
    """When its cells last came, or when it was first due."""
    seen: bytes | None = None
    """Its last answer; None where all of it is to be told anew."""
    pause: Duration = 0
    """How long it waits for having been refused or without answer; 0 while it answers."""
    refused: bool = False
    request: Request = field(init=False)
    readers: Readers = field(init=False)
    hole: "Hole | None" = None
    """What was read along when it and its other half were refused together."""

    def __post_init__(self) -> None:
        """Compile once what each reading needs."""
        block = self.block
        self.request = read_request(block.unit, block.table, block.start, block.count)
        self.readers = readers_of(block)


@dataclass(slots=True)
class Hole:
    """Cells that no point needs, suspected because a read across them was refused."""

    unit: int
    table: Table
    start: int
    end: int
    """First cell behind it."""
    halves: int = 0
    """Of what lies on both sides, how many were read since by themselves."""

    def __str__(self) -> str:
        """Return it for people: `unit 1 co:12-15`."""
        return f"unit {self.unit} {self.table}:{self.start}-{self.end - 1}"


class Schedule:
    """The turns of one link, in monotonic nanoseconds; it outlives the connections.

    `late` is how long a unit is left alone after a time-out, where its late answer would be taken
    for that to the next request; others are asked meanwhile.
    """

    def __init__(self, blocks: Iterable[Block], now: Instant, *, late: Duration = 0) -> None:
        self._plan = tuple(blocks)
        self._turns = [Turn(block, now, now) for block in self._plan]
        self._silent: dict[int, Duration] = {}
        """Unit in doubt → its pause; 0 after its first time-out."""
        self._in_a_row = 0
        self._known: set[int] = set()
        """Units that have ever answered."""
        self._fallen: set[int] = set()
        """Of these, who came in doubt since anybody answered."""
        self._late = late
        self._alarms = 0
        """Turns of panic devices in a row."""
        self.holes: list[Hole] = []
        """Forbidden cells, as learnt: what lies before and behind is answered, both at once not."""

    @property
    def connection_in_doubt(self) -> bool:
        """Return whether so much silence means the connection rather than the units."""
        enough = self._in_a_row >= SILENCES_MAX
        return enough and (len(self._fallen) >= SILENCES_MAX or not self._trusted())

    def next(self, now: Instant) -> Turn:
        """Return the turn to take next: what is due of panic devices before all else.

        Of the others states go before numbers, and who is late by a whole interval before both.
        Lateness is counted in intervals: on a line that is too slow for all, what is read every
        50 ms does not wait behind all that is read every second. After `ALARMS_MOST` turns of panic
        devices one of the others is taken, so that nobody starves.
        """
        due = [turn for turn in self._turns if turn.due <= now]
        if not due:
            return min(self._turns, key=_due)
        alarms = [turn for turn in due if turn.block.lane is Lane.ALARM]
        others = [turn for turn in due if turn.block.lane is not Lane.ALARM]
        chosen = alarms if alarms and (self._alarms < ALARMS_MOST or not others) else others

        def order(turn: Turn) -> tuple[Lane, float, Duration]:
            poll = max(turn.block.poll, 1)
            late = (now - turn.due) / poll
            return Lane.ALARM if late >= 1 else turn.block.lane, -late, poll

        return min(chosen, key=order)

    def taken(self, turn: Turn) -> None:
        """Note whose turn it was."""
        self._alarms = self._alarms + 1 if turn.block.lane is Lane.ALARM else 0

    def reconnected(self, now: Instant) -> None:
        """Begin anew on a fresh connection: all is read, what answered last time at once.

        Blocks stay split as learnt, and units in doubt come after the others, in their order.
        """
        self._in_a_row = 0
        self._fallen.clear()
        trusted = self._trusted()
        early = 0 if trusted else max(min(map(_due, self._turns), default=now) - now, 0)
        for turn in self._turns:
            turn.seen = None
            turn.due -= early
        for turn in trusted:
            turn.due = min(turn.due, now)

    def answered(self, turn: Turn, now: Instant) -> None:
        """Put a turn off to its next time, keeping its beat unless it is late already."""
        self._vouched(turn.block.unit, now)
        turn.pause = 0
        turn.answered_at = now
        turn.due = max(turn.due + turn.block.poll, now)
        if turn.hole is not None:
            self._learn(turn)
        if turn.refused:
            self._plan_afresh(now)

    def busy(self, turn: Turn, now: Instant) -> None:
        """Put a turn off whose unit answered, but not with cells yet."""
        self._vouched(turn.block.unit, now)
        turn.seen = None
        turn.due = now + turn.block.poll

    def silent(self, turn: Turn, now: Instant, *, gateway_answered: bool = False) -> None:
        """Book a time-out, or a gateway's word that the unit does not answer it."""
        unit = turn.block.unit
        turn.seen = None
        self._in_a_row += 1
        if unit not in self._silent:
            self._silent[unit] = 0
            self._fallen.update(self._known & {unit})
            turn.pause = _longer(turn.pause)
            turn.due = now + turn.pause
            own = (other for other in self._turns if other.block.unit == unit)
            self._ask_now(own, now + self._late)
        else:
            # Where nobody answers, nobody suffers from being asked again soon.
            self._silent[unit] = _longer(self._silent[unit]) if self._trusted() else FIRST_PAUSE
            self._put_off(turn, now + self._silent[unit])
        if gateway_answered:
            self._in_a_row = 0
            self._fallen.clear()
        self._ask_now(self._trusted(), now)

    def refuse(self, turn: Turn, now: Instant, *, forbidden: bool = True) -> bool:
        """Split a block that was refused; return False where it cannot be split.

        `forbidden` says that the device named an address as the reason, not a length.
        """
        self._vouched(turn.block.unit, now)
        turn.seen = None
        turn.hole = None  # this half is refused by itself, so the hole is not what was forbidden
        parts = halves(turn.block)
        if parts is None:
            turn.refused = True
            turn.pause = min(max(turn.pause * 2, REFUSED_AGAIN), REFUSED_AGAIN_MAX)
            turn.due = now + turn.pause
            return False
        place = self._turns.index(turn)
        hole = _between(*parts) if forbidden else None
        self._turns[place : place + 1] = [
            Turn(part, now, turn.answered_at, hole=hole) for part in parts
        ]
        return True

    def forget(self, unit: int) -> None:
        """Have a unit's blocks told in full at their next reading, changed or not."""
        for turn in self._turns:
            if turn.block.unit == unit:
                turn.seen = None

    def _learn(self, turn: Turn) -> None:
        """Note that one side of a suspected hole was read; after both it is forbidden."""
        hole, turn.hole = turn.hole, None
        assert hole is not None, "only called with a suspicion"
        hole.halves += 1
        if hole.halves == BOTH and hole not in self.holes:
            self.holes.append(hole)

    def _trusted(self) -> list[Turn]:
        """Return the turns of the units that are not in doubt."""
        return [turn for turn in self._turns if turn.block.unit not in self._silent]

    def _vouched(self, unit: int, now: Instant) -> None:
        """Note that a unit answers; after a silence all of it is read at once."""
        self._in_a_row = 0
        self._fallen.clear()
        self._known.add(unit)
        if self._silent.pop(unit, 0):
            for turn in self._turns:
                if turn.block.unit == unit and not turn.refused:
                    turn.pause = 0
                    turn.due = min(turn.due, now)

    def _put_off(self, last: Turn, until: Instant) -> None:
        """Put a unit off; the block that was asked last will be asked after the others.

        It may be the only one that the unit ignores.
        """
        others = 0
        for turn in self._turns:
            if turn.block.unit == last.block.unit and turn is not last:
                turn.seen = None
                turn.due = max(turn.due, until)
                others += not turn.refused
        last.due = until + (FIRST_PAUSE if others else 0)

    @staticmethod
    def _ask_now(turns: Iterable[Turn], now: Instant) -> None:
        """Bring the first of these turns forward, as a witness."""
        witness = min((turn for turn in turns if not turn.pause), key=_due, default=None)
        if witness is not None:
            witness.due = min(witness.due, now)

    def _plan_afresh(self, now: Instant) -> None:
        """Join again what was split: the device answers what it had refused, so it has changed."""
        known = {_name(item): turn for turn in self._turns for item in turn.block.items}
        turns = []
        for block in (part for whole in self._plan for part in self._around_holes(whole)):
            parts = [known[_name(item)] for item in block.items]
            if all(part is parts[0] for part in parts):
                parts[0].refused = False
                turns.append(parts[0])
            else:
                turns.append(Turn(block, now, min(part.answered_at for part in parts)))
        self._turns = turns

    def _around_holes(self, block: Block) -> list[Block]:
        """Return a planned block in the parts that no learnt hole lies between."""
        parts = [block]
        for hole in self.holes:
            if (hole.unit, hole.table) == (block.unit, block.table):
                parts = [half for part in parts for half in split_at(part, hole.end)]
        return parts


def _between(first: Block, second: Block) -> Hole | None:
    if first.end >= second.start:
        return None
    return Hole(first.unit, first.table, first.end, second.start)


def _due(turn: Turn) -> Instant:
    return turn.due


def _name(item: Item) -> tuple[str, str]:
    return item.device, item.point.name


def _longer(pause: Duration) -> Duration:
    return min(pause * 2, PAUSE_MAX) or FIRST_PAUSE
