"""The reconciler: a device that leaves what a confirmed command made of it, without a command."""

from collections.abc import Iterator

from twins.alarm import Severity
from twins.closure import reported
from twins.context import Context
from twins.instant import Instant
from twins.rules.effects import ClearAlarm, Effect, RaiseAlarm

KIND = "drift"
TIMER = "reconcile"


def judge(context: Context, device: str, now: Instant) -> Iterator[Effect]:
    """Compare what the device reports with what is desired of it.

    While a command is under way nothing is raised: it may be what moves the device.
    """
    desired = context.state.orders.desired.get(device, {})
    differs = any(
        reported(context, device, name) not in (None, wanted) for name, wanted in desired.items()
    )
    standing = f"{KIND}|{device}" in context.state.standing
    if not differs:
        if standing:
            yield ClearAlarm(kind=KIND, device=device)
    elif not standing and not _under_way(context, device):
        yield RaiseAlarm(
            kind=KIND, device=device, severity=Severity.WARNING, latching=False, sensed=now
        )


def _under_way(context: Context, device: str) -> bool:
    return bool(context.under_way.of(device))
