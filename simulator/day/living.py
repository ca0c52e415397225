"""One school through one day at full speed, watched over by the engine that decides on the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocols.model import DeviceModel
from scenarios.package import SchoolPackage
from scenarios.story import StoryEvent
from simulator.day.attack import Attack, Threat
from simulator.day.crowd import Crowd
from simulator.day.desk import Desk
from simulator.day.measures import MEASURES, Lived
from simulator.day.mistakes import Mistakes
from simulator.day.posts import HeldPost
from simulator.day.scene import GoingOn, Scene, Tally
from simulator.day.timetable import Timetable
from simulator.day.vehicles import Vehicles
from simulator.day.visitors import Visitors
from simulator.platform import SimulatedPlatform
from simulator.world import World
from twins.incident import IncidentHandled, IncidentOpened
from twins.instant import Instant
from twins.records import Output
from twins.streams import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """One simulated day of one school."""

    school: str
    day: str
    measures: Mapping[str, float | None]
    """By the names of `MEASURES`."""
    story: tuple[StoryEvent, ...]
    """What happened beside what the platform believed."""
    assumed: tuple[str, ...]
    """Parameters used that are guesses."""


def live_day(
    package: SchoolPackage, times: Timetable, *, models: Mapping[str, DeviceModel],
    streams: Streams, threat: Threat | None = None,
) -> DayRecord:  # fmt: skip
    """Play one day; the same arguments give the same record to the nanosecond."""
    school = package.school
    platform = SimulatedPlatform(school)
    world = World(
        school, times.begins, models=models, streams=streams, platform=platform,
        truth=platform.story.append,
    )  # fmt: skip
    tally = Tally()
    scene = Scene(package=package, times=times, world=world, platform=platform, tally=tally)
    crowd = Crowd(scene)
    posts = tuple(HeldPost(scene, post) for post in school.posts)
    desk = Desk(world.timeline, max(1, _guards(package) - len(posts)))
    attack = None
    if threat is not None:
        attack = Attack(scene=scene, threat=threat, crowd=crowd, posts=posts)
    platform.listeners = (_Preemption(desk, crowd).heard,)
    platform.watch(world)
    world.live()
    goings_on: tuple[GoingOn, ...] = (
        crowd, *posts, Visitors(scene, desk), Vehicles(scene, crowd), Mistakes(scene),
    )  # fmt: skip
    for one in goings_on:
        one.live()
    if attack is not None:
        world.when_capable_arrives = attack.arrived
        attack.live()
    world.timeline.play_to(times.ends)
    lived = Lived(
        story=platform.story, tally=tally, crowd=crowd, attack=attack, ends=times.ends,
        interrupted=desk.interrupted,
    )  # fmt: skip
    return DayRecord(
        school=school.id,
        day=times.day.isoformat(),
        measures={name: measure.of(lived) for name, measure in MEASURES.items()},
        story=tuple(platform.story),
        assumed=world.chance.assumed(),
    )


class _Preemption:
    """Takes the guards from their visitors while a case is open; then pupils may come again."""

    def __init__(self, desk: Desk, crowd: Crowd) -> None:
        self._desk = desk
        self._crowd = crowd
        self._open: set[str] = set()

    def heard(self, outputs: Sequence[Output], _now: Instant) -> None:
        for output in outputs:
            match output:
                case IncidentOpened(incident=incident):
                    self._open.add(incident.id)
                case IncidentHandled():
                    self._open.discard(output.incident)
                    if not self._open:
                        self._crowd.welcome()
        if self._open:
            self._desk.alarm()
        else:
            self._desk.calm()


def _guards(package: SchoolPackage) -> int:
    return sum(one.count for one in package.staff if one.role == "guard")
