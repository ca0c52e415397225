"""`gatehouse emulate`: every device of a school answers on loopback until Ctrl-C."""

import asyncio
from collections.abc import Callable, Mapping

from gatehouse.emulation import Emulation
from gatehouse.links import compile_links, compile_models
from gatehouse.wording import wording
from gateway.clock import StoryClock, WallClock
from protocols.dialects import DIALECTS, SCHEMES
from protocols.interfaces import Link
from protocols.model import DeviceModel
from scenarios.loader import load_school
from scenarios.package import SchoolPackage
from simulator.chance import Chance
from simulator.devices.device import SimulatedDevice, Surroundings
from simulator.devices.table import simulated
from simulator.timeline import Timeline
from twins.instant import SECOND, seconds
from twins.observation import Value
from twins.streams import Streams

Tell = Callable[[str], object]

CHANGES_MAX = 1_000
"""Device-side changes waiting for the wire; a full queue is a defect and raises."""


async def run_emulation(school: str, language: str, tell: Tell, *, fixed_ports: bool) -> None:
    """Emulate a school's devices until cancelled; raises ConfigError for a wrong school."""
    say = wording(language)
    package = load_school(school)
    models = compile_models(package)
    living = LivingDevices(package, models)
    links = compile_links(package, models)
    async with Emulation(links, living.written, fixed_ports=fixed_ports) as emulation:
        for link in emulation.running:
            tell(say("{url} answers as", url=link.local.url))
            for line in _behind(link.local, package, language):
                tell(line)
        tell(say("Emulated devices only. Ctrl-C ends."))
        await living.run(emulation)


class LivingDevices:
    """The simulated devices of a school by themselves, at the speed of life."""

    def __init__(
        self,
        package: SchoolPackage,
        models: Mapping[str, DeviceModel],
        clock: StoryClock | None = None,
    ) -> None:
        if clock is None:
            clock = StoryClock(WallClock().now())
            clock.run()
        self._clock = clock
        self._timeline = Timeline(self._clock.now())
        self._changes: asyncio.Queue[tuple[str, Mapping[str, Value]]] = asyncio.Queue(CHANGES_MAX)
        self._poked = asyncio.Event()
        surroundings = Surroundings(
            timeline=self._timeline, chance=Chance(Streams(0)), publish=self._publish
        )
        self._devices: dict[str, SimulatedDevice] = {
            device.id: simulated(device, models[device.id], surroundings)
            for device in package.school.devices
        }

    def change(self, device: str, values: Mapping[str, Value]) -> None:
        """Have something happen to a device from outside; raises KeyError for what it has not."""
        one = self._devices[device]
        unknown = [name for name in values if name not in one.values]
        if unknown:
            raise KeyError(f"{device} has no {', '.join(unknown)}")
        self.catch_up()
        one.change_values(values)

    def device(self, device: str) -> SimulatedDevice:
        """Return a simulated device, for what only its kind can do; raises KeyError."""
        return self._devices[device]

    def catch_up(self) -> None:
        """Bring the devices to the clock's present."""
        self._timeline.play_to(self._clock.now())
        self._poked.set()

    async def written(self, device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Take a client's write and return what the device becomes at once."""
        self._timeline.play_to(self._clock.now())
        taken = self._devices[device].written(values)
        self._poked.set()
        return taken

    async def run(self, emulation: Emulation) -> None:
        """Let the devices live until cancelled."""
        for device in self._devices.values():
            await emulation.publish(device.id, device.values)
            device.live()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass_on(emulation))
            group.create_task(self._play())

    def _publish(self, device: str, values: Mapping[str, Value]) -> None:
        self._changes.put_nowait((device, dict(values)))

    async def _pass_on(self, emulation: Emulation) -> None:
        while True:
            await emulation.publish(*await self._changes.get())

    async def _play(self) -> None:
        while True:
            self._poked.clear()
            now = self._clock.now()
            self._timeline.play_to(now)
            due = self._timeline.next_event() or now + seconds(1)
            try:
                async with asyncio.timeout((due - now) / SECOND):
                    await self._poked.wait()
            except TimeoutError:
                continue


def _behind(link: Link, package: SchoolPackage, language: str) -> list[str]:
    lines = []
    for device in link.devices:
        unit = f", unit {device.unit}" if DIALECTS[SCHEMES[link.scheme]].units else ""
        name, title = package.entry(device.id).name, package.device(device.id).title[language]
        lines.append(f"    {name:18} {title} ({device.model.name}{unit})")
    return lines
