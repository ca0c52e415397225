"""Schools through one day at full speed, watched over by the engine that decides on the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from protocols.model import DeviceModel
from scenarios.package import SchoolPackage
from scenarios.story import StoryEvent
from simulator.chance import Chance
from simulator.day.attack import Attack
from simulator.day.crowd import Crowd
from simulator.day.desk import Desk
from simulator.day.holders import Holders
from simulator.day.lived import Lived, LivedAttack
from simulator.day.measures import MEASURES
from simulator.day.mistakes import Mistakes
from simulator.day.outages import Outages
from simulator.day.police import PoliceDay, Station
from simulator.day.posts import HeldPost
from simulator.day.rounds import Rounds
from simulator.day.scene import GoingOn, Scene, Tally
from simulator.day.sequels import Sequels
from simulator.day.threats import Threat
from simulator.day.timetable import Timetable
from simulator.day.vehicles import Vehicles
from simulator.day.visitors import Visitors
from simulator.parameters import PARAMETERS, Parameter
from simulator.platform import SimulatedPlatform
from simulator.timeline import Timeline
from simulator.world import World
from twins.alarm import InputRefused
from twins.instant import Instant
from twins.school import Role
from twins.streams import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One school as it is simulated."""

    package: SchoolPackage
    models: Mapping[str, DeviceModel]
    """Device id → product."""
    cars: int | None = None
    """Cars of its police station, where the region says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """One simulated day of one school."""

    school: str
    day: str
    measures: Mapping[str, float | None]
    """By the names of `MEASURES`."""
    lived: Lived
    """What was measured."""
    assumed: tuple[str, ...]
    """Parameters used that are guesses."""
    refused: tuple[InputRefused, ...]
    """What people told or asked for and the engine did not take, at any school of the day."""

    @property
    def story(self) -> tuple[StoryEvent, ...]:
        """Return what happened beside what the platform believed."""
        return self.lived.story


def live_day(
    subject: Subject, times: Timetable, *, streams: Streams, threat: Threat | None = None,
    parameters: Mapping[str, Parameter] = PARAMETERS,
) -> DayRecord:  # fmt: skip
    """Play one day; the same arguments give the same record to the nanosecond."""
    return live_together([(subject, times)], streams=streams, threat=threat, parameters=parameters)[
        0
    ]


def live_together(
    schools: Sequence[tuple[Subject, Timetable]], *, streams: Streams,
    threat: Threat | None = None, parameters: Mapping[str, Parameter] = PARAMETERS,
) -> tuple[DayRecord, ...]:  # fmt: skip
    """Play the same day at several schools before one engine; the threat comes to each of them."""
    timeline = Timeline(min(times.begins for _, times in schools))
    chance = Chance(streams, parameters)
    platform = SimulatedPlatform([subject.package.school for subject, _ in schools], lossy=True)
    stations = _stations(schools, chance, timeline.now)
    days = [_Day(one, times, platform, (timeline, chance, stations)) for one, times in schools]
    platform.watch([day.scene.world for day in days])
    for day in days:
        day.live(threat)
    timeline.play_to(max(times.ends for _, times in schools))
    return tuple(day.record() for day in days)


class _Day:
    """One school on the day, among others or alone."""

    def __init__(
        self, subject: Subject, times: Timetable, platform: SimulatedPlatform,
        shared: tuple[Timeline, Chance, Mapping[str, Station]],
    ) -> None:  # fmt: skip
        package = subject.package
        timeline, chance, stations = shared
        self._platform = platform
        world = World(
            package.school, timeline, models=subject.models, chance=chance, platform=platform,
            truth=platform.story_of(package.school.id).append,
        )  # fmt: skip
        self.scene = Scene(
            package=package, times=times, world=world, platform=platform, tally=Tally()
        )
        self._crowd = Crowd(self.scene)
        self._posts = tuple(HeldPost(self.scene, post) for post in package.school.posts)
        guards = sum(one.count for one in package.staff if one.role == "guard")
        self._desk = Desk(timeline, max(1, guards - len(self._posts)))
        self._rounds = Rounds(self.scene, self._desk, guards)
        self._police = PoliceDay(
            package.school, chance, (times.midnight, times.day.weekday()), stations
        )
        world.live_with(self._police.adjust)
        self._attack: Attack | None = None
        self._sequels = Sequels(self.scene, self._desk, self._crowd)
        platform.listeners = (*platform.listeners, self._sequels.heard)

    def live(self, threat: Threat | None) -> None:
        """Put the whole day on the timeline."""
        scene = self.scene
        scene.world.live()
        goings_on: tuple[GoingOn, ...] = (
            self._crowd, *self._posts, Visitors(scene, self._desk), Vehicles(scene, self._crowd),
            Mistakes(scene), self._rounds, Outages(scene, self._police),
        )  # fmt: skip
        for one in goings_on:
            one.live()
        if threat is not None:
            holders = Holders(scene.package, scene.times, self._posts, scene.chance)
            self._attack = Attack(
                scene=scene, threat=threat, crowd=self._crowd, holders=holders, rounds=self._rounds
            )
            scene.world.when_capable_arrives = self._attack.arrived
            self._attack.live()

    def record(self) -> DayRecord:
        """Return what was measured."""
        scene = self.scene
        school = scene.package.school.id
        story = self._platform.story_of(school)
        zone = self._crowd.zone
        lived = Lived(
            story=tuple(story), tally=scene.tally,
            counts=() if zone is None else tuple(zone.counts),
            stays=() if zone is None else zone.all_stays(),
            passages=() if zone is None else tuple(zone.passages),
            yard=self._crowd.yard.stays,
            attack=None if self._attack is None else _as_data(self._attack),
            desk_wait=self._police.desk_wait, car_wait=self._police.car_wait,
            notices=self._sequels.notices, begins=scene.times.begins, ends=scene.times.ends,
            interrupted=self._desk.interrupted,
        )  # fmt: skip
        return DayRecord(
            school=school,
            day=scene.times.day.isoformat(),
            measures={name: measure.of(lived) for name, measure in MEASURES.items()},
            lived=lived,
            assumed=scene.chance.assumed(),
            refused=tuple(self._platform.refused),
        )


def _stations(
    schools: Sequence[tuple[Subject, Timetable]], chance: Chance, begins: Instant
) -> dict[str, Station]:
    """Return every station once, however many of the schools are its own."""
    stations: dict[str, Station] = {}
    for subject, _ in schools:
        for one in subject.package.school.responders:
            if one.role is Role.STATION and one.id not in stations:
                drawn = round(chance.draw(one.id, "police.cars"))
                cars = drawn if subject.cars is None else subject.cars
                stations[one.id] = Station(one.id, chance, begins, cars)
    return stations


def _as_data(attack: Attack) -> LivedAttack:
    return LivedAttack(**{one.name: getattr(attack, one.name) for one in fields(LivedAttack)})
