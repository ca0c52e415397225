"""From engine to device at full speed: commands as a driver would carry them out."""

from collections.abc import Callable, Generator, Mapping

import simpy

from simulator.chance import Chance
from simulator.devices.device import SimulatedDevice
from simulator.reports import Reports
from simulator.timeline import Timeline
from simulator.world import World
from twins.command import Command, CommandEnded, CommandResult
from twins.observation import Value


class Orders:
    """Carries commands to the world's devices and says how they ended."""

    def __init__(
        self,
        world: World,
        reports: Reports,
        *,
        ended: Callable[[CommandEnded], None],
    ) -> None:
        self._world = world
        self._timeline: Timeline = world.timeline
        self._chance: Chance = world.chance
        self._reports = reports
        self._ended = ended

    def give(self, command: Command) -> None:
        """Begin to carry out a command."""
        self._timeline.process(self._carry_out(command))

    def _carry_out(self, command: Command) -> Generator[simpy.Event, object, None]:
        device = self._world.devices[command.device]
        values = _written(device, command)
        if values is None:
            reason = f"{device.id} has no way to {command.action}"
            self._end(command, CommandResult.REFUSED, reason)
            return
        yield self._one_way(device)
        if self._timeline.now > command.not_after:
            self._end(command, CommandResult.NOT_EXECUTED, "too late")
            return
        if self._reports.silent(device.id):
            yield self._timeline.wait(max(0, command.not_after - self._timeline.now))
            self._end(command, CommandResult.NOT_EXECUTED, "the device does not answer")
            return
        self._reports.changed(device.id, self._world.written(device.id, values))
        yield self._one_way(device)
        while not _done(device, command):
            pause = self._chance.delay(device.id, "link.read-back")
            if self._timeline.now + pause > command.not_after:
                self._end(command, CommandResult.UNKNOWN, "its effect was not read back in time")
                return
            yield self._timeline.wait(pause)
        yield self._one_way(device)
        self._end(command, CommandResult.CONFIRMED)

    def _one_way(self, device: SimulatedDevice) -> simpy.Event:
        return self._timeline.wait(self._chance.delay(device.id, "link.order"))

    def _end(self, command: Command, result: CommandResult, reason: str = "") -> None:
        ended = CommandEnded(
            command=command.id, device=command.device, result=result, reason=reason
        )
        self._ended(ended)


def _written(device: SimulatedDevice, command: Command) -> Mapping[str, Value] | None:
    """Return what is written to the device, or None where its model has no way to do this."""
    if device.model is None:
        return command.expects
    writes = device.model.writes_for(command.action, command.arguments, command.expects)
    return None if writes is None else {write.point.name: write.value for write in writes}


def _done(device: SimulatedDevice, command: Command) -> bool:
    return all(device.values.get(name) == value for name, value in command.expects.items())
