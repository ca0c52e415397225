"""A school on one scripted link, and a gateway around it: what every test here starts from."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from gateway.runtime import Gateway
from gateway.store import MemoryStore, Store
from protocols.interfaces import ConnectedDevice, Link, ProtocolEntry, Sink
from protocols.model import DeviceModel, Point
from tests.twins.schools import ELM, MONDAY_0700
from twins.capability import Line, capabilities
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import Instant
from twins.observation import Observation, Quality, Value
from twins.school import Device, School, Zone
from twins.streams import Streams

GATE = {"en": "Main gate", "zh": "正门"}
SCHOOL: School = replace(
    ELM,
    title={"en": "Elm primary school", "zh": "榆树小学"},
    zones=(Zone(id="gate", title=GATE, line=Line.GATE_FRONT),),
    devices=tuple(
        replace(one, title=dict(capabilities()[one.capability].title))
        for one in ELM.devices
        if one.id != "elm/lockers"
    ),
)
BUTTON, SPEAKER, LANE, PRESENCE = "elm/button", "elm/speaker", "elm/lane", "elm/presence"


class HandClock:
    """Time moves only when the test moves it."""

    def __init__(self, now: Instant = MONDAY_0700) -> None:
        self._now = now
        self._moved = asyncio.Event()

    def now(self) -> Instant:
        return self._now

    def move(self, duration: int) -> None:
        self._now += duration
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep_until(self, instant: Instant) -> None:
        while self._now < instant:
            await self._moved.wait()


class ScriptedDriver:
    """A driver without a wire: the test says what the devices say and sees what they are told."""

    def __init__(self, link: Link, sink: Sink, clock: Clock, streams: Streams) -> None:
        del streams
        self.link, self.sink, self.clock = link, sink, clock
        self.executed: list[Command] = []
        self.answer: Callable[[Command], CommandEnded] = lambda command: CommandEnded(
            command=command.id, device=command.device, result=CommandResult.CONFIRMED
        )
        self.broken = asyncio.Event()

    async def run(self) -> None:
        await self.broken.wait()
        raise ValueError("frame of a vendor")

    async def execute(self, command: Command) -> CommandEnded:
        self.executed.append(command)
        return self.answer(command)

    def say(
        self, device: str, prop: str, value: Value, quality: Quality = Quality.GOOD, cause: str = ""
    ) -> None:
        now = self.clock.now()
        self.sink.heard((device,), now)
        self.sink.observe(
            [
                Observation(
                    device=device,
                    property=prop,
                    value=value,
                    quality=quality,
                    cause=cause,
                    source_time=now,
                    receive_time=now,
                )
            ]
        )


class Workshop:
    """Makes scripted drivers and remembers them by link, the latest last."""

    def __init__(self) -> None:
        self.made: list[ScriptedDriver] = []

    def __call__(self, link: Link, sink: Sink, clock: Clock, streams: Streams) -> ScriptedDriver:
        self.made.append(ScriptedDriver(link, sink, clock, streams))
        return self.made[-1]

    @property
    def driver(self) -> ScriptedDriver:
        return self.made[-1]


def _no_emulator(*_: object) -> None:
    raise AssertionError("no emulator here")


def connected(device: Device, names: Sequence[str] = ()) -> ConnectedDevice:
    capability = capabilities()[device.capability]
    wanted = names or [name for name, spec in capability.properties.items() if not spec.optional]
    points = {
        name: Point(
            name=name,
            at=name,
            address=name,
            value_type=capability.properties[name].type,
            wire_type="bool",
        )
        for name in wanted
    }
    model = DeviceModel(
        name="scripted",
        capability=capability,
        protocol="loopback",
        title="Scripted device",
        source="this test",
        points=points,
    )
    return ConnectedDevice(id=device.id, model=model, lost_after=capability.lost_after)


def link_of(school: School, counted: bool = True) -> Link:
    devices = tuple(
        connected(device, ("pressed", "press_count") if counted and device.id == BUTTON else ())
        for device in school.devices
        if device.id != "elm/camera"  # stands on the list without a link
    )
    return Link(url="loopback://elm", devices=devices)


class Rig:
    """A running gateway, its driver, its clock, and a way to let it come to rest."""

    def __init__(self, store: Store, clock: Clock, school: School | None = None) -> None:
        school = school or SCHOOL
        self.workshop = Workshop()
        self.clock = clock
        entry = ProtocolEntry(
            name="loopback",
            make_driver=self.workshop,
            make_emulator=_no_emulator,  # type: ignore[arg-type]
        )
        self.gateway = Gateway(
            [school],
            [link_of(school)],
            protocols={"loopback": entry},
            store=store,
            clock=clock,
            streams=Streams(1),
        )

    @property
    def driver(self) -> ScriptedDriver:
        return self.workshop.driver

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110  the condition is anything at all
                await asyncio.sleep(0.002)

    async def batch(self) -> None:
        """Return once the next batch is kept."""
        before = self.gateway.number
        await self.until(lambda: self.gateway.number > before)

    async def press(self) -> None:
        self.driver.say(BUTTON, "pressed", True)
        await self.until(lambda: self.gateway.view.alarms)

    async def settled(self) -> None:
        """Return once nothing waits and no command is under way."""
        commands = self.gateway.history.commands
        await self.until(
            lambda: (
                not self.gateway.inbox.waiting
                and not self.gateway.view.commands
                and all(one.result for one in commands.values())
            )
        )


@asynccontextmanager
async def running(
    store: Store | None = None,
    clock: Clock | None = None,
    prepare: Callable[[Rig], None] = lambda rig: None,
    school: School | None = None,
) -> AsyncIterator[Rig]:
    rig = Rig(store or MemoryStore(), clock or HandClock(), school)
    prepare(rig)
    async with rig.gateway, asyncio.TaskGroup() as group:
        task = group.create_task(rig.gateway.run())
        await rig.gateway.ready.wait()
        await rig.until(lambda: rig.workshop.made)
        try:
            yield rig
        finally:
            task.cancel()
