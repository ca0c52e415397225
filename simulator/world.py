"""The pretended world of one school: its devices, its people and what they do.

It knows the truth. What the platform knows is what `Platform` was told; whoever runs the world
(`simulator.run` at full speed, the drill runner on the wire) stands on the other side of it.
"""

from collections.abc import Callable, Mapping
from functools import partial

from protocols.model import DeviceModel
from scenarios.story import StoryEvent
from simulator.chance import Chance
from simulator.devices.camera import WatchingCamera
from simulator.devices.device import SimulatedDevice, Surroundings
from simulator.devices.lane import HeardLoudspeaker, WatchedLane
from simulator.devices.table import simulated
from simulator.port import Platform
from simulator.pupils import GateZone
from simulator.responders import Adjust, Responders
from simulator.timeline import Timeline
from twins.early_warning import WarningNotice
from twins.eligibility import capable
from twins.incident import Notification
from twins.instant import Instant
from twins.observation import Value
from twins.school import Responder, Role, School


class World:
    """One school from an instant on. Build it, `live()`, then play its timeline.

    Several schools may share a timeline, a chance and a platform.
    `models` gives the product behind each device, by device id; a device without one behaves as
    its capability says. `truth` takes what really happens, as it happens.
    """

    def __init__(
        self, school: School, timeline: Timeline, *, models: Mapping[str, DeviceModel],
        chance: Chance, platform: Platform, truth: Callable[[StoryEvent], None],
    ) -> None:  # fmt: skip
        self.school = school
        self.timeline = timeline
        self.chance = chance
        self._truth = truth
        surroundings = Surroundings(
            timeline=self.timeline, chance=self.chance, publish=platform.publish
        )
        self.devices: dict[str, SimulatedDevice] = {
            device.id: simulated(device, models.get(device.id), surroundings)
            for device in school.devices
        }
        self._places = {device.id: device.place for device in school.devices}
        self.zones: dict[str, GateZone] = {}
        """Zone → the pupils before the gate."""
        for device in self.devices.values():
            if isinstance(device, HeardLoudspeaker):
                device.on_play = self._announced
        self._responders = Responders(
            school.responders, timeline=self.timeline, chance=self.chance, platform=platform
        )
        self._responders.arrived = self._arrived
        self._responders.handled = self._handled
        self.when_capable_arrives: Callable[[], object] = lambda: None
        """Called whenever somebody who can act reaches the gate."""
        self.last_handled: Instant | None = None
        """When somebody last closed a case."""

    def open_zone(self, zone: str) -> GateZone:
        """Return a zone before the gate that pupils may stand in, made when first asked for."""
        made = self.zones.get(zone)
        if made is None:
            made = GateZone(
                zone, lanes=self.pedestrian_lanes(), timeline=self.timeline, chance=self.chance
            )
            made.on_safe = partial(self._safe, zone)
            self.zones[zone] = made
        return made

    def live(self) -> None:
        """Let devices and people begin."""
        for device in self.devices.values():
            device.live()

    def written(self, device: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Let a device be written to; return what it becomes at once."""
        return self.devices[device].written(values)

    def notified(self, notification: Notification) -> None:
        """Let somebody be told."""
        self._responders.notified(notification)

    def warned(self, notice: WarningNotice) -> None:
        """Let somebody be told of an early warning."""
        self._responders.warned(notice)

    def live_with(self, adjust: Adjust) -> None:
        """Let responders do what they do on such a day."""
        self._responders.adjust = adjust

    @property
    def case_open(self) -> bool:
        """Return whether somebody was told of a case that nobody has closed."""
        return bool(self._responders.open)

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

    def pedestrian_lanes(self) -> list[WatchedLane]:
        """Return the lanes on foot, in the school's order."""
        devices = [
            self.devices[lane.device] for lane in self.school.lanes if lane.kind == "pedestrian"
        ]
        return [device for device in devices if isinstance(device, WatchedLane)]

    def _safe(self, zone: str, count: int) -> None:
        self.happened("pupils-safe", zone, count=count)

    def _announced(self) -> None:
        for zone in self.zones.values():
            zone.keep_away()

    def _arrived(self, responder: Responder, incident: str) -> None:  # noqa: ARG002  whoever comes, comes to the gate
        acts = capable(responder, self.timeline.now)
        if acts:
            self.when_capable_arrives()
        if responder.role is Role.STATION:
            self.happened("police-arrived", responder.id, role=responder.role.value)
        else:
            self.happened(
                "responder-arrived",
                responder.id,
                role=responder.role.value,
                capable=acts,
            )

    def _handled(self, incident: str) -> None:  # noqa: ARG002  one offender, whichever the case
        self.last_handled = self.timeline.now
        for device in self.devices.values():
            if isinstance(device, WatchingCamera):
                device.nobody_left()
