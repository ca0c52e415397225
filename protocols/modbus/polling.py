"""When each block is read: the earliest due first; a silent unit waits longer and longer."""

from collections.abc import Iterable
from dataclasses import dataclass

from protocols.modbus.codec import Cells
from protocols.modbus.plan import Block, halves
from twins.instant import Duration, Instant, milliseconds, seconds

FIRST_PAUSE: Duration = milliseconds(250)
PAUSE_MAX: Duration = seconds(5)
"""A silent unit is asked after a pause that doubles up to this, so that it costs the others on the
line at most one time-out in this time (assumed)."""

REFUSED_AGAIN: Duration = seconds(60)
"""A point whose address was refused is tried again this often (assumed)."""


@dataclass(slots=True)
class Turn:
    """A block, when it is due, and what its cells were when last read."""

    block: Block
    due: Instant
    cells: Cells | None = None


class Schedule:
    """The turns of one connection, in monotonic nanoseconds."""

    def __init__(self, blocks: Iterable[Block], now: Instant) -> None:
        self._turns = [Turn(block, now) for block in blocks]
        self._pauses: dict[int, Duration] = {}
        self.refused: list[Block] = []
        """Blocks of one point each whose address the device refused."""

    def next(self) -> Turn:
        """Return the turn that is due first; equal ones go by their place in the plan."""
        return min(self._turns, key=lambda turn: turn.due)

    def answered(self, turn: Turn, now: Instant) -> None:
        """Put a turn off to its next time, keeping its beat unless it is late already."""
        self._pauses.pop(turn.block.unit, None)
        turn.due = max(turn.due + turn.block.poll, now)

    def silent(self, unit: int, now: Instant) -> None:
        """Put every turn of a silent unit off."""
        pause = self._pauses.get(unit, 0)
        pause = min(pause * 2, PAUSE_MAX) if pause else FIRST_PAUSE
        self._pauses[unit] = pause
        for turn in self._turns:
            if turn.block.unit == unit:
                turn.cells = None
                turn.due = max(turn.due, now + pause)

    def refuse(self, turn: Turn, now: Instant) -> bool:
        """Split a block whose address was refused; return False where it cannot be split."""
        turn.cells = None
        parts = halves(turn.block)
        if parts is None:
            turn.due = now + REFUSED_AGAIN
            if turn.block not in self.refused:
                self.refused.append(turn.block)
            return False
        place = self._turns.index(turn)
        self._turns[place : place + 1] = [Turn(part, now) for part in parts]
        return True
