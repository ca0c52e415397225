from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from protocols.model import DeviceModel
from scenarios.drill import Drill, Inject, People
from scenarios.local_time import parse_start
from scenarios.story import StoryEvent
from simulator.chance import Chance
from simulator.devices.device import SimulatedDevice, Surroundings
from simulator.devices.table import simulated
from simulator.port import PersonInput
from simulator.staging import Staging
from simulator.timeline import Timeline
from simulator.world import World
from twins.capability import Line, capabilities
from twins.instant import Instant, seconds
from twins.observation import Value
from twins.school import Device, Lane, Plan, PlanStep, Responder, Role, School, Zone
from twins.streams import Streams

NAMED = {"en": "x", "zh": "x"}


def device(name: str, capability: str, place: str = "elm/gate") -> Device:
    return Device(
        id=f"elm/{name}", capability=capability, title=NAMED, place=place, line=Line.GATE_FRONT
    )


def volunteer(name: str, metres: float, travel: str = "on foot") -> Responder:
    return Responder(
        id=f"elm/{name}", role=Role.VOLUNTEER, title=NAMED, kit=("fork",), travel=travel,
        distance_m=metres,
    )  # fmt: skip


VOLUNTEERS = (
    volunteer("near", 60.0),
    volunteer("middle", 180.0),
    volunteer("far", 420.0, "e-bike"),
    volunteer("shop", 110.0),
)


@pytest.fixture
def make_school() -> Callable[..., School]:
    """Make a small school; `volunteers` are told besides station and console."""

    def make(volunteers: tuple[Responder, ...] = VOLUNTEERS) -> School:
        lock = PlanStep(id="lock", title=NAMED, action="lock", devices=("elm/lane",))
        close = PlanStep(id="close", title=NAMED, action="close", devices=("elm/barrier",))
        return School(
            id="elm",
            title=NAMED,
            zone="Asia/Shanghai",
            zones=(
                Zone(id="elm/gate", title=NAMED, line=Line.GATE_FRONT),
                Zone(id="elm/street", title=NAMED, line=Line.REMOTE),
            ),
            lanes=(Lane(id="elm/lane-1", title=NAMED, device="elm/lane", kind="pedestrian"),),
            devices=(
                device("button", "one-key-alarm"),
                device("lane", "lane"),
                device("barrier", "barrier"),
                device("camera", "camera"),
                device("climate", "environment-sensor"),
            ),
            responders=(
                Responder(
                    id="elm/station", role=Role.STATION, title=NAMED, travel="car",
                    distance_m=1400.0,
                ),
                Responder(id="elm/console", role=Role.GUARD, title=NAMED),
                *volunteers,
            ),
            plans=(Plan(kind="one-key-alarm", steps=(lock, close)),),
        )  # fmt: skip

    return make


@pytest.fixture
def drill() -> Drill:
    return Drill(
        id="knife",
        title=NAMED,
        school="elm",
        start=parse_start("Mo 07:40"),
        case=NAMED,
        population=(
            People(id="guard", role="guard", place="elm/gate", count=1),
            People(id="", role="pupil", place="elm/gate", count=40),
            People(id="", role="pupil", place="elm/street", count=100),
        ),
        injects=(
            Inject(
                id="loiterer", at=seconds(-60), do="loiters", who="intruder", where="elm/lane-1"
            ),
            Inject(id="knife", at=0, do="draws-knife", who="intruder", where="elm/gate"),
            Inject(
                id="press", at=seconds(4), do="press", device="elm/button",
                lasts=seconds(0.1),
            ),
            Inject(
                id="pupils-in", at=seconds(15), do="moves-pupils-in", who="teacher",
                where="elm/gate",
            ),
        ),
        expected=(),
    )  # fmt: skip


@dataclass
class Listener:
    """A platform that only writes down what it is told."""

    timeline: Timeline
    published: list[tuple[Instant, str, dict[str, Value]]] = field(default_factory=list)
    answers: list[tuple[Instant, PersonInput]] = field(default_factory=list)

    def publish(self, device: str, values: Mapping[str, Value]) -> None:
        self.published.append((self.timeline.now, device, dict(values)))

    def answer(self, answer: PersonInput) -> None:
        self.answers.append((self.timeline.now, answer))

    def alarms_of(self, incident: str) -> tuple[str, ...]:
        return (f"{incident}/alarm",)


@dataclass
class Bench:
    """One device alone, with what it published and when, in seconds."""

    device: SimulatedDevice
    listener: Listener

    @property
    def published(self) -> list[tuple[float, dict[str, Value]]]:
        return [(at / seconds(1), values) for at, _, values in self.listener.published]

    def play_to(self, at_s: float) -> None:
        self.listener.timeline.play_to(seconds(at_s))


@pytest.fixture
def bench() -> Callable[..., Bench]:
    def make(capability: str, model: DeviceModel | None = None) -> Bench:
        timeline = Timeline(0)
        listener = Listener(timeline)
        surroundings = Surroundings(
            timeline=timeline, chance=Chance(Streams(1)), publish=listener.publish
        )
        assert capability in capabilities()
        return Bench(simulated(device("it", capability), model, surroundings), listener)

    return make


@dataclass
class Stage:
    """A world without an engine, with what it told the platform and what was true."""

    staging: Staging
    listener: Listener
    truth: list[StoryEvent]

    @property
    def world(self) -> World:
        """Return the world that the drill is played in."""
        return self.staging.world


@pytest.fixture
def stage(make_school: Callable[..., School], drill: Drill) -> Callable[..., Stage]:
    def make(seed: int = 1, school: School | None = None, played: Drill = drill) -> Stage:
        listener = Listener(Timeline(0))
        truth: list[StoryEvent] = []
        staging = Staging(
            school or make_school(), played, models={}, streams=Streams(seed), platform=listener,
            truth=truth.append,
        )  # fmt: skip
        listener.timeline = staging.world.timeline
        return Stage(staging, listener, truth)

    return make
