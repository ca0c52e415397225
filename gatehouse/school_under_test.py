"""A school on real sockets for tests: emulated devices, the gateway, and a clock that tests move.

Everything between a device's description and a notice to a responder is the product's own: the
emulators answer over the real protocols, the drivers poll and subscribe, the engine decides.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from gatehouse.emulating import LivingDevices
from gatehouse.emulation import Emulation
from gatehouse.links import compile_links, compile_models
from gateway.channels import Notice
from gateway.clock import StoryClock
from gateway.runtime import Gateway
from gateway.store import MemoryStore
from protocols.registry import PROTOCOLS
from scenarios.loader import load_school
from scenarios.local_time import parse_start
from simulator.devices.button import OneKeyAlarmButton
from twins.alarm import Alarm
from twins.command import CommandEnded, RequestCommand
from twins.incident import Incident
from twins.instant import Duration, in_seconds, milliseconds, seconds
from twins.observation import Quality, Value
from twins.records import Input, Output
from twins.school import Role
from twins.streams import Streams

PATIENCE: Duration = seconds(30)
"""Longest wait of wall time for something to become so (assumed; a busy machine is slow)."""

SETTLES: Duration = milliseconds(400)
"""How long nothing may be under way before time may be skipped (assumed: eight panic polls)."""


class NotSoError(AssertionError):
    """What a test waited for did not become so in time."""


@dataclass(slots=True)
class SchoolUnderTest:
    """One school; use as `async with`.

    Names of devices are those of the school's `devices.yaml`. `start` is a local time, as
    `Mo 10:00`. Story time runs at the speed of life and is moved on by `advance`; protocol
    time-outs stay on the wall.
    """

    folder: str
    start: str = "Mo 10:00"
    notices: list[Notice] = field(default_factory=list)
    """What responders were told, in the order of delivery."""
    clock: StoryClock = field(init=False)
    gateway: Gateway = field(init=False)
    _living: LivingDevices = field(init=False)
    _emulation: Emulation = field(init=False)
    _group: asyncio.TaskGroup = field(init=False)
    _running: list[asyncio.Task[None]] = field(default_factory=list)
    _own: str = field(init=False)
    _serial: int = 0

    async def __aenter__(self) -> Self:
        """Start everything and wait until every point of every device is good.

        Raises ConfigError for a school that is not right, NotSoError for a silent device.
        """
        package = load_school(self.folder)
        models = compile_models(package)
        self._own = package.school.id
        self.clock = StoryClock(parse_start(self.start).instant(package.school.zone))
        self.clock.run()
        self._living = LivingDevices(package, models, self.clock)
        self._emulation = Emulation(
            compile_links(package, models), self._living.written, fixed_ports=False
        )
        await self._emulation.__aenter__()
        self.gateway = Gateway(
            [package.school], self._emulation.links, protocols=PROTOCOLS, store=MemoryStore(),
            clock=self.clock, streams=Streams(0),
        )  # fmt: skip
        for role in Role:
            self.gateway.channels.register(role, self._bring)
        await self.gateway.__aenter__()
        self._group = await asyncio.TaskGroup().__aenter__()
        self._running = [
            self._group.create_task(self._living.run(self._emulation)),
            self._group.create_task(self.gateway.run()),
        ]
        try:
            await self.until(self._all_good, "every point of every device is good")
        except NotSoError:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        for task in self._running:
            task.cancel()
        await self._group.__aexit__(None, None, None)
        await self.gateway.__aexit__(kind, error, trace)
        await self._emulation.__aexit__(kind, error, trace)

    def change(self, device: str, **values: Value) -> None:
        """Have something happen at a device, as `change("door", closed=False)`.

        A dot in a property's name is written as two underscores. Raises KeyError.
        """
        named = {name.replace("__", "."): value for name, value in values.items()}
        self._living.change(self._full(device), named)

    def press(self, button: str, lasts: Duration = seconds(1)) -> None:
        """Press a one-key alarm; raises TypeError for anything else."""
        one = self._living.device(self._full(button))
        if not isinstance(one, OneKeyAlarmButton):
            raise TypeError(f"{button} is a {one.capability.name}; nobody can press it")
        self._living.catch_up()
        one.press(lasts)
        self._living.catch_up()

    async def cut(self, device: str) -> None:
        """Cut the link behind which a device stands, with all others there."""
        await self._emulation.emulator_of(self._full(device)).cut()

    async def restore(self, device: str) -> None:
        """Bring that link back."""
        await self._emulation.emulator_of(self._full(device)).restore()

    def value(self, device: str, name: str) -> Value:
        """Return what the platform believes of a property; None where it is not good."""
        one = self.gateway.view.twins[self._full(device)].properties.get(name)
        return one.value if one is not None and one.quality is Quality.GOOD else None

    def alarms(self, kind: str = "") -> list[Alarm]:
        """Return the standing alarms, of one kind if it is named."""
        return [one for one in self.gateway.view.alarms.values() if kind in ("", one.kind)]

    def incidents(self) -> list[Incident]:
        """Return the open incidents."""
        return list(self.gateway.view.incidents.values())

    async def order(self, device: str, action: str, **arguments: Value) -> CommandEnded:
        """Ask for a command as a guard would, and wait for its end."""
        self._serial += 1
        own = f"test-{self._serial}"
        request = RequestCommand(
            id=own, device=self._full(device), action=action, arguments=arguments,
            requested_by="test", reason="a test asks", not_after=self.clock.now() + seconds(5),
        )  # fmt: skip
        with self.gateway.bus.subscribe() as viewer:
            for output in await self.gateway.submit(request):
                if isinstance(output, CommandEnded) and output.command == own:
                    return output
            async with asyncio.timeout(in_seconds(PATIENCE)):
                while (event := await viewer.next()) is not None:
                    if isinstance(event.record, CommandEnded) and event.record.command == own:
                        return event.record
        raise NotSoError(f"{action} at {device} never ended")

    async def submit(self, item: Input) -> tuple[Output, ...]:
        """Give the engine an input, as a console would."""
        return await self.gateway.submit(item)

    async def until(self, so: Callable[[], object], what: str = "") -> None:
        """Wait until something is so, in wall time; raises NotSoError."""
        try:
            async with asyncio.timeout(in_seconds(PATIENCE)):
                while not so():  # noqa: ASYNC110  anything at all may be waited for
                    await asyncio.sleep(0.01)
        except TimeoutError:
            message = f"not so after {in_seconds(PATIENCE):g} s: {what or so}"
            raise NotSoError(message) from None

    async def advance(self, duration: Duration) -> None:
        """Let story time pass at once; every deadline on the way is met in its order."""
        end = self.clock.now() + duration
        await self._settled()
        while self.clock.now() < end:
            due = self.gateway.view.next_deadline()
            self.clock.skip_to(end if due is None else min(max(due, self.clock.now() + 1), end))
            self._living.catch_up()
            await self._settled()

    async def _settled(self) -> None:
        """Wait until the platform has taken in what there is, and decided what was due."""
        view = self.gateway.view

        def quiet() -> bool:
            due = view.next_deadline()
            overdue = due is not None and due <= self.clock.now()
            return not (overdue or self.gateway.inbox.waiting or view.commands)

        await asyncio.sleep(in_seconds(SETTLES))
        await self.until(quiet, "nothing is under way")

    async def _bring(self, notice: Notice) -> None:
        self.notices.append(notice)

    def _all_good(self) -> bool:
        twins = self.gateway.view.twins
        return all(
            (one := twins[device.id].properties.get(name)) is not None
            and one.quality is Quality.GOOD
            for link in self.gateway.links
            for device in link.devices
            for name in device.model.points
        )

    def _full(self, device: str) -> str:
        full = f"{self._own}/{device}"
        if full not in self.gateway.view.twins:
            raise KeyError(f"{self._own} has no device {device!r}")
        return full
