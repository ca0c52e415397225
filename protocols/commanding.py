"""How a command is carried out at most once and its outcome proven, whatever the wire.

What differs between protocols is handed in: how one point is written, how points are read back.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence

from protocols.interfaces import (
    ConnectedDevice,
    DriverError,
    LinkLostError,
    RefusedError,
)
from protocols.model import Write
from protocols.turns import Turns
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import Duration, Instant, in_seconds, milliseconds
from twins.observation import Value

READ_BACK_INTERVAL: Duration = milliseconds(200)
"""Between two read-backs while a device is still on its way to the expected state (assumed)."""

GRACE: Duration = milliseconds(800)
"""How long after `not_after` the proof may still come in; the contract allows one second."""

ReadBack = Callable[[Sequence[str]], Awaitable[Mapping[str, Value]]]
"""Reads properties from the device itself; raises DriverError."""

PutWrite = Callable[[Write], Awaitable[None]]
"""Writes one point once. LinkLostError means that no byte left us, RefusedError that the device
said no and did nothing; every other DriverError leaves it open whether it was done."""


def planned_writes(command: Command, device: ConnectedDevice) -> tuple[Write, ...]:
    """Return the writes that carry out a command; raises RefusedError where there is no way."""
    model = device.model
    if command.action not in model.capability.actions:
        raise RefusedError(f"{model.capability.name} has no action {command.action!r}")
    try:
        writes = model.writes_for(command.action, command.arguments, command.expects)
        for write in writes or ():
            write.point.raw_of(write.value)
    except KeyError as error:
        raise RefusedError(f"the argument {error} is missing") from error
    except ValueError as error:
        raise RefusedError(str(error)) from error
    if writes is None:
        raise RefusedError(f"{model.name} has no way to {command.action}")
    return writes


async def carry_out(
    command: Command, device: ConnectedDevice, clock: Clock, *, put: PutWrite, read: ReadBack
) -> CommandEnded:
    """Write once, read back until `expects` is there, and say how it ended. Never raises."""
    try:
        writes = planned_writes(command, device)
    except RefusedError as error:
        return ended(command, CommandResult.REFUSED, str(error))
    done = 0
    doubt = ""
    try:
        for write in writes:
            _still_in_time(command, clock)
            await put(write)
            done += 1
    except (LinkLostError, RefusedError) as error:
        if done:
            reason = f"{done} of {len(writes)} writes done, then: {error}"
            return ended(command, CommandResult.UNKNOWN, reason)
        refused = isinstance(error, RefusedError)
        result = CommandResult.REFUSED if refused else CommandResult.NOT_EXECUTED
        return ended(command, result, str(error))
    except DriverError as error:
        doubt = str(error)
        if done + 1 < len(writes):
            return ended(command, CommandResult.UNKNOWN, doubt)
    proof = device.model.proof_of(command.action, command.arguments, command.expects)
    return await _proof(command, proof, clock, read, doubt)


async def carry_out_in_turn(
    command: Command,
    device: ConnectedDevice,
    clock: Clock,
    turns: Turns,
    *,
    put: PutWrite,
    read: ReadBack,
) -> CommandEnded:
    """Carry out a command once its device's other commands are done; past its time, not at all."""
    try:
        async with turns.turn(within=time_left(clock, command.not_after)):
            return await carry_out(command, device, clock, put=put, read=read)
    except LinkLostError as error:
        return ended(command, CommandResult.NOT_EXECUTED, str(error))


def ended(command: Command, result: CommandResult, reason: str = "") -> CommandEnded:
    """Return the outcome of a command."""
    return CommandEnded(command=command.id, device=command.device, result=result, reason=reason)


def time_left(clock: Clock, until: Instant) -> float:
    """Return the seconds until an instant, never less than none."""
    return max(0.0, in_seconds(until - clock.now()))


def _still_in_time(command: Command, clock: Clock) -> None:
    if clock.now() > command.not_after:
        raise LinkLostError("it is past its time")


async def _proof(
    command: Command, proof: Mapping[str, Value], clock: Clock, read: ReadBack, doubt: str
) -> CommandEnded:
    """Read back until the proof is there or the time is up."""
    reason = doubt or "nothing tells whether it was done"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(time_left(clock, command.not_after + GRACE)):
            while proof:
                try:
                    state = await read(tuple(proof))
                except DriverError as error:
                    reason = f"no read-back: {error}"
                else:
                    wrong = {
                        name: state.get(name)
                        for name, value in proof.items()
                        if state.get(name) != value
                    }
                    if not wrong:
                        return ended(command, CommandResult.CONFIRMED)
                    shown = ", ".join(f"{name} is {value}" for name, value in wrong.items())
                    reason = f"{doubt or 'accepted'}, but {shown}"
                await asyncio.sleep(in_seconds(READ_BACK_INTERVAL))
    return ended(command, CommandResult.UNKNOWN, reason)
