"""存储柜 (R04): inputs and outputs of lockers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignLocker:
    """Input: this visitor puts things behind this door."""

    visit: str
    device: str
    door: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeLocker:
    """Input: a person has seen that nothing is behind this door any more."""

    device: str
    door: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockerChanged:
    """Output: something happened to one door.

    `what` is `opened`, `closed`, `left open`, `assigned`, `left behind`, `overdue` or `free`.
    """

    device: str
    door: int
    what: str
    visit: str = ""
