"""Commands: asked once, given once, and always brought to one of four ends."""

from dataclasses import replace

from twins.alarm import InputRefused
from twins.attack import hold_fires, plan_waits
from twins.capability import capabilities, expected_state
from twins.command import PLAN, Command, CommandEnded, CommandResult, RequestCommand
from twins.command_sequels import tell_sequels
from twins.context import Context
from twins.guards import forbidden
from twins.incident import HeldPlanIssued, Incident
from twins.instant import Instant, parse_duration, seconds
from twins.order_booking import action_of, book_request, book_result
from twins.school import School

OUTCOME_GRACE = seconds(1)
"""How long past its `not_after` a command may stay without an outcome before it is unknown."""

KEYS_KEPT = 10_000
"""Ended idempotency keys remembered; the oldest go first (assumed: days of a school)."""

TIMER = "command"


def request_command(context: Context, request: RequestCommand, now: Instant) -> None:
    """Give what a person or program asks for, or refuse it with the reason."""
    if "/" in request.id:
        # Ids with a slash are given by the engine itself; one taken before would silence a plan.
        reason = "a key from outside may hold no slash"
        context.out.append(InputRefused(subject=request.id, reason=reason))
        return
    request_in_turn(context, request, now)


def request_in_turn(context: Context, request: RequestCommand, now: Instant) -> None:
    """Give what follows from something else that a person asked, under a key of our own."""
    foreign = f"only a plan may ask as {PLAN!r}" if request.requested_by == PLAN else ""
    _request(context, request, now, foreign)


def _request(context: Context, request: RequestCommand, now: Instant, foreign: str = "") -> None:
    """Give a command, or refuse it with the reason. A known id is never given again."""
    state = context.state
    known = (state.commands, state.ended_commands, state.refused_commands)
    if any(request.id in keys for keys in known):
        refused = InputRefused(subject=request.id, reason="this command was given before")
        context.out.append(refused)
        return
    book_request(context, request, now)
    reason = foreign or _objection(context, request, now) or forbidden(context, request, now)
    if reason:
        _end(context, request.id, request.device, CommandResult.REFUSED, reason)
        return
    action = capabilities()[context.devices[request.device].capability].actions[request.action]
    _give(
        context,
        Command(
            id=request.id,
            device=request.device,
            action=request.action,
            arguments=request.arguments,
            expects=expected_state(action, request.arguments),
            not_after=request.not_after,
            requested_by=request.requested_by,
            reason=request.reason,
        ),
    )


def issue_plan(context: Context, school: School, incident: Incident, now: Instant) -> None:
    """Give every command of the school's plans for this kind of incident.

    What a plan asks of a device that the school does not have, or that cannot do it, is refused and
    audited; everything else is given. During an attack a plan that gets people out waits.
    """
    if plan_waits(context, school, incident):
        held = replace(context.state.incidents[incident.id], plan_held=True)
        context.state.incidents[incident.id] = held
        return
    plans = [plan for plan in school.plans if plan.kind == incident.kind]
    steps = [step for plan in plans if plan.level is incident.level for step in plan.steps]
    for step in steps:
        for device in step.devices:
            spec = action_of(context, device, step.action)
            elsewhere = context.school_of.get(device) is not school
            request = RequestCommand(
                id=context.number(school.id, "command"),
                device=device,
                action=step.action,
                arguments=step.arguments,
                requested_by=PLAN,
                reason=f"{incident.id}: {step.id}",
                not_after=now if spec is None else now + parse_duration(spec.not_after),
                incident=incident.id,
            )
            reason = f"{school.id} has no such device" if elsewhere else ""
            _request(context, request, now, reason)
    hold_fires(context, school, incident, now)


def issue_held_plans(context: Context, school: School, now: Instant) -> None:
    """Give the commands of the plans that waited, once nothing makes them wait any more."""
    for incident in context.cases.at(school.id):
        if incident.plan_held:
            context.state.incidents[incident.id] = replace(incident, plan_held=False)
            context.out.append(HeldPlanIssued(incident=incident.id))
            issue_plan(context, school, incident, now)


def book_end(context: Context, ended: CommandEnded, _now: Instant) -> None:
    """Book a driver's outcome; the first one counts."""
    given = context.state.commands.get(ended.command)
    if given is not None and given.device != ended.device:
        reason = f"was given to {given.device}, not to {ended.device}"
        context.out.append(InputRefused(subject=ended.command, reason=reason))
        return
    if given is None:
        known = context.state.ended_commands.get(ended.command)
        reason = f"has already ended: {known}" if known else "no such command was given"
        context.out.append(InputRefused(subject=ended.command, reason=reason))
        return
    _end(context, ended.command, ended.device, ended.result, ended.reason)


def expire(context: Context, command_id: str, reason: str = "no outcome came in time") -> None:
    """End a command whose outcome never came."""
    command = context.state.commands[command_id]
    _end(context, command.id, command.device, CommandResult.UNKNOWN, reason)


def _give(context: Context, command: Command) -> None:
    context.state.commands[command.id] = command
    context.under_way.add(command.device, command.id)
    context.set_timer(TIMER, command.id, command.not_after + OUTCOME_GRACE)
    context.out.append(command)


def _end(context: Context, command: str, device: str, result: CommandResult, reason: str) -> None:
    state = context.state
    given = state.commands.pop(command, None)
    context.under_way.remove(device, command)
    context.cancel_timer(TIMER, command)
    # Requests that were refused must not push out the keys of commands that were given.
    keys = state.refused_commands if given is None else state.ended_commands
    keys[command] = result
    if len(keys) > KEYS_KEPT:
        del keys[next(iter(keys))]
    context.out.append(CommandEnded(command=command, device=device, result=result, reason=reason))
    book_result(context, given, (command, device, result, reason))
    tell_sequels(context, command, result, reason)


def _objection(context: Context, request: RequestCommand, now: Instant) -> str:
    """Return why a request cannot be given, or nothing."""
    device = context.devices.get(request.device)
    if device is None:
        return "there is no such device"
    action = capabilities()[device.capability].actions.get(request.action)
    if action is None:
        return f"a {device.capability} has no action {request.action!r}"
    if now > request.not_after:
        return "it came too late"
    if not (request.requested_by.strip() and request.reason.strip()):
        return "a command needs a name and a reason"
    return action.objection(request.arguments)
