"""What the API says: plain frozen data, times as ISO 8601 in UTC, durations in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from twins.alarm import AlarmEvent, AlarmState, Severity
from twins.alarm_service import Service
from twins.capability import Line, Protection, Titles
from twins.command import CommandResult
from twins.incident import Answer
from twins.observation import Kind, Quality, Value
from twins.school import HelpLevel, Role

Grade = Literal["counted", "contact only"]
"""How surely a press is seen: the device counts presses, or we look at its contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with an id and titles."""

    id: str
    title: Titles


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderView:
    """Somebody who may be told."""

    id: str
    title: Titles
    role: Role
    capable: bool
    channel: bool
    """Whether a notice can be brought to them at all; without, somebody has to call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolView:
    """A school, its places and its people."""

    id: str
    title: Titles
    zone: str
    places: list[Named]
    responders: list[ResponderView]
    devices: int
    simulated: list[Titles]
    """What around this school is pretended, in words; empty at a real gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """One property with everything needed to judge how far to trust it."""

    name: str
    title: Titles
    type: str
    value: Value
    unit: str
    quality: Quality
    cause: str
    source_time: str | None
    receive_time: str | None
    age_s: float | None
    """Good or uncertain: since the device last answered. Bad: since it is bad."""
    kind: Kind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """Something a device can be asked to do."""

    name: str
    title: Titles
    arguments: dict[str, Titles]
    not_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One device with all its properties."""

    id: str
    school: str
    title: Titles
    capability: str
    capability_title: Titles
    protection: Protection
    line: Line
    place: str
    place_title: Titles
    panic: bool
    simulated: bool
    grade: Grade | None
    """For alarm buttons only."""
    product: str | None
    link: str | None
    lost: bool
    heard: str | None
    actions: list[ActionView]
    properties: list[PropertyView]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmGroupView:
    """The standing alarms of one kind in one place: a line for a flood of them."""

    school: str
    place: str
    place_title: Titles
    kind: str
    severity: Severity
    """The loudest of them."""
    state: AlarmState
    """The most urgent of them."""
    alarms: list[str]
    """Every one, oldest first."""
    count: int
    """How often their causes came, together."""
    unacknowledged: int
    first: str
    last: str
    quiet: bool
    """Every one is shelved or out of service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """One alarm, and what a person may do with it now."""

    id: str
    kind: str
    school: str
    device: str
    device_title: Titles
    place: str
    place_title: Titles
    severity: Severity
    level: HelpLevel
    service: Service
    state: AlarmState
    active: bool
    standing: bool
    count: int
    sensed: str
    raised: str
    acknowledged_by: str
    reset_by: str
    reset_reason: str
    may: list[AlarmEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentView:
    """One recipient of one incident."""

    responder: str
    title: Titles
    role: Role
    capable: bool
    notified: str
    delivered: str | None
    answer: Answer | None
    answered: str | None
    expected: str | None
    """When they should be there: by their own word, else as estimated."""
    arrived: str | None
    undelivered: str | None
    """When it was told that the notice had not arrived in time."""
    overdue: str | None
    """When it was told that they had not arrived as expected."""
    released: str | None
    channel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCalledView:
    """Somebody on the school's list who is not called, and why."""

    responder: str
    title: Titles
    role: Role | None
    reason: str
    reason_title: Titles
    busy_with: str
    """The other incident, if that is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationView:
    """A step of the escalation that came due. Nobody in `told`: there was nobody left to tell."""

    step: int
    at: str
    after_s: float
    told: list[Titles]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistView:
    """One thing that a person does in this case."""

    step: str
    title: Titles
    role: Role
    due: str
    done: str | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoView:
    """Recordings of an event, by reference: no picture passes through us."""

    place: str
    place_title: Titles
    cameras: list[Named]
    dark: list[str]
    """Those that are not known to be online."""
    start: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """One case with its four timestamps: sensed, warned, acknowledged, handled."""

    id: str
    school: str
    kind: str
    place: str
    place_title: Titles
    alarms: list[str]
    open: bool
    opened: str
    sensed: str
    warned: str | None
    acknowledged: str | None
    acknowledged_by: str
    handled: str | None
    handled_by: str
    handled_reason: str
    level: HelpLevel
    station: str
    other_places: list[Named]
    checklist: list[ChecklistView]
    not_called: list[NotCalledView]
    escalations: list[EscalationView]
    video: list[VideoView]
    recipients: list[AssignmentView]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandView:
    """One command; `result` is null while it is under way."""

    id: str
    device: str
    action: str
    arguments: Mapping[str, Value]
    requested_by: str
    reason: str
    requested: str
    not_after: str
    result: CommandResult | None
    result_reason: str
    ended: str | None
