"""A fire signal while an attack may be going on: held until a person decides (D10)."""

from dataclasses import dataclass

from twins.instant import Instant


@dataclass(slots=True)
class FireHold:
    """A fire signal that has opened nothing; part of a snapshot."""

    incident: str
    """The open incident for which it is held."""
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
    """Output: a fire signal waits for a person's decision. Told again until there is one."""

    device: str
    school: str
    incident: str
    since: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FireSignalSettled:
    """Output: a held fire signal waits no longer: somebody decided, or its reason is over."""

    device: str
    school: str
    evacuate: bool
    by: str = ""
    """Empty where nobody decided."""
    reason: str
