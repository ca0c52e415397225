"""Threats as ways through the three lines: an adversary sequence diagram, as data.

Each line is crossed by one of its elements; a kind of threat names its element at each line. The
numbers stand in `simulator.figures.threats`. The same diagram is played step by step in a day and
given to EASI (`simulator.day.check`). A new kind is a line in `THREATS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from simulator.analysis.easi import LostCall, Sensed
from twins.capability import Line, Titles
from twins.instant import Duration


class Sensor(StrEnum):
    """Who or what notices a step."""

    CAMERA = "camera"
    """Needs somebody at the post who takes its warning for a reason to call."""
    POST = "post"
    """Whoever stands at the gate; nobody there notices nothing."""
    DETECTOR = "detector"
    TEACHER = "teacher"
    ANYBODY = "anybody"


class Met(StrEnum):
    """Whether those at the post stand in the way."""

    ALWAYS = "always"
    IF_NOTICED = "if noticed"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One way of crossing one line."""

    line: Line
    sensor: Sensor
    detection: str
    """Parameter: the probability that the sensor notices."""
    sensed: Sensed
    delay: str
    """Parameter: seconds."""
    met: Met = Met.NEVER

    @property
    def title(self) -> Titles:
        """Return what the attacker does, for people."""
        name = next(name for name, one in ELEMENTS.items() if one is self)
        return {"en": name, "zh": IN_CHINESE[name]}


_B, _M, _E = Sensed.BEGINNING, Sensed.MIDDLE, Sensed.END
_CAMERA, _POST, _TEACHER = Sensor.CAMERA, Sensor.POST, Sensor.TEACHER


def _element(
    line: Line, sensor: Sensor, detection: str, sensed: Sensed, delay: str, met: Met = Met.NEVER
) -> Element:
    return Element(
        line=line, sensor=sensor, detection=detection, sensed=sensed, delay=delay, met=met
    )


_REMOTE, _FRONT, _INNER = Line.REMOTE, Line.GATE_FRONT, Line.INNER

ELEMENTS: Mapping[str, Element] = {
    "loiters": _element(_REMOTE, _CAMERA, "detects.loiterer", _M, "threat.loiters"),
    "mingles": _element(_REMOTE, _CAMERA, "detects.mingler", _M, "threat.mingles"),
    "drives up": _element(_REMOTE, _CAMERA, "detects.vehicle", _E, "threat.drives-up"),
    "belongs here": _element(_REMOTE, _CAMERA, "detects.mingler", _M, "threat.belongs"),
    "attacks the queue": _element(
        _FRONT, Sensor.ANYBODY, "detects.attack", _B, "attack.lasts", Met.ALWAYS
    ),
    "forces the lane": _element(_FRONT, _POST, "detects.force", _B, "threat.forces", Met.ALWAYS),
    "follows a pupil": _element(
        _FRONT, _POST, "detects.tailgater", _M, "threat.follows", Met.IF_NOTICED
    ),
    "shows a badge": _element(_FRONT, _POST, "detects.insider", _M, "threat.badge", Met.IF_NOTICED),
    "is inspected": _element(
        _FRONT, Sensor.DETECTOR, "detector.hit", _M, "threat.inspected", Met.IF_NOTICED
    ),
    "drives in": _element(_FRONT, _POST, "detects.force", _B, "threat.drives-in"),
    "rams the barrier": _element(_FRONT, _POST, "detects.force", _B, "threat.rams-barrier"),
    "rams the bollard": _element(
        _FRONT, _POST, "detects.force", _B, "threat.rams-bollard", Met.ALWAYS
    ),
    "crosses the yard": _element(_INNER, _TEACHER, "detects.in-yard", _M, "threat.crosses"),
    "attacks inside": _element(_INNER, Sensor.ANYBODY, "detects.attack", _B, "attack.lasts"),
}
"""Name → element, from the outside in."""

IN_CHINESE: Mapping[str, str] = {
    "loiters": "在校门外徘徊",
    "mingles": "混在人群中",
    "drives up": "驾车接近",
    "belongs here": "以校内人员身份接近",
    "attacks the queue": "袭击候校学生",
    "forces the lane": "强闯通道",
    "follows a pupil": "尾随学生进入",
    "shows a badge": "刷卡进入",
    "is inspected": "接受安检",
    "drives in": "驾车驶入",
    "rams the barrier": "撞开道闸",
    "rams the bollard": "冲撞升降柱后步行闯入",
    "crosses the yard": "穿过校园",
    "attacks inside": "在校内行凶",
}
"""Element → what it is in Chinese."""

_INSIDE = ("crosses the yard", "attacks inside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of threat."""

    title: Titles
    path: tuple[str, ...]
    """Elements in their order; a vehicle takes what closes the way of the school."""


THREATS: Mapping[str, Kind] = {
    "at-gate": Kind(
        title={"en": "attack on those who wait at the gate", "zh": "校门口袭击候校学生"},
        path=("loiters", "attacks the queue"),
    ),
    "walk-in": Kind(
        title={"en": "forced entry on foot", "zh": "徒步强行闯入"},
        path=("loiters", "forces the lane", *_INSIDE),
    ),
    "ramming": Kind(
        title={"en": "forced entry by vehicle", "zh": "驾车冲撞"},
        path=("drives up", "drives in", *_INSIDE),
    ),
    "tail-gating": Kind(
        title={"en": "entry behind a pupil", "zh": "尾随混入"},
        path=("mingles", "follows a pupil", *_INSIDE),
    ),
    "insider": Kind(
        title={"en": "attack by somebody of the school", "zh": "内部人员作案"},
        path=("belongs here", "shows a badge", *_INSIDE),
    ),
    "contraband": Kind(
        title={"en": "visitor with a hidden weapon", "zh": "来访者夹带凶器"},
        path=("mingles", "is inspected", *_INSIDE),
    ),
}
"""What may be asked for."""

RAMMED: Mapping[str, str] = {"bollard": "rams the bollard", "barrier": "rams the barrier"}
"""Device that closes the way → how a vehicle comes through; the first that the school has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What somebody is going to do, and when."""

    kind: str
    at: Duration
    """Since local midnight: when the attacker is through the remote line."""
    lost_call: LostCall = LostCall.LATER_SENSORS
    """What becomes of a call that does not get through."""


def path_of(kind: str, capabilities: frozenset[str]) -> tuple[str, ...]:
    """Return the elements of a kind at a school with devices of these capabilities."""
    closed = next((way for device, way in RAMMED.items() if device in capabilities), "drives in")
    return tuple(closed if name == "drives in" else name for name in THREATS[kind].path)
