"""校园门卫室 (R30): the gatehouse as one twin: each device, how far it is trusted, how old it is.

Pure functions of a school and the engine's memory: a device that was never heard is there too, and
what is not known is said to be not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twins.capability import Line, Titles
from twins.conditions import condition
from twins.instant import Duration, Instant
from twins.observation import Observation, Quality, Value
from twins.school import Device, School
from twins.state import EngineState, TwinState

_WORST_FIRST = (Quality.BAD, Quality.UNCERTAIN, Quality.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of one property."""

    value: Value
    quality: Quality
    cause: str
    age: Duration
    """Since it was so at the device, by its source time; 0 for a clock that runs ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTwin:
    """One device of a gatehouse as it is known now."""

    id: str
    capability: str
    title: Titles
    place: str
    line: Line
    readings: Mapping[str, Reading]
    lost: bool
    condition: str
    """What it is in, in one word, as `closed, not locked`; empty for a type that has none."""

    @property
    def quality(self) -> Quality | None:
        """Return the worst quality of its properties; None for a device that was never heard."""
        seen = {one.quality for one in self.readings.values()}
        return next((one for one in _WORST_FIRST if one in seen), None)

    @property
    def age(self) -> Duration | None:
        """Return the age of what it said last; None for a device that was never heard."""
        return min((one.age for one in self.readings.values()), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatehouse:
    """The gatehouse of one school, with every device on its list, in the list's order."""

    school: str
    title: Titles
    at: Instant
    devices: tuple[DeviceTwin, ...]

    @property
    def untrusted(self) -> tuple[str, ...]:
        """Return the devices that are not wholly trusted, those that were never heard included."""
        return tuple(one.id for one in self.devices if one.quality is not Quality.GOOD)


def gatehouse(school: School, state: EngineState, now: Instant) -> Gatehouse:
    """Return the gatehouse of a school as it is known at `now`."""
    devices = tuple(
        _device(one, state.twins.get(one.id, TwinState()), now) for one in school.devices
    )
    return Gatehouse(school=school.id, title=school.title, at=now, devices=devices)


def _device(device: Device, twin: TwinState, now: Instant) -> DeviceTwin:
    return DeviceTwin(
        id=device.id,
        capability=device.capability,
        title=device.title,
        place=device.place,
        line=device.line,
        readings={name: _reading(seen, now) for name, seen in twin.properties.items()},
        lost=twin.lost,
        condition=condition(device.capability, twin.properties),
    )


def _reading(seen: Observation, now: Instant) -> Reading:
    return Reading(
        value=seen.value,
        quality=seen.quality,
        cause=seen.cause,
        age=max(now - seen.source_time, 0),
    )
