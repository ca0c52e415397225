"""The gateway: drivers in, one engine task, a log, and whoever has to be told.

Rules for this file: only `_decide` touches the engine, so there are no locks; a batch is in the
log before any of its outputs takes effect.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Self

import structlog

from gateway.bus import Bus, Event
from gateway.channels import RELEASE_TRIED, Channels
from gateway.clock import WallClock
from gateway.history import History, read_back
from gateway.inbox import Inbox, Taken
from gateway.notices import place_notices, undelivered, unheard
from gateway.outputs import is_output
from gateway.recordable import sound, sound_end
from gateway.restore import restored
from gateway.store import Batch, Store
from gateway.supervisor import Supervisor
from gateway.writing import LogWriter
from protocols.dialects import SCHEMES
from protocols.interfaces import Link, ProtocolEntry
from twins.alarm import Alarm, InputRefused
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.early_warning import WarningDelivered, WarningNotice
from twins.engine import Engine
from twins.incident import Incident, Notification, NotificationDelivered, PlaceAdded
from twins.instant import Instant, in_seconds
from twins.mobilisation import UnitReleased
from twins.observation import Observation
from twins.records import Input, Output, TimeAdvanced
from twins.school import School
from twins.state import encode_state
from twins.streams import Streams

log = structlog.get_logger()


class Gateway:
    """One running server for some schools; use as `async with`, then keep `run` running.

    `protocols` is the table of protocols; `links` say which devices are reached where. Devices of
    the schools that no link reaches stay without data. It is also the sink of all its drivers.
    """

    def __init__(
        self,
        schools: Sequence[School],
        links: Sequence[Link],
        *,
        protocols: Mapping[str, ProtocolEntry],
        store: Store,
        clock: Clock,
        streams: Streams,
    ) -> None:
        self.schools = tuple(schools)
        self.links = tuple(links)
        self.clock = clock
        self.bus = Bus()
        self.channels = Channels(self.bus)
        self.history = History()
        self.inbox = Inbox()
        self.last_heard: dict[str, Instant] = {}
        """Device → when it last answered, changed or not; outside the engine on purpose."""
        self.writer = LogWriter(store)
        self.ready = asyncio.Event()
        """Set while `run` takes inputs."""
        self.supervisors = [
            Supervisor(link, protocols[SCHEMES[link.scheme]].make_driver, self, clock, streams)
            for link in links
        ]
        self._supervisor_of = {
            device.id: supervisor
            for supervisor in self.supervisors
            for device in supervisor.link.devices
        }
        self._store = store
        self._engine = Engine(schools)
        self._number = 0

    @property
    def view(self) -> Engine:
        """Return the engine for readers: its twins, alarms, incidents and commands."""
        return self._engine

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """Return the standing alarms and those that are over and remembered."""
        return {**self.history.alarms, **self._engine.alarms}

    @property
    def incidents(self) -> Mapping[str, Incident]:
        """Return the open incidents and those that are closed and remembered."""
        return {**self.history.incidents, **self._engine.incidents}

    @property
    def number(self) -> int:
        """Return the number of the last batch."""
        return self._number

    async def __aenter__(self) -> Self:
        """Open the log and go on where it ends; raises ConfigError."""
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self._store.close)
            await self._store.open([school.id for school in self.schools])
            found = await restored(self._store, self.schools)
            self.history = await read_back(self._store, found.engine.commands)
            opened.pop_all()  # all went well: the store stays open
        self._engine, self._number = found.engine, found.number
        self.writer.go_on_after(self._number)
        if isinstance(self.clock, WallClock):
            behind = self.clock.not_before(self._engine.state().latest)
            if behind:
                log.warning("clock.behind_the_log", seconds=in_seconds(behind))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the log."""
        self.bus.close()
        await self._store.close()

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as group:
            for supervisor in self.supervisors:
                group.create_task(supervisor.run())
            self._tell_again(group)
            self.ready.set()
            try:
                await self._decide(group)
            finally:
                self.ready.clear()

    def observe(self, observations: Sequence[Observation]) -> None:
        """Take what a driver saw; never blocks (see `gateway.inbox` for what is kept)."""
        self.inbox.observe([sound(one) for one in observations])

    def heard(self, devices: Sequence[str], at: Instant) -> None:
        """Note that devices answered."""
        self.last_heard.update(dict.fromkeys(devices, at))

    async def submit(self, item: Input) -> tuple[Output, ...]:
        """Give the engine an input and return its outputs, once they are in the log."""
        await self.ready.wait()
        reply: asyncio.Future[tuple[Output, ...]] = asyncio.get_running_loop().create_future()
        await self.inbox.put(item, reply)
        return await reply

    async def recent(self, names: Sequence[str], limit: int) -> list[tuple[Instant, Output]]:
        """Return the latest records of these types from the log, oldest first."""
        found = await self._store.recent(names, limit, outputs=True)
        return [(at, one) for at, one in found if is_output(one)]

    async def _decide(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._input_or_deadline()
            taken = self.inbox.take()
            now = self.clock.now()
            due = self._engine.next_deadline()
            if not taken.inputs and (due is None or due > now):
                continue
            outputs = tuple(self._engine.receive(taken.inputs, now))
            if outputs or (due is not None and due <= now) or not _only_observed(taken):
                await self._keep(taken, outputs, now, group)
            for request in _taken_up(taken.inputs, outputs):
                self.history.book(now, request)
            self._carry_out(outputs, now, group)
            if taken.reply is not None and not taken.reply.done():
                taken.reply.set_result(outputs)

    async def _input_or_deadline(self) -> None:
        due = self._engine.next_deadline()
        if due is None:
            await self.inbox.wait()
            return
        async with asyncio.TaskGroup() as race:
            sleeper = race.create_task(self._wake_at(due))
            await self.inbox.wait()
            sleeper.cancel()

    async def _wake_at(self, due: Instant) -> None:
        await self.clock.sleep_until(due)
        self.inbox.wake()

    async def _keep(
        self, taken: Taken, outputs: tuple[Output, ...], now: Instant, group: asyncio.TaskGroup
    ) -> None:
        """Put a batch into the log. A log that fails must not silence an alarm, so we go on."""
        self._number += 1
        inputs = taken.inputs or (TimeAdvanced(),)
        batch = Batch(number=self._number, now=now, inputs=inputs, outputs=outputs)
        await self.writer.keep(batch, lambda: encode_state(self._engine.state()), group)

    def _carry_out(self, outputs: Sequence[Output], now: Instant, group: asyncio.TaskGroup) -> None:
        for place, output in enumerate(outputs):
            self.history.book(now, output)
            match output:
                case Command():
                    group.create_task(self._execute(output))
                case Notification():
                    group.create_task(self._tell(output))
                case WarningNotice():
                    group.create_task(self._warn(output))
                case UnitReleased():
                    group.create_task(self._release(output, now))
                case PlaceAdded():
                    incident = self._engine.incidents.get(output.incident)
                    for notice in place_notices(incident, output.place, output.responders):
                        group.create_task(self._tell_place(notice))
            self.bus.publish(Event(id=f"{self._number}.{place}", at=now, record=output))

    async def _execute(self, command: Command) -> None:
        supervisor = self._supervisor_of.get(command.device)
        if supervisor is None:
            ended = CommandEnded(
                command=command.id,
                device=command.device,
                result=CommandResult.NOT_EXECUTED,
                reason="no link reaches this device",
            )
        else:
            ended = sound_end(await supervisor.execute(command))
        await self.inbox.put(ended)

    async def _tell(self, notification: Notification) -> None:
        if await self.channels.deliver(notification, lambda: self._wanted(notification)):
            await self.inbox.put(
                NotificationDelivered(
                    incident=notification.incident, responder=notification.responder
                )
            )

    async def _tell_place(self, notification: Notification) -> None:
        """Bring another place of a case that its recipient may know already."""
        await self.channels.deliver(
            notification, lambda: notification.incident in self._engine.incidents
        )

    async def _warn(self, notice: WarningNotice) -> None:
        if await self.channels.deliver(notice, lambda: self._awaited(notice)):
            await self.inbox.put(
                WarningDelivered(warning=notice.warning, responder=notice.responder)
            )

    async def _release(self, released: UnitReleased, now: Instant) -> None:
        """Tell somebody that they need not come; nothing is booked."""
        await self.channels.deliver(released, lambda: self.clock.now() < now + RELEASE_TRIED)

    def _awaited(self, notice: WarningNotice) -> bool:
        warning = self._engine.memory.watch.warnings.get(notice.warning)
        return warning is not None and warning.deliveries[notice.responder].delivered is None

    def _wanted(self, notification: Notification) -> bool:
        incident = self._engine.incidents.get(notification.incident)
        return incident is not None and (
            incident.assignments[notification.responder].delivered is None
        )

    def _tell_again(self, group: asyncio.TaskGroup) -> None:
        """Bring what an earlier run did not: recipients drop a second copy by themselves.

        Commands are never given again: what is still open ends as unknown by its timer.
        """
        for notification in undelivered(self._engine.incidents.values()):
            group.create_task(self._tell(notification))
        for notice in unheard(self._engine.memory.watch.warnings.values()):
            group.create_task(self._warn(notice))
        for incident in self._engine.incidents.values():
            for place in incident.other_places:
                for told in place_notices(incident, place, incident.assignments):
                    group.create_task(self._tell_place(told))


def _only_observed(taken: Taken) -> bool:
    """Return whether there is nothing but observations, which without outputs changed nothing."""
    return all(isinstance(one, Observation) for one in taken.inputs)


def _taken_up(inputs: Iterable[Input], outputs: Iterable[Output]) -> list[RequestCommand]:
    """Return the requested commands that are new to the engine: one it knows, it refuses."""
    refused = {one.subject for one in outputs if isinstance(one, InputRefused)}
    return [one for one in inputs if isinstance(one, RequestCommand) and one.id not in refused]
