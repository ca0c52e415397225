"""One drill at full speed: the world, the engine that also decides on the gate, and a record.

A shell round `twins.Engine` as the gateway is one: it tells the engine the time, calls it at its
deadlines, and carries its outputs to where they go.
"""

from collections.abc import Mapping, Sequence

from protocols.model import DeviceModel
from scenarios.drill import Drill
from scenarios.story import StoryEvent
from scenarios.telling import Storyteller
from simulator.orders import Orders
from simulator.port import PersonInput
from simulator.record import RunRecord, record_of
from simulator.reports import Reports
from simulator.world import World
from twins.command import Command, CommandEnded
from twins.engine import Engine
from twins.incident import Notification
from twins.instant import Duration, Instant, seconds
from twins.observation import Observation, Value
from twins.records import Input, Output
from twins.school import School
from twins.streams import Streams

SLICE: Duration = seconds(10)
"""How often it is asked whether the drill is over; nothing else depends on it."""


def run_drill(
    *, school: School, drill: Drill, models: Mapping[str, DeviceModel], seed: int
) -> RunRecord:
    """Play a drill at full speed; the same arguments give the same record to the nanosecond.

    `models` gives the product behind each device, by device id. Raises ConfigError for a drill
    that wants something done which nobody can do.
    """
    shell = _Shell(school, drill, models, Streams(seed))
    shell.play()
    return record_of(
        world=shell.world, story=shell.story, incidents=shell.teller.incidents, seed=seed
    )


class _Shell:
    """The platform as the simulated world meets it, with drawn delays in place of a network."""

    def __init__(
        self,
        school: School,
        drill: Drill,
        models: Mapping[str, DeviceModel],
        streams: Streams,
    ) -> None:
        self.story: list[StoryEvent] = []
        self.teller = Storyteller()
        self._engine = Engine([school])
        self.world = World(
            school, drill, models=models, streams=streams, platform=self, truth=self.story.append
        )
        self._timeline = self.world.timeline
        self._reports = Reports(
            self.world.devices,
            timeline=self._timeline,
            chance=self.world.chance,
            observe=self._take,
        )
        self._orders = Orders(self.world, changed=self._reports.changed, ended=self._ended)
        self._woken_at: Instant | None = None

    def play(self) -> None:
        """Play from the lead-in to the end of the drill."""
        self._reports.first()
        self.world.live()
        while (over := self.world.over_at) is None or self._timeline.now < over:
            slice_end = self._timeline.now + SLICE
            self._timeline.play_to(slice_end if over is None else min(over, slice_end))

    def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Take changed values from the device's side."""
        self._reports.changed(device, values)

    def answer(self, answer: PersonInput) -> None:
        """Take what a person did at a console or phone."""
        self._take((answer,))

    def alarms_of(self, incident: str) -> tuple[str, ...]:
        """Return the alarms of an open incident."""
        found = self._engine.incidents.get(incident)
        return found.alarms if found else ()

    def _ended(self, ended: CommandEnded) -> None:
        self._take((ended,))

    def _take(self, inputs: Sequence[Input] | Sequence[Observation]) -> None:
        self._carry(self._engine.receive(inputs, self._timeline.now))

    def _carry(self, outputs: Sequence[Output]) -> None:
        self.story.extend(self.teller.tell(outputs, self._timeline.now))
        for output in outputs:
            match output:
                case Notification():
                    self.world.notified(output)
                case Command():
                    self._orders.give(output)
        self._watch_deadline()

    def _watch_deadline(self) -> None:
        """Have the engine called at its next deadline; a call for nothing is harmless."""
        due = self._engine.next_deadline()
        if due is None or (self._woken_at is not None and self._woken_at <= due):
            return
        self._woken_at = due
        self._timeline.at(max(due, self._timeline.now), self._wake)

    def _wake(self) -> None:
        self._woken_at = None
        self._carry(self._engine.advance(self._timeline.now))
