"""Composite twins: 四个一 and 五项功能, told by live points alone.

Rules for this file: pure functions of a school and the engine's memory. Nothing here is ticked on a
form; a device counts as working only by points that it sends now, fresh and of good quality.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from twins.capability import Titles, capabilities
from twins.observation import Kind, Observation, Quality, Value
from twins.school import Device, Role, School
from twins.state import EngineState, TwinState


class Why(StrEnum):
    """Why something does not work."""

    NOT_LISTED = "no such device is listed"
    SILENT = "it has never answered"
    UNTRUSTED = "its value is not good"
    WRONG = "its value says that it does not work"
    NO_STATION = "no police station is to be told"
    NO_ROSTER = "no duty post looks at it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What is missing: a device, or a capability or role of which there is none."""

    subject: str
    why: Why
    property: str = ""


class Function(StrEnum):
    """五项功能: what the gatehouse must be able to do (R06-R11)."""

    ONE_KEY_ALARM = "one-key-alarm"
    OFF_POST_WARNING = "off-post-warning"
    REMOTE_BROADCAST = "remote-broadcast"
    VIDEO_SURVEILLANCE = "video-surveillance"
    PERSON_WARNING = "person-warning"


FUNCTION_TITLES: Mapping[Function, Titles] = {
    Function.ONE_KEY_ALARM: {"en": "One-key alarm", "zh": "一键报警"},
    Function.OFF_POST_WARNING: {"en": "Off-post warning", "zh": "离岗预警"},
    Function.REMOTE_BROADCAST: {"en": "Remote broadcast", "zh": "远程广播"},
    Function.VIDEO_SURVEILLANCE: {"en": "Video surveillance", "zh": "视频监控"},
    Function.PERSON_WARNING: {"en": "Person early warning", "zh": "人员预警"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A point that a function lives on, and what it must say."""

    property: str
    wanted: Value = None
    """None: any value does, as long as it is good."""
    optional: bool = False
    """Counts only where the product has it."""


Needs: TypeAlias = Mapping[str, tuple[Need, ...]]

_CAMERA = (Need(property="online", wanted=True),)

FUNCTION_NEEDS: Mapping[Function, Needs] = {
    Function.ONE_KEY_ALARM: {
        "one-key-alarm": (
            Need(property="pressed"),
            Need(property="tamper", wanted=False, optional=True),
        )
    },
    Function.OFF_POST_WARNING: {"guard-post-presence": (Need(property="present"),)},
    Function.REMOTE_BROADCAST: {"loudspeaker": (Need(property="playing"),)},
    Function.VIDEO_SURVEILLANCE: {
        "camera": (*_CAMERA, Need(property="recording", wanted=True, optional=True))
    },
    Function.PERSON_WARNING: {
        "face-recognition-front-end": (
            Need(property="online", wanted=True),
            Need(property="fault", wanted=False, optional=True),
        ),
        # Only a camera at the place of a front end counts: it is the eye of that front end.
        "camera": _CAMERA,
    },
}
"""Function → capability → points. Every device of the capability has to work, not just one: a
school with one dead button has a place from which nobody can call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionStatus:
    """Whether a function works, and if not, what is missing."""

    function: Function
    lacks: tuple[Lack, ...]

    @property
    def effective(self) -> bool:
        """Return whether nothing is missing."""
        return not self.lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionEffective:
    """Output: a function of a school works."""

    school: str
    function: Function


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionLost:
    """Output: a function of a school does not work, and what is missing."""

    school: str
    function: Function
    lacks: tuple[Lack, ...]


def function_status(school: School, state: EngineState, function: Function) -> FunctionStatus:
    """Return whether a function works now."""
    lacks: list[Lack] = []
    for capability, needs in FUNCTION_NEEDS[function].items():
        devices = _devices(school, function, capability)
        if not devices and not _is_eye(function, capability):
            lacks.append(Lack(subject=capability, why=Why.NOT_LISTED))
        for device in devices:
            lacks.extend(_lacks(device, needs, state))
    lacks.extend(_lacks_around(school, function))
    return FunctionStatus(function=function, lacks=tuple(lacks))


def five_functions(school: School, state: EngineState) -> tuple[FunctionStatus, ...]:
    """Return the state of all five functions, in their order."""
    return tuple(function_status(school, state, function) for function in Function)


KIT: Mapping[str, Titles] = {
    "walk-through-gate": {"en": "Security gate", "zh": "一个安检门"},
    "one-key-alarm": {"en": "One-key alarm", "zh": "一键式报警器"},
    "locker-bank": {"en": "Visitor lockers", "zh": "一组存储柜"},
    "reception-room": {"en": "Reception room", "zh": "一间会客室"},
}
"""四个一 (R01): capability → title, in the order of the programme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KitItem:
    """One of the four: which devices it is, and which of them do not work."""

    capability: str
    title: Titles
    devices: tuple[str, ...]
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KitStatus:
    """四个一: complete is that all four are there, effective that all four work."""

    items: tuple[KitItem, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the items of which the school has none."""
        return tuple(item.capability for item in self.items if not item.devices)

    @property
    def complete(self) -> bool:
        """Return whether there is one of each."""
        return not self.missing

    @property
    def effective(self) -> bool:
        """Return whether there is one of each and every device of it works."""
        return not any(item.lacks for item in self.items)


def gatehouse_kit(school: School, state: EngineState) -> KitStatus:
    """Return the state of the four items."""
    return KitStatus(items=tuple(_kit_item(school, state, name) for name in KIT))


def device_lacks(device: Device, state: EngineState) -> tuple[Lack, ...]:
    """Return why a device is not live: each property that every product has must be good.

    A bank, whose properties are all optional, is live by every property that it ever sent.
    """
    twin = state.twins.get(device.id, TwinState())
    properties = capabilities()[device.capability].properties
    needed = [name for name, spec in properties.items() if not spec.optional]
    needs = [Need(property=name) for name in needed or twin.properties]
    if not needs:
        return (Lack(subject=device.id, why=Why.SILENT),)
    return tuple(_lacks(device, needs, state))


def _kit_item(school: School, state: EngineState, capability: str) -> KitItem:
    devices = [device for device in school.devices if device.capability == capability]
    lacks = [lack for device in devices for lack in device_lacks(device, state)]
    if not devices:
        lacks.append(Lack(subject=capability, why=Why.NOT_LISTED))
    return KitItem(
        capability=capability,
        title=KIT[capability],
        devices=tuple(device.id for device in devices),
        lacks=tuple(lacks),
    )


def _is_eye(function: Function, capability: str) -> bool:
    return function is Function.PERSON_WARNING and capability == "camera"


def _devices(school: School, function: Function, capability: str) -> list[Device]:
    found = [device for device in school.devices if device.capability == capability]
    if not _is_eye(function, capability):
        return found
    fronts = {one.place for one in school.devices if one.capability == "face-recognition-front-end"}
    return [device for device in found if device.place in fronts]


def _lacks(device: Device, needs: Sequence[Need], state: EngineState) -> list[Lack]:
    known = state.twins.get(device.id, TwinState()).properties
    lacks = []
    for need in needs:
        seen = known.get(need.property)
        if seen is None and need.optional:
            continue
        why = _why(seen, need)
        if why is not None:
            lacks.append(Lack(subject=device.id, why=why, property=need.property))
    return lacks


def _why(seen: Observation | None, need: Need) -> Why | None:
    if seen is None:
        return Why.SILENT
    if seen.quality is not Quality.GOOD or seen.kind is Kind.SUBSTITUTED:
        return Why.UNTRUSTED
    if need.wanted is not None and seen.value != need.wanted:
        return Why.WRONG
    return None


def _lacks_around(school: School, function: Function) -> list[Lack]:
    """Return what a function needs besides its devices: somebody to tell, a roster to judge by."""
    roles = {one.role for one in school.responders}
    if function is Function.ONE_KEY_ALARM and Role.STATION not in roles:
        return [Lack(subject=Role.STATION, why=Why.NO_STATION)]
    if function is Function.OFF_POST_WARNING:
        watched = {post.presence for post in school.posts if post.duty}
        return [
            Lack(subject=device.id, why=Why.NO_ROSTER)
            for device in _devices(school, function, "guard-post-presence")
            if device.id not in watched
        ]
    return []
