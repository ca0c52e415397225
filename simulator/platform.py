"""The platform as the simulated world meets it: the engine that also decides on the gate.

A shell round `twins.Engine` as the gateway is one: it tells the engine the time, calls it at its
deadlines, and carries its outputs to where they go - with drawn delays in place of a network.
"""

from collections.abc import Callable, Mapping, Sequence

from scenarios.story import StoryEvent
from scenarios.telling import Storyteller
from simulator.orders import Orders
from simulator.port import PersonInput
from simulator.reports import Reports
from simulator.world import World
from twins.alarm import InputRefused
from twins.command import Command
from twins.early_warning import WarningNotice
from twins.engine import Engine
from twins.incident import Notification
from twins.instant import Instant
from twins.observation import Observation, Value
from twins.records import Input, Output
from twins.school import School


class SimulatedPlatform:
    """One engine and the worlds that it watches over. `watch` once, then play their timeline."""

    def __init__(self, schools: Sequence[School], *, lossy: bool = False) -> None:
        self._lossy = lossy
        self._stories: dict[str, list[StoryEvent]] = {school.id: [] for school in schools}
        self.refused: list[InputRefused] = []
        """What people told or asked for and the engine did not take."""
        self.teller = Storyteller()
        self.engine = Engine(schools)
        self.listeners: tuple[Callable[[Sequence[Output], Instant], None], ...] = ()
        """Told of every batch of outputs."""
        self._woken_at: Instant | None = None

    def watch(self, worlds: Sequence[World]) -> None:
        """Have every device read once and let the worlds, which share their time, report."""
        self._worlds = {world.school.id: world for world in worlds}
        self._timeline = worlds[0].timeline
        self._reports = Reports(
            {name: device for world in worlds for name, device in world.devices.items()},
            timeline=self._timeline, chance=worlds[0].chance, observe=self.take,
            lossy=self._lossy,
        )  # fmt: skip
        self._orders = {
            device: orders
            for world in worlds
            for orders in (self._orders_for(world),)
            for device in world.devices
        }
        self._reports.first()

    def story_of(self, school: str) -> list[StoryEvent]:
        """Return what the platform told of a school, and where the world adds what is true.

        In the order of the instants.
        """
        return self._stories[school]

    def silence(self, devices: Sequence[str]) -> None:
        """Have devices answer no more, until as often `heard_again`."""
        self._reports.silence(devices)

    def heard_again(self, devices: Sequence[str]) -> None:
        """Have devices answer again, once nothing else keeps them silent."""
        self._reports.heard_again(devices)

    def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Take changed values from the device's side."""
        self._reports.changed(device, values)

    def answer(self, answer: PersonInput) -> None:
        """Take what a person did at a console or phone."""
        self.take((answer,))

    def alarms_of(self, incident: str) -> tuple[str, ...]:
        """Return the alarms of an open incident."""
        found = self.engine.incidents.get(incident)
        return found.alarms if found else ()

    def take(self, inputs: Sequence[Input] | Sequence[Observation]) -> None:
        """Give the engine inputs at the present instant."""
        self._carry(self.engine.receive(inputs, self._timeline.now))

    def _orders_for(self, world: World) -> Orders:
        return Orders(world, self._reports, ended=lambda ended: self.take((ended,)))

    def _carry(self, outputs: Sequence[Output]) -> None:
        now = self._timeline.now
        self.refused += [one for one in outputs if isinstance(one, InputRefused)]
        for event in self.teller.tell(outputs, now):
            self._stories[_school_of(event)].append(event)
        for listener in self.listeners:
            listener(outputs, now)
        for output in outputs:
            match output:
                case Notification():
                    self._worlds[output.school].notified(output)
                case WarningNotice():
                    self._worlds[output.school].warned(output)
                case Command():
                    self._orders[output.device].give(output)
        self._watch_deadline()

    def _watch_deadline(self) -> None:
        """Have the engine called at its next deadline; a call for nothing is harmless."""
        due = self.engine.next_deadline()
        if due is None or (self._woken_at is not None and self._woken_at <= due):
            return
        self._woken_at = due
        self._timeline.at(max(due, self._timeline.now), self._wake)

    def _wake(self) -> None:
        self._woken_at = None
        self._carry(self.engine.advance(self._timeline.now))


def _school_of(event: StoryEvent) -> str:
    """Return the school that an event is about; a responder may be of several."""
    return str(event.details.get("incident") or event.subject).partition("/")[0]
