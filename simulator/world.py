"""The pretended world of one school and one drill: its devices, its people and what they do.

It knows the truth. What the platform knows is what `Platform` was told; whoever runs the world
(`simulator.run` at full speed, the drill runner on the wire) stands on the other side of it.
"""

from collections.abc import Callable, Mapping
from functools import partial

from protocols.model import DeviceModel
from scenarios.drill import Drill, Inject
from scenarios.story import StoryEvent
from simulator.chance import Chance
from simulator.deeds import VERBS, check_verbs
from simulator.devices.camera import WatchingCamera
from simulator.devices.device import SimulatedDevice, Surroundings
from simulator.devices.lane import HeardLoudspeaker, WatchedLane
from simulator.devices.table import simulated
from simulator.port import Platform
from simulator.pupils import GateZone, Pupils
from simulator.responders import Responders
from simulator.timeline import Timeline
from twins.capability import Line
from twins.incident import Notification
from twins.instant import Duration, Instant, seconds
from twins.observation import Value
from twins.school import Responder, Role, School
from twins.streams import Streams

LEAD_IN: Duration = seconds(15)
"""Time before the first inject, in which every device is read once (assumed)."""

PUPIL = "pupil"
"""The role of a drill's population that is exposed before the gate."""

QUIET: Duration = seconds(60)
"""Time after the last inject and the last closed case before a drill is over (assumed)."""

LONGEST: Duration = seconds(45 * 60)
"""A drill ends this long after its last inject, whatever is still open (assumed)."""


class World:
    """One school during one drill. Build it, `live()`, then play its timeline.

    `models` gives the product behind each device, by device id; a device without one behaves as
    its capability says. `truth` takes what really happens, as it happens. Raises ConfigError for a
    drill that wants something done which nobody here can do.
    """

    def __init__(
        self, school: School, drill: Drill, *, models: Mapping[str, DeviceModel], streams: Streams,
        platform: Platform, truth: Callable[[StoryEvent], None],
    ) -> None:  # fmt: skip
        check_verbs(drill)
        self.school = school
        self.drill = drill
        self.zero: Instant = drill.start.instant(school.zone)
        """The drill's `0s`."""
        self.timeline = Timeline(self.zero + min(drill.injects[0].at, 0) - LEAD_IN)
        self.chance = Chance(streams)
        self._truth = truth
        surroundings = Surroundings(
            timeline=self.timeline, chance=self.chance, publish=platform.publish
        )
        self.devices: dict[str, SimulatedDevice] = {
            device.id: simulated(device, models.get(device.id), surroundings)
            for device in school.devices
        }
        self._places = {device.id: device.place for device in school.devices}
        self.zones = self._gate_zones()
        self._responders = Responders(
            school.responders, timeline=self.timeline, chance=self.chance, platform=platform
        )
        self._responders.arrived = self._arrived
        self._responders.handled = self._handled
        self._ended: Instant = self.zero + drill.injects[-1].at

    def live(self) -> None:
        """Let devices and people begin, and put every inject on the timeline."""
        for device in self.devices.values():
            device.live()
        for zone in self.zones.values():
            zone.live()
        for inject in self.drill.injects:
            self.timeline.at(self.zero + inject.at, partial(self._inject, inject))

    def written(self, device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Let a device be written to; return what it becomes at once."""
        return self.devices[device].written(values)

    def notified(self, notification: Notification) -> None:
        """Let somebody be told."""
        self._responders.notified(notification)

    @property
    def over_at(self) -> Instant | None:
        """Return when the drill is over, or None while a case is open and there is time."""
        if self._responders.open and self.timeline.now < self._last_inject + LONGEST:
            return None
        return self._ended + QUIET

    @property
    def _last_inject(self) -> Instant:
        return self.zero + self.drill.injects[-1].at

    def happened(self, kind: str, subject: str, /, **details: Value) -> None:
        """Tell a truth: something is so now, whether the platform knows it or not."""
        event = StoryEvent(at=self.timeline.now, kind=kind, subject=subject, details=details)
        self._truth(event)

    def cameras_at(self, place: str) -> tuple[WatchingCamera, ...]:
        """Return the cameras where something happens."""
        zone = self.zone_of(place)
        return tuple(
            device
            for device in self.devices.values()
            if isinstance(device, WatchingCamera) and self._places[device.id] == zone
        )

    def zone_of(self, place: str) -> str:
        """Return the zone that a place is or lies in: a lane lies where its device stands."""
        for lane in self.school.lanes:
            if lane.id == place:
                return self._places[lane.device]
        return place

    def _gate_zones(self) -> dict[str, GateZone]:
        """Return the zones before the gate that hold pupils; those in the street come to the first.

        Pupils of the inner line are in already and are nobody's exposure.
        """
        lines = {zone.id: zone.line for zone in self.school.zones}
        standing: dict[str, int] = {}
        coming = 0
        for people in self.drill.population:
            if people.role == PUPIL and lines[people.place] is Line.GATE_FRONT:
                standing[people.place] = standing.get(people.place, 0) + people.count
            elif people.role == PUPIL and lines[people.place] is Line.REMOTE:
                coming += people.count
        zones: dict[str, GateZone] = {}
        for zone, count in standing.items():
            zones[zone] = GateZone(
                zone,
                Pupils(standing=count, coming=0 if zones else coming),
                lanes=self._pedestrian_lanes(),
                timeline=self.timeline,
                chance=self.chance,
            )
            zones[zone].on_safe = partial(self._safe, zone)
        for device in self.devices.values():
            if isinstance(device, HeardLoudspeaker):
                device.on_play = self._announced
        return zones

    def _pedestrian_lanes(self) -> list[WatchedLane]:
        devices = [
            self.devices[lane.device] for lane in self.school.lanes if lane.kind == "pedestrian"
        ]
        return [device for device in devices if isinstance(device, WatchedLane)]

    def _safe(self, zone: str, count: int) -> None:
        self.happened("pupils-safe", zone, count=count)

    def _announced(self) -> None:
        for zone in self.zones.values():
            zone.keep_away()

    def _inject(self, inject: Inject) -> None:
        given = {"do": inject.do, "who": inject.who, "where": inject.where, "device": inject.device}
        details = {name: value for name, value in given.items() if value}
        self.happened("inject", inject.id, **details)
        VERBS[inject.do](self, inject)

    def _arrived(self, responder: Responder, incident: str) -> None:  # noqa: ARG002  whoever comes, comes to the gate
        if responder.role is Role.STATION:
            self.happened("police-arrived", responder.id, role=responder.role.value)
        else:
            self.happened(
                "responder-arrived",
                responder.id,
                role=responder.role.value,
                capable=responder.capable,
            )

    def _handled(self, incident: str) -> None:  # noqa: ARG002  one offender, whichever the case
        self._ended = max(self._ended, self.timeline.now)
        for device in self.devices.values():
            if isinstance(device, WatchingCamera):
                device.nobody_left()
