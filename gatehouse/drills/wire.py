"""A drill on the wire (L2): emulated devices on real sockets, the real gateway, a paced world."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

import structlog

from gatehouse.drills.pacing import Pacer
from gatehouse.emulation import Emulation
from gateway.channels import Notice
from gateway.clock import StoryClock
from gateway.runtime import Gateway
from gateway.store import Store
from protocols.interfaces import Link
from protocols.model import DeviceModel
from protocols.registry import PROTOCOLS
from scenarios.drill import Drill
from scenarios.package import SchoolPackage
from scenarios.story import StoryEvent
from scenarios.telling import Storyteller
from simulator.port import PersonInput
from simulator.staging import Staging
from twins.incident import Notification, NotificationDelivered
from twins.instant import Duration, Instant, milliseconds, seconds
from twins.observation import Quality, Value
from twins.school import Role
from twins.streams import Streams

QUEUE_MAX = 1_000
"""Deeds of the world waiting for the wire; a full queue is a defect and raises."""

READY_WITHIN_S = 30.0
"""Longest wait for every device to give good values before a drill begins."""

WINDOWS: Mapping[str, Duration] = {
    "inject": milliseconds(1500),
    "alarm-raised": milliseconds(1500),
    "incident-opened": milliseconds(1500),
    "command-issued": milliseconds(500),
}
"""Kind of event → reaction window that runs at speed 1 after it (assumed: three times the slowest
reaction seen on the wire)."""

WINDOW = milliseconds(200)
"""Reaction window after every other event."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """What is played: the school, its compiled devices, the drill and the seed of all chance."""

    package: SchoolPackage
    models: Mapping[str, DeviceModel]
    links: Sequence[Link]
    drill: Drill
    seed: int


class StoryLostError(Exception):
    """More happened than could be told, so the drill cannot be judged."""


class WireStage:
    """A school whose devices are emulated and whose people are simulated, watched by a gateway.

    Use as `async with`; then `play` plays the drill once. It is the world's `Platform`.
    """

    def __init__(self, casting: Casting, store: Store, told: Callable[[StoryEvent], None]) -> None:
        self._casting = casting
        self._told = told
        self.story: list[StoryEvent] = []
        streams = Streams(casting.seed)
        self.staging = Staging(
            casting.package.school,
            casting.drill,
            models=casting.models,
            streams=streams,
            platform=self,
            truth=self._tell,
        )
        self.world = self.staging.world
        self.clock = StoryClock(self.world.timeline.now)
        self.emulation = Emulation(casting.links, self._written, fixed_ports=False)
        self._store = store
        self._streams = streams
        self.teller = Storyteller()
        self._published: asyncio.Queue[tuple[str, Mapping[str, Value]]] = asyncio.Queue(QUEUE_MAX)
        self._answered: asyncio.Queue[PersonInput] = asyncio.Queue(QUEUE_MAX)
        self._delivered: dict[tuple[str, str], asyncio.Event] = {}
        """(incident, responder) → set once the simulated person has the notice."""
        self._good = asyncio.Event()
        self.gateway: Gateway
        self._open = AsyncExitStack()
        self._pacer = Pacer(
            self.world.timeline,
            self.clock,
            busy=self._busy,
            handed_over=self._handed_over,
            deadline=self._next_deadline,
        )

    async def __aenter__(self) -> Self:
        """Start the emulators with the world's first state, and open the gateway."""
        async with AsyncExitStack() as opening:
            await opening.enter_async_context(self.emulation)
            for device in self.world.devices.values():
                await self.emulation.publish(device.id, device.values)
            self.staging.live()
            self.gateway = Gateway(
                [self._casting.package.school],
                self.emulation.links,
                protocols=PROTOCOLS,
                store=self._store,
                clock=self.clock,
                streams=self._streams,
            )
            for role in Role:
                self.gateway.channels.register(role, self._bring)
            await opening.enter_async_context(self.gateway)
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the gateway and stop the emulators."""
        await self._open.aclose()

    async def run(self) -> None:
        """Keep gateway and wire going until cancelled; `play` runs beside it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._publishing())
            group.create_task(self._answering())
            group.create_task(self.gateway.run())

    async def play(self) -> None:
        """Wait for the devices, then play the drill to its end."""
        await self._devices_ready()
        self.clock.run()
        while (over := self.staging.over_at) is None or self.clock.now() < over:
            await self._pacer.play_to(over or self.world.timeline.next_event() or self.clock.now())

    async def live_on(self) -> None:
        """Let the world go on at the speed of life, with nothing more injected."""
        while True:
            self._pacer.react(seconds(60))
            await self._pacer.play_to(self.clock.now() + seconds(30))

    def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Take a change on the device's side to its emulator, in order."""
        self._published.put_nowait((device, values))

    def answer(self, answer: PersonInput) -> None:
        """Take what a person did to the gateway, in order."""
        if isinstance(answer, NotificationDelivered):
            # The channel that carries this notice is waiting for it; the gateway books it.
            self._delivered[answer.incident, answer.responder].set()
        else:
            self._answered.put_nowait(answer)

    def alarms_of(self, incident: str) -> tuple[str, ...]:
        """Return the alarms of an open incident."""
        found = self.gateway.view.incidents.get(incident)
        return found.alarms if found else ()

    def _tell(self, event: StoryEvent) -> None:
        self.story.append(event)
        self._told(event)
        self._pacer.react(WINDOWS.get(event.kind, WINDOW))

    def _busy(self) -> bool:
        return bool(self.gateway.view.commands or self.gateway.inbox.waiting)

    async def _handed_over(self) -> None:
        await self._published.join()
        await self._answered.join()

    def _next_deadline(self) -> Instant | None:
        return self.gateway.view.next_deadline()

    async def _written(self, device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        self._pacer.catch_up()
        return self.world.written(device, values)

    async def _bring(self, notification: Notice) -> None:
        """Bring a notice to a simulated person; done when the world says it arrived.

        Simulated people do nothing about a warning, which is no call for help, and see for
        themselves when they are not needed any more.
        """
        if not isinstance(notification, Notification):
            return
        key = (notification.incident, notification.responder)
        if key not in self._delivered:
            self._delivered[key] = asyncio.Event()
            self._pacer.catch_up()
            self.world.notified(notification)
        await self._delivered[key].wait()

    async def _listen(self) -> None:
        with self.gateway.bus.subscribe() as viewer:
            while (event := await viewer.next()) is not None:
                if viewer.dropped:
                    raise StoryLostError(f"{viewer.dropped} events passed unseen")
                told = self.teller.story_of(event.record, event.at)
                if told is not None:
                    self._tell(told)
                if not self._good.is_set() and self._all_good():
                    self._good.set()

    async def _publishing(self) -> None:
        while True:
            device, values = await self._published.get()
            await self.emulation.publish(device, values)
            self._published.task_done()

    async def _answering(self) -> None:
        while True:
            await self.gateway.submit(await self._answered.get())
            self._answered.task_done()

    async def _devices_ready(self) -> None:
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await self._good.wait()
        except TimeoutError:
            log.warning("drill.devices_not_ready", waited_s=READY_WITHIN_S)

    def _all_good(self) -> bool:
        twins = self.gateway.view.twins
        return all(
            (one := twins[device.id].properties.get(name)) is not None
            and one.quality is Quality.GOOD
            for link in self.gateway.links
            for device in link.devices
            for name in device.model.points
        )
