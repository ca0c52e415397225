"""From device to engine at full speed: what a driver would learn, and when, with nothing polled.

Each point is read as its description says - polled at a fixed interval from a drawn phase, sampled
and published, or notified at once - so a change that a poll would miss is missed here too. Values
go through the point's own codec and come out as the wire would carry them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from protocols.deriving import Reading
from protocols.dialects import DIALECTS
from protocols.model import DEFAULT_POLL, PANIC_POLL, DeviceModel, Point
from protocols.reporting import differs
from simulator.chance import Chance
from simulator.devices.device import SimulatedDevice
from simulator.timeline import Timeline
from twins.instant import Duration, Instant
from twins.observation import Kind, Observation, Quality, Value

SILENT = "no answer"
"""Cause of a value that is bad since its device is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When the points of one group are read and when they are handed over."""

    name: str
    read_every: Duration
    """0 means at once."""
    publish_every: Duration = 0
    """0 means with the answer; else the device stamps the value itself."""
    follows: bool = False
    """True for points that are read again after a notification: one way to and fro later."""


@dataclass(slots=True)
class _Group:
    """One device's points of one schedule."""

    schedule: Schedule
    points: list[str]
    read_phase: Duration
    publish_phase: Duration
    waiting: bool = False
    """True while a read is on its way."""


