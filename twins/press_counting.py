"""From the counter and the contact of a button to presses: each press once, none lost.

Rules for this file: it works on one button's memory and nothing else. A count that nobody could
trust is never the place to count from, and one that went back is no restart until it is good.
"""

from twins.counter import MOST_OVER_THE_END
from twins.counter import steps as steps_between
from twins.instant import Instant, seconds
from twins.state import ButtonMemory

SAME_PRESS = seconds(2)
"""Contact and counter of one press come within this time of each other (assumed: far above a
poll interval, far below the time in which a person presses again after a reset)."""

MOST_SINCE_UNCERTAIN = 3
"""The first good count is so much ahead of an uncertain one at most for the difference to be
presses; by more, the uncertain one was wrong (assumed: a hand's presses between two reads)."""


def counted(memory: ButtonMemory, count: int, now: Instant, *, certain: bool) -> int:
    """Return how many presses the counter shows that the contact has not."""
    steps = _certain(memory, count) if certain else _uncertain(memory, count)
    if steps is None:
        memory.ahead = 0  # what the counter showed when first seen is its past
        return 0
    ahead = memory.ahead if now - memory.ahead_since <= SAME_PRESS else 0
    memory.ahead = max(ahead - steps, 0)
    presses = max(steps - ahead, 0)
    if presses:
        memory.behind, memory.behind_since = memory.behind + presses, now
    return presses


def counted_late(memory: ButtonMemory, count: int, now: Instant) -> int:
    """Return the presses of a count stamped before what is known.

    A counter only grows, so one that is ahead of what is known has not been overtaken: the clock
    went back. Far ahead it is from before a restart.
    """
    if memory.count is None or not 0 < count - _reached(memory) <= MOST_OVER_THE_END:
        return 0
    return counted(memory, count, now, certain=True)


def risen(memory: ButtonMemory, now: Instant) -> int:
    """Return 1 for a press that the counter has not shown yet, 0 for one that it has."""
    if memory.behind and now - memory.behind_since <= SAME_PRESS:
        memory.behind -= 1
        return 0
    memory.behind = 0
    if memory.count is not None or memory.unsure is not None:
        memory.ahead, memory.ahead_since = memory.ahead + 1, now
    return 1


def _certain(memory: ButtonMemory, count: int) -> int | None:
    """Return the steps up to a good count, or None where there is nothing to count from."""
    before, unsure = memory.count, memory.unsure
    memory.count, memory.unsure = count, None
    if before is None:
        near = unsure is not None and 0 < count - unsure <= MOST_SINCE_UNCERTAIN
        return count - unsure if unsure is not None and near else None
    if unsure is None or count < before:
        return steps_between(before, count)
    return max(count - unsure, 0)  # as far as the uncertain one it was counted


def _uncertain(memory: ButtonMemory, count: int) -> int | None:
    """Return the steps up to an uncertain count; it is counted on, and never counted from."""
    if memory.count is None:
        memory.unsure = count
        return None
    reached = _reached(memory)
    if count <= reached:
        return 0
    memory.unsure = count
    return count - reached


def _reached(memory: ButtonMemory) -> int:
    return max(one for one in (memory.count, memory.unsure, 0) if one is not None)
