"""The loopback emulator: devices at the far end of an in-memory wire."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from protocols.interfaces import ConnectedDevice, Link, OnWrite, RefusedError
from protocols.loopback.wire import (
    Acknowledge,
    Answer,
    Ask,
    Change,
    Frame,
    Hello,
    Put,
    Report,
    wire,
)
from protocols.model import Point, Raw
from protocols.starting_values import starting_values
from twins.instant import Duration, in_seconds, milliseconds
from twins.observation import Quality, Value

HEARTBEAT: Duration = milliseconds(500)
"""Between two reports of a device that has nothing new: four within a panic device's silence."""

MOST_PENDING = 64
"""Changes kept until acknowledged; beyond, the oldest is forgotten and only its effect is seen."""

MOST_REMEMBERED = 32
"""Writes whose ids a device remembers, so that a duplicated frame is not carried out twice."""


class LoopbackEmulator:
    """Implements `protocols.interfaces.Emulator` for `loopback://` links."""

    def __init__(self, link: Link, on_write: OnWrite) -> None:
        self._url = link.url
        self._wire = wire(link.url)
        self._on_write = on_write
        self._devices = {device.id: _Device(device=device) for device in link.devices}
        self._boot = 0
        self._beat: asyncio.TimerHandle | None = None

    async def start(self) -> str:
        """Take the wire's far end and begin to report."""
        self._wire.boots += 1
        self._boot = self._wire.boots
        await self.restore()
        return self._url

    async def stop(self) -> None:
        """Let go of the wire."""
        await self.cut()

    async def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Change values; what differs from before is reported at once, and until acknowledged."""
        if self._devices[device].change(values):
            self._report(device)

    async def cut(self) -> None:
        """Go out of reach; values and unacknowledged changes are kept."""
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
            self._wire.detach("device")

    async def restore(self) -> None:
        """Come back within reach."""
        if self._beat is None:
            self._wire.attach("device", self._receive, self._serve)
            self._report_all()

    def _report_all(self) -> None:
        loop = asyncio.get_running_loop()
        self._beat = loop.call_later(in_seconds(HEARTBEAT), self._report_all)
        for device in self._devices:
            self._report(device)

    def _report(self, name: str) -> None:
        if self._beat is None:
            return  # out of reach
        device = self._devices[name]
        report = Report(
            device=name,
            boot=self._boot,
            number=device.number,
            changes=tuple(device.pending),
            state=device.state(),
        )
        self._wire.send("driver", report)

    def _receive(self, frame: Frame) -> None:
        device = self._devices.get(frame.device)
        if device is None:
            return
        if isinstance(frame, Hello):
            self._report(frame.device)
        elif isinstance(frame, Acknowledge) and frame.boot == self._boot:
            device.acknowledge(frame.number)

    async def _serve(self, frame: Put | Ask) -> Answer:
        device = self._devices[frame.device]
        if isinstance(frame, Ask):
            return Answer(state=device.state())
        if frame.id not in device.answered:
            device.answered[frame.id] = ""
            device.answered[frame.id] = await self._write(device, frame)
            while len(device.answered) > MOST_REMEMBERED:
                del device.answered[next(iter(device.answered))]
        return Answer(state=device.state(), refused=device.answered[frame.id])

    async def _write(self, device: "_Device", frame: Put) -> str:
        """Let the device take a write; return why it will not, or nothing."""
        point = device.point(frame.point)
        if point is None or not (point.writable or point.command):
            return f"{frame.point} cannot be written"
        value, quality, cause = point.value_of(frame.raw)
        if quality is not Quality.GOOD:
            return cause
        try:
            taken = await self._on_write(device.device.id, {point.name: value})
        except RefusedError as error:
            return str(error) or "refused"
        await self.publish(device.device.id, taken)
        return ""


@dataclass(slots=True, kw_only=True)
class _Device:
    """What one emulated device knows."""

    device: ConnectedDevice
    values: dict[str, Value] = field(init=False)
    number: int = 0
    pending: deque[Change] = field(default_factory=lambda: deque(maxlen=MOST_PENDING))
    answered: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with neutral values."""
        self.values = starting_values(self.device.model)

    def change(self, values: Mapping[str, Value]) -> bool:
        """Take new values; return whether any differs."""
        changed = {
            name: value
            for name, value in values.items()
            if value != self.values[name] or type(value) is not type(self.values[name])
        }
        if not changed:
            return False
        self.values.update(changed)
        self.number += 1
        self.pending.append(Change(number=self.number, raws=self._raws(changed)))
        return True

    def acknowledge(self, number: int) -> None:
        """Forget the changes that have arrived."""
        while self.pending and self.pending[0].number <= number:
            self.pending.popleft()

    def state(self) -> Mapping[str, Raw]:
        """Return every value as the wire carries it."""
        return self._raws(self.values)

    def point(self, name: str) -> Point | None:
        """Return a point that can be addressed on the wire."""
        model = self.device.model
        return model.command_points.get(name) or model.points.get(name)

    def _raws(self, values: Mapping[str, Value]) -> dict[str, Raw]:
        points = self.device.model.points
        return {
            name: points[name].raw_of(value) for name, value in values.items() if value is not None
        }
