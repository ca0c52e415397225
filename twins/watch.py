"""What the watch around a school goes by, as data: scores, cameras, who may speak, time limits.

All numbers are ours unless a row or a norm is named; a school changes the file, not the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from twins.capability import Titles
from twins.instant import Duration, seconds

EVENT_CLASSES: Mapping[str, Titles] = {
    "knife": {"en": "Knife", "zh": "持刀"},
    "fight": {"en": "Fight", "zh": "打架斗殴"},
    "crowd": {"en": "Crowd", "zh": "人员聚集"},
    "loiterer": {"en": "Loiterer", "zh": "人员徘徊"},
    "vehicle-off-lane": {"en": "Vehicle off its lane", "zh": "车辆偏离车道"},
}
"""What an event-recognition front end can tell (R88)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRules:
    """人員預警 (R11): when a hit is pushed and how long its record is kept."""

    threshold: float = 0.85
    """Lowest similarity score that is pushed, 0 to 1."""
    quality: float = 0.5
    """Lowest picture quality that is trusted, 0 to 1."""
    told: tuple[str, ...] = ()
    """Responders; empty means every guard console, police station and street unit (R37)."""
    same_hit: Duration = seconds(60)
    """The same person at the same front end within this time is pushed once."""
    approach: Duration = seconds(1800)
    """Hits of one person within this time belong to one way to the gate (R35)."""
    retention: Duration = seconds(86_400)
    """How long a record is kept; the shortest that the next day's report can live with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRules:
    """突發事件識別 (R88): when a recognised event is pushed."""

    thresholds: Mapping[str, float] = field(
        default_factory=lambda: dict.fromkeys(EVENT_CLASSES, 0.7)
    )
    """Class → lowest score that is pushed; a class that is not here is never pushed."""
    told: tuple[str, ...] = ()
    """Responders; empty means every guard console, police station and street unit."""
    same_event: Duration = seconds(60)
    """The same class at the same front end within this time is pushed once."""
    retention: Duration = seconds(86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraView:
    """A camera and the places that it covers (R10)."""

    camera: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRules:
    """視頻監控 (R10): which recordings belong to an event. No picture passes through us."""

    views: tuple[CameraView, ...] = ()
    """Best view first; without any, a camera covers the place where it stands."""
    most: int = 2
    """So many cameras are referenced."""
    before: Duration = seconds(30)
    after: Duration = seconds(300)
    """The stretch of recording around the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastPost:
    """A post or seat that may speak (R09)."""

    id: str
    title: Titles
    console: str = ""
    """The guard console it speaks from; while that is lost, so is its right (D10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRules:
    """遠程廣播 (R09): who may speak, and when silence of the loudspeaker is a failure."""

    posts: tuple[BroadcastPost, ...] | None = None
    """None where the school has not said yet: whoever may give commands may speak."""
    read_back: Duration = seconds(3)
    """Longest wait for the loudspeaker to say that it plays (R09)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """How long consoles, links and calls may be silent."""

    heartbeat: Duration = seconds(10)
    """Longest time between two heartbeats of a guard console that has any."""
    path_switch: Duration = seconds(20)
    """Longest time from the loss of a path to the next one in use (D07; DP class idea)."""
    ring: Duration = seconds(30)
    """Longest wait for an answer to an intercom call."""
    fire_reminder: Duration = seconds(30)
    """How often a held fire signal is told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRules:
    """Everything of a school that is watched or spoken with."""

    persons: PersonRules = PersonRules()
    events: EventRules = field(default_factory=EventRules)
    video: VideoRules = VideoRules()
    broadcast: BroadcastRules = BroadcastRules()
    links: LinkRules = LinkRules()


OUR_WATCH = WatchRules()
"""Our defaults."""
