"""What is said of a call for help: who is not called and why, who is missing, who is free."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Instant
from twins.school import Role


class NotCalled(StrEnum):
    """Why somebody who stands on the school's list is not called."""

    OUT_OF_HOURS = "outside their hours"
    NOT_ENROLLED = "not enrolled yet"
    EXPIRED = "enrolment expired"
    CLASS = "their class is not called"
    TOO_FAR = "beyond the radius"
    NO_KIT = "no working tool"
    OTHER_STATION = "another station is responsible"
    BUSY = "busy with another incident"
    OWN_SCHOOL = "their own school has an incident"


NOT_CALLED: Mapping[NotCalled, Titles] = {
    NotCalled.OUT_OF_HOURS: {"en": "Outside their hours", "zh": "不在可出动时段"},
    NotCalled.NOT_ENROLLED: {"en": "Not enrolled yet", "zh": "尚未入队"},
    NotCalled.EXPIRED: {"en": "Enrolment expired", "zh": "队员资格已过期"},
    NotCalled.CLASS: {"en": "Their class is not called", "zh": "该类队员不在呼叫范围"},
    NotCalled.TOO_FAR: {"en": "Beyond the radius", "zh": "超出呼叫半径"},
    NotCalled.NO_KIT: {"en": "No working tool", "zh": "无有效处置器械"},
    NotCalled.OTHER_STATION: {"en": "Another station is responsible", "zh": "属其他派出所辖区"},
    NotCalled.BUSY: {"en": "Busy with another incident", "zh": "正在处置其他警情"},
    NotCalled.OWN_SCHOOL: {"en": "Their own school has an incident", "zh": "本校正有警情"},
}
"""Reason → how people read it."""


class Release(StrEnum):
    """Why somebody is free again."""

    INCIDENT_CLOSED = "the incident is closed"
    OWN_SCHOOL = "their own school has an incident"
    ARRIVED_ELSEWHERE = "arrived at another incident"


RELEASE: Mapping[Release, Titles] = {
    Release.INCIDENT_CLOSED: {"en": "The incident is closed", "zh": "警情已办结"},
    Release.OWN_SCHOOL: {"en": "Their own school has an incident", "zh": "本校发生警情,返回本校"},
    Release.ARRIVED_ELSEWHERE: {"en": "Arrived at another incident", "zh": "已到达另一警情现场"},
}
"""Reason → how people read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderNotCalled:
    """Output: the rules do not let this one be called to this incident."""

    incident: str
    responder: str
    reason: NotCalled


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPassedOver:
    """Output: it was the turn of this car, neighbour or volunteer, but they are busy (R41)."""

    incident: str
    responder: str
    role: Role
    reason: NotCalled
    busy_with: str
    """The other incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationUndelivered:
    """Output: a notice has not arrived in time. Nobody else waited for it (R38)."""

    incident: str
    responder: str
    role: Role
    notified: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderOverdue:
    """Output: somebody said that they come, and has not arrived long after they should have."""

    incident: str
    responder: str
    expected: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReleased:
    """Output: somebody who was on the way or there is not needed here any more; tell them."""

    incident: str
    responder: str
    role: Role
    reason: Release


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentHandedOver:
    """Output: from now on another station is responsible for this school and its incident (R85)."""

    incident: str
    station: str
    previous: str
