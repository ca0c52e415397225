"""A fire signal during an attack: people are told, its plan waits until a person decides (D10)."""

from dataclasses import dataclass

from twins.instant import Instant

KIND = "fire-alarm"

TIMER = "fire-held"
"""Timer: a held plan is told again."""


@dataclass(slots=True)
class FireHold:
    """A fire signal whose plan waits; part of a snapshot."""

    incident: str
    """The open attack for which it waits."""
    since: Instant
    evacuate: bool | None = None
    """What a person decided; None while nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideFireSignal:
    """Input: a person decides whether people get out for a held fire signal."""

    device: str
    evacuate: bool
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FireSignalHeld:
    """Output: the plan of a fire signal waits for a person. Told again until somebody decides.

    Its own case is open and people are told like of any fire; `incident` is the attack.
    """

    device: str
    school: str
    incident: str
    since: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FireSignalSettled:
    """Output: the plan of a fire signal waits no longer: somebody decided, or it is over."""

    device: str
    school: str
    evacuate: bool
    by: str = ""
    """Empty where nobody decided."""
    reason: str
