"""Coverage by line of defence and by axis of protection (R13, R64), and who detected what (R15).

Rules for this file: pure functions. A device counts as covering only while it is live.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from twins.alarm import Alarm, AlarmRaised
from twins.capability import Line, Protection, Titles, capabilities
from twins.composite import device_lacks
from twins.instant import Instant
from twins.records import Output
from twins.school import Device, School
from twins.state import EngineState

LINE_TITLES: Mapping[Line, Titles] = {
    Line.REMOTE: {"en": "Remote line", "zh": "远端防线"},
    Line.GATE_FRONT: {"en": "Gate-front line", "zh": "门前防线"},
    Line.INNER: {"en": "Inner line", "zh": "内部防线"},
}
"""三道防线, from the outside in."""

AXIS_TITLES: Mapping[Protection, Titles] = {
    Protection.PEOPLE: {"en": "People", "zh": "人防"},
    Protection.PHYSICAL: {"en": "Physical", "zh": "物防"},
    Protection.TECHNICAL: {"en": "Technical", "zh": "技防"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many devices of a line or axis are listed, and which of them are not live."""

    title: Titles
    listed: tuple[str, ...]
    dead: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the live share of the listed devices, 0 to 1; 0 where nothing is listed."""
        if not self.listed:
            return 0.0
        return (len(self.listed) - len(self.dead)) / len(self.listed)


def line_coverage(school: School, state: EngineState) -> dict[Line, Coverage]:
    """Return the coverage of the three lines; a line without devices is there, with share 0."""
    return {
        line: _coverage(title, [one for one in school.devices if one.line is line], state)
        for line, title in LINE_TITLES.items()
    }


def axis_coverage(school: School, state: EngineState) -> dict[Protection, Coverage]:
    """Return the coverage of the three axes, the data of the radar (R64)."""
    return {
        axis: _coverage(title, [one for one in school.devices if axis_of(one) is axis], state)
        for axis, title in AXIS_TITLES.items()
    }


def axis_of(device: Device) -> Protection:
    """Return the axis that a device serves."""
    return capabilities()[device.capability].protection


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One alarm, with the line whose device raised it."""

    alarm: str
    kind: str
    device: str
    line: Line
    sensed: Instant


def attribute(school: School, alarm: Alarm) -> Detection | None:
    """Return which line raised an alarm; None for a device that the school does not list."""
    for device in school.devices:
        if device.id == alarm.device:
            return Detection(
                alarm=alarm.id,
                kind=alarm.kind,
                device=device.id,
                line=device.line,
                sensed=alarm.sensed,
            )
    return None


def detections(school: School, outputs: Iterable[Output]) -> tuple[Detection, ...]:
    """Return what a school's lines detected in a run, in the order in which it was sensed."""
    raised = [one.alarm for one in outputs if isinstance(one, AlarmRaised)]
    found = [attribute(school, alarm) for alarm in raised if alarm.school == school.id]
    return tuple(sorted((one for one in found if one), key=lambda one: one.sensed))


def caught_by(found: Sequence[Detection]) -> Line | None:
    """Return the line that detected first; None means that all three failed: a breach (R15).

    Of detections at the same instant the outer line counts.
    """
    order = list(LINE_TITLES)
    first = min(found, key=lambda one: (one.sensed, order.index(one.line)), default=None)
    return None if first is None else first.line


def catch_shares(runs: Sequence[Line | None]) -> dict[Line | None, float]:
    """Return the share of threats that each line caught first; None is the share of breaches.

    The four shares sum to 1; without any run they are all 0.
    """
    keys: list[Line | None] = [*LINE_TITLES, None]
    return {key: runs.count(key) / len(runs) if runs else 0.0 for key in keys}


def _coverage(title: Titles, devices: Sequence[Device], state: EngineState) -> Coverage:
    return Coverage(
        title=title,
        listed=tuple(device.id for device in devices),
        dead=tuple(device.id for device in devices if device_lacks(device, state)),
    )
