"""A school as the engine needs it: devices in places, who is told, who comes, what is done.

Files and their checking stand in `scenarios`; this is what is left once they are right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from twins.capability import Line, Titles
from twins.dispatch_rules import OUR_RULES, DispatchPolicy, DispatchRules, VolunteerClass
from twins.duty import AnyOf, DutyPlan
from twins.inspection import OUR_FLOW, InspectionFlow
from twins.instant import Duration, Instant, seconds
from twins.jurisdiction import Authority, Jurisdiction
from twins.observation import Value
from twins.premises import NO_PREMISES, Premises
from twins.watch import OUR_WATCH, WatchRules
from twins.window import Window

ABSENCE: Duration = seconds(180)
"""Longest absence from a post outside peaks (ours; vendors range from 10 s to 20 min)."""

ABSENCE_IN_PEAK: Duration = seconds(60)
"""Longest absence in a peak, counted from its start at the earliest (ours)."""


class Role(StrEnum):
    """What somebody is told for, and so what is expected of them."""

    STATION = "station"
    """The police station: acknowledges and sends a car."""
    GUARD = "guard"
    """The gatehouse console."""
    VOLUNTEER = "volunteer"
    """义警: comes at once if able (一呼百应)."""
    STAFF = "staff"
    """Somebody of the school: told of every call for help, also of a staff-level one."""
    NEXT_SEAT = "next seat"
    """The next seat at the station: told when the first one does not answer (R18)."""
    CENTRE = "110 centre"
    """The 110 centre: told when no seat answers (R18)."""
    UNIT = "unit"
    """街面处警警力: a car or a patrol on foot, shared by the schools that list it."""
    NEIGHBOUR = "neighbour"
    """Somebody of a neighbouring school: comes while that school is safe (mutual aid)."""
    AMBULANCE = "ambulance"
    """急救 (120): told with the police; helps the hurt, stops nobody, acknowledges nothing."""
    HEAD = "head"
    """校长, 园长: first responsible, contact when nobody answers (R79)."""


class HelpLevel(StrEnum):
    """How much help a call asks for; part of the alarm, the incident and the drill."""

    STAFF = "staff"
    """The school's own people: a scuffle, a faint."""
    POLICE = "police"
    """Everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device where it stands. `id` is `<school>/<name>` and unique everywhere."""

    id: str
    capability: str
    title: Titles
    place: str
    line: Line
    simulated: bool = False
    """True where no real device stands behind it."""
    help_level: HelpLevel = HelpLevel.POLICE
    """What a call from this device asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A named part of the school's ground."""

    id: str
    title: Titles
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A way in or out, with the device that closes it."""

    id: str
    title: Titles
    device: str
    kind: str
    """`pedestrian` or `vehicle`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A duty post and when it must be held."""

    id: str
    title: Titles
    presence: str
    """The device that sees whether the post is held."""
    duty: tuple[Window, ...]
    breaks: tuple[Window, ...] = ()
    peaks: tuple[Window, ...] = ()
    absence: Duration = ABSENCE
    absence_in_peak: Duration = ABSENCE_IN_PEAK
    grace: Duration = 0
    """Added to either limit before anybody is warned."""
    check_in: Duration | None = None
    """Longest time without a check-in at a fixed post (定点值守, R43: 15 min); None for others."""
    needs: tuple[AnyOf, ...] = ()
    """Who must be there in a peak, as `duty.SCHOOL_POST_MIX`; empty asks for anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Somebody who is told of an incident: a seat, a console or a person who comes.

    Several schools may list the same car or person by the same id, each with its own way.
    """

    id: str
    role: Role
    title: Titles
    hours: tuple[Window, ...] = ()
    """When they may be called; empty means always."""
    kit: tuple[str, ...] = ()
    """Tools they bring; without any they are a witness, not a capable responder (R49)."""
    travel: str = "on foot"
    """`on foot`, `e-bike` or `car`."""
    distance_m: float = 0.0
    """Way to the gate in metres."""
    travel_time: Duration | None = None
    """Time on the way as routed or measured; None is estimated from way and travel (R46)."""
    kit_expires: Mapping[str, Instant] = field(default_factory=dict)
    """Tool → when it may not be relied on any more (R49); others do not expire."""
    volunteer_class: VolunteerClass | None = None
    enrolled: Instant | None = None
    """Since when a volunteer is one; None means from the start."""
    expires: Instant | None = None
    """When the enrolment ends; None means never (R48)."""
    home: str = ""
    """A neighbour's own school."""
    authority: str = ""
    """A seat's station, district, city or province; told only while that one stands over the
    school (R85). Empty means always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One command of an emergency plan, given to every device named."""

    id: str
    title: Titles
    action: str
    devices: tuple[str, ...]
    arguments: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistStep:
    """One thing that a person does in an incident (R52); ticked off by whoever did it."""

    id: str
    title: Titles
    role: Role
    """Whose duty it is."""
    within: Duration
    """Longest time from the opening of the incident; later is overdue, not too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the platform does by itself once an incident of a kind is open (R52)."""

    kind: str
    """The alarm kind that opens the incident, as `one-key-alarm`."""
    steps: tuple[PlanStep, ...] = ()
    checklist: tuple[ChecklistStep, ...] = ()
    level: HelpLevel = HelpLevel.POLICE
    """A staff-level incident follows the staff-level plan until it is raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """Who else is told when nobody has acknowledged an incident for so long (R18)."""

    after: Duration
    """Since the incident was opened, or raised to police level."""
    roles: tuple[Role, ...] = ()
    """Every responder of these roles."""
    responders: tuple[str, ...] = ()
    """And these, by id."""


ESCALATION: tuple[EscalationStep, ...] = (
    EscalationStep(after=seconds(30), roles=(Role.NEXT_SEAT, Role.HEAD)),
    EscalationStep(after=seconds(60), roles=(Role.CENTRE,)),
)
"""Unanswered: 30 s the next seat and the head, 60 s the 110 centre (ours; EN 50518 is said to
start handling within 30 s for 80 % and 60 s for 98.5 % of hold-up alarms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonRules:
    """How presses are read. None of it can keep a press from raising its alarm."""

    raise_presses: int = 3
    """So many presses of a staff-level button within `raise_within` call the police (ours)."""
    raise_within: Duration = seconds(5)
    """A hand that is in need presses faster (ours)."""
    stuck_after: Duration = seconds(60)
    """A contact closed for longer is a fault (assumed)."""
    resends: int = 10
    """More presses than this within `resend_within` are a fault, not a hand (assumed)."""
    resend_within: Duration = seconds(60)
    """So long what a button re-sends is counted together (assumed)."""
    repeated_use: int = 3
    """So many incidents from one button within `repeated_within` are a finding (ours, D06)."""
    repeated_within: Duration = seconds(2 * 86_400)
    """Two days (ours, D06)."""
    longest_test: Duration = seconds(3600)
    """A longer announced test would disarm the button (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One school; every id in it starts with the school's own."""

    id: str
    title: Titles
    zone: str
    """IANA time zone of rosters and bells, as `Asia/Shanghai`."""
    zones: tuple[Zone, ...] = ()
    lanes: tuple[Lane, ...] = ()
    posts: tuple[Post, ...] = ()
    devices: tuple[Device, ...] = ()
    responders: tuple[Responder, ...] = ()
    plans: tuple[Plan, ...] = ()
    inspection: InspectionFlow = OUR_FLOW
    """How visitors are let in (R23)."""
    premises: Premises = NO_PREMISES
    """Ways in, what closes them, rooms and lockers."""
    escalation: tuple[EscalationStep, ...] = ESCALATION
    buttons: ButtonRules = ButtonRules()
    duty: DutyPlan | None = None
    """Who holds the posts in peaks, and the patrols; None is not supervised."""
    dispatch_policy: DispatchPolicy = DispatchPolicy.ALL_AT_ONCE
    dispatch: DispatchRules = OUR_RULES
    stations: tuple[Jurisdiction, ...] = ()
    """Which police station is responsible since when (R85); none means the seats listed."""
    authorities: tuple[Authority, ...] = ()
    """Those stations and who stands over them."""
    watch: WatchRules = OUR_WATCH
    """Scores, cameras, broadcasts, calls and links."""