class Reports:
    """Everything that drivers tell the engine about the devices."""

    def __init__(
        self,
        devices: Mapping[str, SimulatedDevice],
        *,
        timeline: Timeline,
        chance: Chance,
        observe: Callable[[Sequence[Observation]], None],
        lossy: bool = False,
    ) -> None:
        self._lossy = lossy
        self._silent: dict[str, int] = {}
        """Device → how many things keep it silent."""
        self._since: dict[str, Instant] = {}
        self._devices = devices
        self._timeline = timeline
        self._chance = chance
        self._observe = observe
        self._last: dict[tuple[str, str], Reading] = {}
        self._delivered: dict[str, Instant] = {}
        self._groups = {name: self._groups_of(device) for name, device in devices.items()}

    def first(self) -> None:
        """Have every point of every device read once."""
        for device in self._devices.values():
            self.changed(device.id, device.values)

    def silent(self, device: str) -> bool:
        """Return whether a device does not answer."""
        return bool(self._silent.get(device))

    def silence(self, devices: Sequence[str]) -> None:
        """Have devices answer no more; what is unheard for too long is told as bad."""
        for device in devices:
            self._silent[device] = self._silent.get(device, 0) + 1
            if self._silent[device] == 1:
                limit = self._devices[device].capability.lost_after
                self._since[device] = self._timeline.now
                self._timeline.after(limit, partial(self._lose, device, self._timeline.now))

    def heard_again(self, devices: Sequence[str]) -> None:
        """Have devices answer again, once nothing else keeps them silent."""
        for device in devices:
            self._silent[device] -= 1
            if not self._silent[device]:
                self.changed(device, self._devices[device].values)

    def _lose(self, device: str, since: Instant) -> None:
        """Tell every point as bad, as a driver does, unless the device was heard meanwhile."""
        if not self._silent[device] or self._since[device] != since:
            return
        now = self._timeline.now
        lost: Reading = (None, Quality.BAD, SILENT)
        for name in self._devices[device].values:
            self._last[device, name] = lost
        self._observe(
            [
                Observation(
                    device=device, property=name, value=None, quality=Quality.BAD, cause=SILENT,
                    source_time=now, receive_time=now, kind=Kind.SIMULATED,
                )
                for name in self._devices[device].values
            ]
        )  # fmt: skip

    def changed(self, device: str, values: Mapping[str, Value]) -> None:
        """Note that values changed on the device's side."""
        for group in self._groups[device]:
            if group.waiting or not any(name in values for name in group.points):
                continue
            schedule = group.schedule
            if schedule.read_every:
                due = _next(self._timeline.now, group.read_phase, schedule.read_every)
            elif schedule.follows:
                due = self._timeline.now + self._one_way(device) + self._one_way(device)
            else:
                self._read(device, group)
                continue
            group.waiting = True
            self._timeline.at(due, lambda group=group: self._read(device, group))  # type: ignore[misc]  # a default argument binds the group

    def _read(self, device: str, group: _Group) -> None:
        """Read a group as it is now and hand over what differs from its last reading."""
        group.waiting = False
        if self._silent.get(device):
            return
        simulated = self._devices[device]
        news: dict[str, Reading] = {}
        for name in group.points:
            point = simulated.model.points[name] if simulated.model else None
            reading = _reading(point, simulated.values[name])
            if _is_news(point, self._last.get((device, name)), reading):
                self._last[device, name] = news[name] = reading
        if not news:
            return
        read_at = self._timeline.now
        schedule = group.schedule
        sent = read_at
        if schedule.publish_every:
            sent = _next(read_at, group.publish_phase, schedule.publish_every)
        # Messages of one device do not overtake each other.
        there = max(sent + self._on_its_way(device), self._delivered.get(device, 0))
        self._delivered[device] = there
        source_time = read_at if schedule.publish_every else there
        observations = [
            Observation(
                device=device,
                property=name,
                value=value,
                quality=quality,
                cause=cause,
                source_time=source_time,
                receive_time=there,
                kind=Kind.SIMULATED,
            )
            for name, (value, quality, cause) in news.items()
        ]
        self._timeline.at(there, lambda: self._observe(observations))

    def _on_its_way(self, device: str) -> Duration:
        way = self._one_way(device)
        if not self._lossy:
            return way
        lost = self._chance.fraction(device, "message") < self._chance.draw(device, "link.loss")
        return way + (self._chance.delay(device, "link.repeat") if lost else 0)

    def _one_way(self, device: str) -> Duration:
        return self._chance.delay(device, "link.one-way")

    def _groups_of(self, device: SimulatedDevice) -> list[_Group]:
        by_schedule: dict[Schedule, list[str]] = {}
        for name in device.values:
            schedule = schedule_of(device.model, name, panic=device.capability.panic)
            by_schedule.setdefault(schedule, []).append(name)
        return [
            _Group(
                schedule=schedule,
                points=points,
                read_phase=self._phase(device.id, schedule.name, schedule.read_every),
                publish_phase=self._phase(device.id, "publish", schedule.publish_every),
            )
            for schedule, points in by_schedule.items()
        ]

    def _phase(self, device: str, name: str, interval: Duration) -> Duration:
        if not interval:
            return 0
        return int(self._chance.fraction(device, f"phase of {name}") * interval)


def schedule_of(model: DeviceModel | None, name: str, *, panic: bool) -> Schedule:
    """Return how a point is read; without a model it is polled as one without a word on it."""
    if model is None:
        interval = PANIC_POLL if panic else DEFAULT_POLL
        return Schedule(name=f"poll {interval}", read_every=interval)
    point = model.points[name]
    if DIALECTS[model.protocol].sampled:
        settings = model.subscription
        return Schedule(name="sample", read_every=settings.sample, publish_every=settings.publish)
    if point.observe:
        return Schedule(name="notify", read_every=0)
    if point.follows:
        return Schedule(name="follow", read_every=0, follows=True)
    return Schedule(name=f"poll {point.poll}", read_every=point.poll)


def _next(now: Instant, phase: Duration, interval: Duration) -> Instant:
    """Return the first instant from `now` on of something that happens at phase + k × interval."""
    return now + (phase - now) % interval


def _reading(point: Point | None, value: Value) -> Reading:
    if point is None:
        return value, Quality.GOOD, ""
    return point.value_of(point.raw_of(value))


def _is_news(point: Point | None, last: Reading | None, reading: Reading) -> bool:
    return last != reading if point is None else differs(point, last, reading)
