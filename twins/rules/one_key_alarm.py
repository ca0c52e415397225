"""一键报警 (R03, R07): a press is never lost and never counted twice.

A button may show a press in two ways, its contact and its own press counter, in either order.
Either alone raises the alarm at once; the other one is then the same press, not a second one.
When in doubt a press is counted twice rather than not at all.
"""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.context import Context
from twins.instant import Instant, seconds
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm
from twins.state import ButtonMemory

KIND = "one-key-alarm"

SAME_PRESS = seconds(2)
"""Contact and counter of one press come within this time of each other (assumed: far above a
poll interval, far below the time in which a person presses again after a reset)."""


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterator[Effect]:
    """Raise on a rising contact or counter; clear when the contact opens."""
    if event.quality is not Quality.GOOD:
        return  # the loss of a button is an alarm of its own; its last press still stands
    memory = context.state.buttons.setdefault(event.device, ButtonMemory())
    if event.property == "press_count":
        presses = _counted(memory, int(event.value or 0), now)
        if presses:
            yield _press(event, presses)
            if not _is_pressed(context, event.device):
                yield ClearAlarm(kind=KIND, device=event.device)
    elif event.value is True:
        if event.previous is not True:
            yield _press(event, _risen(memory, now))
    else:
        yield ClearAlarm(kind=KIND, device=event.device)


def _press(event: PropertyChanged, presses: int) -> RaiseAlarm:
    return RaiseAlarm(
        kind=KIND,
        device=event.device,
        severity=Severity.ALARM,
        latching=True,
        sensed=event.source_time,
        count=presses,
    )


def _counted(memory: ButtonMemory, count: int, now: Instant) -> int:
    """Return how many presses the counter shows that the contact has not."""
    before, memory.count = memory.count, count
    if before is None:
        memory.ahead = 0  # what the counter showed when first seen is its past
        return 0
    # A counter that went back has restarted; what it shows was pressed since.
    steps = count - before if count >= before else count
    ahead = memory.ahead if now - memory.ahead_since <= SAME_PRESS else 0
    memory.ahead = max(ahead - steps, 0)
    presses = max(steps - ahead, 0)
    if presses:
        memory.behind, memory.behind_since = memory.behind + presses, now
    return presses


def _risen(memory: ButtonMemory, now: Instant) -> int:
    """Return 1 for a press that the counter has not shown yet, 0 for one that it has."""
    if memory.behind and now - memory.behind_since <= SAME_PRESS:
        memory.behind -= 1
        return 0
    memory.behind = 0
    if memory.count is not None:
        memory.ahead, memory.ahead_since = memory.ahead + 1, now
    return 1


def _is_pressed(context: Context, device: str) -> bool:
    contact = context.state.twins[device].properties.get("pressed")
    return contact is not None and contact.quality is Quality.GOOD and contact.value is True
