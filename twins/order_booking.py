"""What stays of a command: the audit record, and what is desired of the device from now on."""

from twins.capability import ActionSpec, capabilities, expected_state
from twins.closure import SHUT, reported
from twins.command import (
    NOT_DONE,
    Asked,
    Command,
    CommandAudited,
    CommandResult,
    RequestCommand,
)
from twins.context import Context
from twins.instant import Duration, Instant, seconds
from twins.observation import Value
from twins.rules.closure import POSITION_TIMER
from twins.rules.drift import TIMER as RECONCILE

SETTLES: Duration = seconds(10)
"""How long after its confirmation a device may still show an older reading (assumed: the longest
silence of a device that is not panic class)."""


def book_request(context: Context, request: RequestCommand, now: Instant) -> None:
    """Note who asks for what when, and how things stood before."""
    spec = action_of(context, request.device, request.action)
    before: dict[str, Value] = {}
    if spec is not None and not spec.objection(request.arguments):
        names = expected_state(spec, request.arguments)
        before = {name: reported(context, request.device, name) for name in names}
    context.state.orders.asked[request.id] = Asked(
        action=request.action,
        requested_by=request.requested_by,
        reason=request.reason,
        requested=now,
        before=before,
        override_as=request.override_as,
    )


def book_result(
    context: Context, command: Command | None, audited: tuple[str, str, CommandResult, str]
) -> None:
    """Write the audit record of a command and keep what it made of the device.

    `audited` is the command's id, its device, its result and why; `command` is None if it was never
    given.
    """
    command_id, device, result, why = audited
    asked = context.state.orders.asked.pop(command_id, None)
    if asked is None:
        return  # asked by an engine that kept no such records
    after = {name: reported(context, device, name) for name in asked.before}
    if command is not None and result is CommandResult.CONFIRMED:
        after.update(command.expects)  # the driver has read it back, maybe before we were told
    context.out.append(
        CommandAudited(
            command=command_id,
            device=device,
            action=asked.action,
            requested_by=asked.requested_by,
            reason=asked.reason,
            requested=asked.requested,
            ended=context.state.latest,
            before=asked.before,
            after=after,
            result=result,
            why=why,
            override_as=asked.override_as,
        )
    )
    if command is not None:
        _desire(context, command, result)


def action_of(context: Context, device: str, action: str) -> ActionSpec | None:
    """Return what a device type says of an action; None where there is no such device or action."""
    known = context.devices.get(device)
    return None if known is None else capabilities()[known.capability].actions.get(action)


def _desire(context: Context, command: Command, result: CommandResult) -> None:
    """Keep what was proven as desired; what is unknown is desired of nobody, only doubted."""
    spec = action_of(context, command.device, command.action)
    orders, device, now = context.state.orders, command.device, context.state.latest
    if spec is None or result in NOT_DONE:
        return
    if spec.momentary:
        _drop(orders.desired, device, command)
        return
    if result is CommandResult.CONFIRMED:
        orders.desired.setdefault(device, {}).update(command.expects)
        _drop(orders.doubtful, device, command)
        seen = all(reported(context, device, name) == v for name, v in command.expects.items())
        context.set_timer(RECONCILE, device, now if seen else now + SETTLES)
    else:
        orders.doubtful.setdefault(device, {}).update(command.expects)
        _drop(orders.desired, device, command)
        context.set_timer(RECONCILE, device, now)
    if context.devices[device].capability in SHUT:
        context.set_timer(POSITION_TIMER, device, now)


def _drop(kept: dict[str, dict[str, Value]], device: str, command: Command) -> None:
    left = {name: v for name, v in kept.get(device, {}).items() if name not in command.expects}
    if left:
        kept[device] = left
    else:
        kept.pop(device, None)
