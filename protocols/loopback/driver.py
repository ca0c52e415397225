"""The loopback driver: takes a device's reports off an in-memory wire, puts commands on it."""

import asyncio
from collections.abc import Mapping, Sequence

from protocols.commanding import carry_out_in_turn, ended
from protocols.interfaces import Link, LinkLostError, MalformedError, RefusedError, Sink
from protocols.loopback.wire import Acknowledge, Ask, Frame, Hello, Put, Report, wire
from protocols.model import Write
from protocols.reporting import Reporter
from protocols.silence import SilenceWatch
from protocols.turns import Turns
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import Duration, milliseconds
from twins.observation import Quality, Value
from twins.streams import Streams

ANSWER_WITHIN: Duration = milliseconds(500)
"""Longest wait for an answer to one request, as on the other protocols."""


class LoopbackDriver:
    """Implements `protocols.interfaces.Driver` for `loopback://` links.

    A lost report is no lost change: the device repeats each until it is acknowledged.
    """

    def __init__(self, link: Link, sink: Sink, clock: Clock, streams: Streams) -> None:  # noqa: ARG002  the seam's signature; nothing is drawn here
        self._wire = wire(link.url)
        self._clock = clock
        self._reporter = Reporter(link.devices, sink, clock)
        self._devices = {device.id: device for device in link.devices}
        self._silences = {
            device.id: SilenceWatch(device, self._reporter, link.url) for device in link.devices
        }
        self._taken: dict[str, tuple[int, int]] = {}
        self._commanding = {device.id: Turns() for device in link.devices}
        self._writes = 0

    async def run(self) -> None:
        """Take reports and watch for silence until cancelled."""
        self._wire.attach("driver", self._receive)
        try:
            for device in self._devices:
                self._wire.send("device", Hello(device=device))
            async with asyncio.TaskGroup() as tasks:
                for silence in self._silences.values():
                    tasks.create_task(silence.watch())
        finally:
            self._wire.detach("driver")

    async def execute(self, command: Command) -> CommandEnded:
        """Put once, confirm by reading back; one command at a time per device."""
        device = self._devices.get(command.device)
        if device is None:
            return ended(command, CommandResult.REFUSED, f"no {command.device} behind this link")

        async def put(write: Write) -> None:
            self._silences[device.id].require_alive()
            await self._put(device.id, write, command)

        async def read(names: Sequence[str]) -> Mapping[str, Value]:
            return await self._read_back(device.id, names)

        turns = self._commanding[device.id]
        return await carry_out_in_turn(command, device, self._clock, turns, put=put, read=read)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Report) and frame.device in self._devices:
            self._take(frame)

    def _take(self, report: Report) -> None:
        """Report changes in their order, each once, and then the state."""
        boot, number = self._taken.get(report.device, (0, 0))
        if (report.boot, report.number) < (boot, number):
            return  # overtaken on the way
        if report.boot == boot:
            for change in report.changes:
                if change.number > number:
                    self._reporter.read(report.device, change.raws)
        self._silences[report.device].heard()
        self._reporter.read(report.device, report.state)
        self._taken[report.device] = (report.boot, report.number)
        if report.changes:
            taken = Acknowledge(device=report.device, boot=report.boot, number=report.number)
            self._wire.send("device", taken)

    async def _put(self, device: str, write: Write, command: Command) -> None:
        if self._clock.now() > command.not_after:
            raise LinkLostError("it is past its time")
        self._writes += 1
        frame = Put(
            id=f"{command.id}/{self._writes}",
            device=device,
            point=write.point.name,
            raw=write.point.raw_of(write.value),
        )
        answer = await self._wire.request(frame, ANSWER_WITHIN)
        if answer.refused:
            raise RefusedError(answer.refused)

    async def _read_back(self, device: str, names: Sequence[str]) -> Mapping[str, Value]:
        answer = await self._wire.request(Ask(device=device), ANSWER_WITHIN)
        state: dict[str, Value] = {}
        for name in names:
            if name not in answer.state:
                raise MalformedError(f"the device has no {name}")
            value, quality, _ = (
                self._devices[device].model.points[name].value_of(answer.state[name])
            )
            state[name] = value if quality is Quality.GOOD else None
        return state
