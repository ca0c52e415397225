"""Shelved and out of service, after ISA-18.2: a person keeps an alarm quiet for a stated reason.

Rules for this file: `SERVICE_TRANSITIONS` is the whole life of an alarm's service and its
documentation. A quiet alarm is still raised, counted and kept; only nobody is called for it until
it is back. What counts is the alarm point, its kind and device, whether the alarm stands or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.instant import Instant


class Service(StrEnum):
    """Whether an alarm point may call anybody."""

    IN_SERVICE = "in service"
    SHELVED = "shelved"
    """Quiet until an instant; the timer ends it, nobody has to remember."""
    OUT_OF_SERVICE = "out of service"
    """Quiet for maintenance until a person returns it."""


class ServiceEvent(StrEnum):
    """What can happen to the service of an alarm point."""

    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    TIME_UP = "time up"
    TAKE_OUT = "take out of service"
    RETURN = "return to service"


_S, _E = Service, ServiceEvent

SERVICE_TRANSITIONS: Mapping[tuple[Service, ServiceEvent], Service] = {
    (_S.IN_SERVICE, _E.SHELVE): _S.SHELVED,
    (_S.IN_SERVICE, _E.TAKE_OUT): _S.OUT_OF_SERVICE,
    (_S.SHELVED, _E.SHELVE): _S.SHELVED,
    (_S.SHELVED, _E.UNSHELVE): _S.IN_SERVICE,
    (_S.SHELVED, _E.TIME_UP): _S.IN_SERVICE,
    (_S.SHELVED, _E.TAKE_OUT): _S.OUT_OF_SERVICE,
    (_S.OUT_OF_SERVICE, _E.RETURN): _S.IN_SERVICE,
}
"""(service, event) → next. A pair that is not here is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPoint:
    """An alarm point that is not in service, since when and by whom."""

    kind: str
    device: str
    service: Service
    since: Instant
    until: Instant | None = None
    """When the shelf ends; None out of service."""
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelveAlarm:
    """Input: keep this alarm quiet until an instant."""

    kind: str
    device: str
    until: Instant
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnshelveAlarm:
    """Input: end the shelf early."""

    kind: str
    device: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOutOfService:
    """Input: keep this alarm quiet until somebody returns it."""

    kind: str
    device: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToService:
    """Input: maintenance is over."""

    kind: str
    device: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmServiceChanged:
    """Output: an alarm point went quiet or came back, by whom and why."""

    kind: str
    device: str
    event: ServiceEvent
    service: Service
    until: Instant | None = None
    by: str = ""
    reason: str = ""
