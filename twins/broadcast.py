"""遠程廣播 (R09): who spoke when, from which post, and whether anybody could hear it."""

from dataclasses import dataclass
from enum import StrEnum

from twins.instant import Instant


class SpeechOutcome(StrEnum):
    """What became of a broadcast."""

    ACKNOWLEDGED = "acknowledged"
    """The loudspeaker was read back as playing."""
    REFUSED = "refused"
    FAILED = "failed"
    """Nothing proves that it was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One broadcast on one loudspeaker."""

    command: str
    device: str
    action: str
    post: str
    by: str
    text: str = ""
    clip: str = ""
    """Both are empty where the prepared message is played."""
    incident: str = ""
    asked: Instant
    failed: bool = False
    """It was told as failed; a later read-back still counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastReported:
    """Output: how a broadcast came out. After a failure it may still be acknowledged, late."""

    speech: Speech
    outcome: SpeechOutcome
    at: Instant
    reason: str = ""
