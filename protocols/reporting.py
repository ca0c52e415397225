"""Report by exception: what every driver does with what it read, in one place.

Only a changed value or a changed quality becomes an `Observation`; a repeated value is none. Who
has been silent for too long is watched elsewhere (`protocols/silence.py`).
"""

from collections.abc import Iterator, Mapping, Sequence

from protocols.deriving import Reading
from protocols.interfaces import ConnectedDevice, Sink
from protocols.model import Point, Raw
from twins.clock import Clock
from twins.instant import Duration, Instant, seconds
from twins.observation import Observation, Quality

STAMP_MOST: Duration = seconds(3600)
"""A device's stamp older than this is a clock set wrong, or one of another time than ours, as the
time of a story is (assumed)."""


class Reporter:
    """Holds the last reading of every point of a link and passes on what differs."""

    def __init__(self, devices: Sequence[ConnectedDevice], sink: Sink, clock: Clock) -> None:
        self._devices = {device.id: device for device in devices}
        self._sink = sink
        self._clock = clock
        self._last: dict[str, dict[str, Reading]] = {device.id: {} for device in devices}
        self._stamps: dict[str, dict[str, Instant]] = {device.id: {} for device in devices}
        """Device → property → the stamp last passed on; forgotten when a point fails, because a
        link that is back may bring what it brought before."""
        self._reported = {
            device.id: {
                name: derived
                for name, derived in device.model.derived.items()
                if name in device.model.capability.properties
            }
            for device in devices
        }

    def read(self, device: str, raws: Mapping[str, Raw]) -> None:
        """Take raw values by point name from one good answer."""
        model = self._devices[device].model
        readings = {name: model.points[name].value_of(raw) for name, raw in raws.items()}
        self.readings(device, readings)

    def readings(
        self,
        device: str,
        readings: Mapping[str, Reading],
        source_times: Mapping[str, Instant] | None = None,
    ) -> None:
        """Take finished readings by point name from one answer of the device.

        `source_times` are the device's own stamps by point, where it gives any.
        """
        now = self._clock.now()
        self._sink.heard((device,), now)
        self._pass_on(device, readings, source_times or {}, now)

    def heard(self, devices: Sequence[str]) -> None:
        """Note that devices answered without a word on any point."""
        self._sink.heard(devices, self._clock.now())

    def failed(self, device: str, points: Sequence[str], cause: str) -> None:
        """Mark points bad: theirs alone, never their neighbours'."""
        now = self._clock.now()
        self._pass_on(device, dict.fromkeys(points, (None, Quality.BAD, cause)), {}, now)
        for name in (*points, *self._reported[device]):
            self._stamps[device].pop(name, None)

    def lost(self, device: str, cause: str) -> None:
        """Mark every point of a device bad."""
        self.failed(device, tuple(self._devices[device].model.points), cause)

    def value(self, device: str, point: str) -> Reading | None:
        """Return the last reading of a point, for read-back."""
        return self._last[device].get(point)

    def _pass_on(
        self,
        device: str,
        readings: Mapping[str, Reading],
        source_times: Mapping[str, Instant],
        now: Instant,
    ) -> None:
        points = self._devices[device].model.points
        known = self._last[device]
        changed = []
        for name, reading in readings.items():
            last = known.get(name)
            value, quality, cause = reading
            if last is not None and (
                (last == reading and type(last[0]) is type(value))
                or (points[name].deadband and not differs(points[name], last, reading))
            ):
                continue
            known[name] = reading
            changed.append(
                Observation(
                    device=device,
                    property=name,
                    value=value,
                    quality=quality,
                    cause=cause,
                    source_time=self._stamp(device, name, source_times.get(name), now),
                    receive_time=now,
                )
            )
        if changed:
            changed.extend(self._derived(device, tuple(changed)))
            self._sink.observe(changed)

    def _derived(self, device: str, changed: Sequence[Observation]) -> Iterator[Observation]:
        """Yield what changed of the capability's properties that no point holds."""
        if not self._reported[device]:
            return
        known = self._last[device]
        stamps = {one.property: one.source_time for one in changed}
        for name, derived in self._reported[device].items():
            sources = derived.sources.values()
            moved = [stamps[one] for one in sources if one in stamps]
            if not moved:
                continue
            last = {one: known[one] for one in sources if one in known}
            reading = derived.reading_of(last)
            if reading is None or reading == known.get(name):
                continue
            value, quality, cause = reading
            assert not isinstance(value, list), "a list is no property of a capability"
            known[name] = value, quality, cause
            yield Observation(
                device=device,
                property=name,
                value=value,
                quality=quality,
                cause=cause,
                source_time=self._stamp(device, name, max(moved), changed[-1].receive_time),
                receive_time=changed[-1].receive_time,
            )

    def _stamp(self, device: str, name: str, stamp: Instant | None, now: Instant) -> Instant:
        stamps = self._stamps[device]
        stamps[name] = believed(stamp, now, stamps.get(name))
        return stamps[name]


def believed(stamp: Instant | None, now: Instant, before: Instant | None) -> Instant:
    """Return a device's own stamp where it can be right, else now.

    What has arrived has happened: a stamp from the future is a clock that is ahead. What one point
    tells comes in its order: a stamp older than the one `before` is a clock that was set back, and
    what it tells is no less new.
    """
    if stamp is None or not 0 <= now - stamp <= STAMP_MOST:
        return now
    return now if before is not None and stamp < before else stamp


def differs(point: Point, last: Reading | None, reading: Reading) -> bool:
    """Return whether a reading is news; numbers within the deadband are none."""
    if last is None or last[1:] != reading[1:]:
        return True
    before, after = last[0], reading[0]
    if point.deadband and isinstance(before, int | float) and isinstance(after, int | float):
        return abs(after - before) > point.deadband
    return before != after or type(before) is not type(after)
