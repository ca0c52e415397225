"""What the engine remembers of front ends, calls, broadcasts, fire signals and network paths."""

from dataclasses import dataclass, field

from twins.broadcast import Speech
from twins.call import Call
from twins.early_warning import EarlyWarning
from twins.fire_signal import FireHold
from twins.instant import Instant
from twins.network_path import PathMemory
from twins.observation import Observation
from twins.sighting import EventRecord, PersonHit


@dataclass(slots=True)
class WatchMemory:
    """Part of a snapshot; nothing in it about a person outlives its retention."""

    counts: dict[str, int] = field(default_factory=dict)
    """Front end → its count when last seen."""
    hits: dict[str, PersonHit] = field(default_factory=dict)
    """Records by id, oldest first."""
    events: dict[str, EventRecord] = field(default_factory=dict)
    warnings: dict[str, EarlyWarning] = field(default_factory=dict)
    speeches: dict[str, Speech] = field(default_factory=dict)
    """Command → broadcast that has not ended."""
    calls: dict[str, Call] = field(default_factory=dict)
    """Intercom → its call that is going on."""
    fire: dict[str, FireHold] = field(default_factory=dict)
    """Fire panel → its signal whose plan waits."""
    signalled: dict[str, Instant] = field(default_factory=dict)
    """Fire panel or detector → stamp of its last alarm."""
    stalled: list[str] = field(default_factory=list)
    """Guard consoles whose heartbeat has stopped."""
    late: dict[str, dict[str, Observation]] = field(default_factory=dict)
    """Front end → what came late from it and whose number has not come yet."""
    paths: dict[str, PathMemory] = field(default_factory=dict)
    """Network link → what is known of it."""
