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
from twins.command import Command
from twins.engine import Engine
from twins.incident import Notification
from twins.instant import Instant
from twins.observation import Observation, Value
from twins.records import Input, Output
from twins.school import School


class SimulatedPlatform:
    """One engine and the world that it watches over. `watch` once, then play the world."""

    def __init__(self, school: School) -> None:
        self.story: list[StoryEvent] = []
        """What the platform told and what the world says was true, in the order of the instants."""
        self.teller = Storyteller()
        self.engine = Engine([school])
        self.listeners: tuple[Callable[[Sequence[Output], Instant], None], ...] = ()
        """Told of every batch of outputs."""
        self._woken_at: Instant | None = None

    def watch(self, world: World) -> None:
        """Have every device read once and let the world begin to report."""
        self._world = world
        self._timeline = world.timeline
        self._reports = Reports(
            world.devices, timeline=world.timeline, chance=world.chance, observe=self.take
        )
        self._orders = Orders(
            world, changed=self._reports.changed, ended=lambda ended: self.take((ended,))
        )
        self._reports.first()

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

    def _carry(self, outputs: Sequence[Output]) -> None:
        now = self._timeline.now
        self.story.extend(self.teller.tell(outputs, now))
        for listener in self.listeners:
            listener(outputs, now)
        for output in outputs:
            match output:
                case Notification():
                    self._world.notified(output)
                case Command():
                    self._orders.give(output)
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
