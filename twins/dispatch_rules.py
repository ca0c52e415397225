"""How a school calls for help: which policy, how many at once, how long to wait for an answer."""

from dataclasses import dataclass
from enum import StrEnum

from twins.instant import Duration, seconds


class DispatchPolicy(StrEnum):
    """How volunteers and neighbours are called; `policies/table.py` has the functions."""

    ALL_AT_ONCE = "all at once"
    """一呼百应: everybody who may be called, in the same breath as the police."""
    PHASED = "phased"
    """The nearest first, the next one for everybody who does not come."""
    NEAREST_BY_TIME = "nearest by time"
    """Phased, but nearest by travel time."""


class VolunteerClass(StrEnum):
    """Where volunteers come from (R48)."""

    FIRM = "firm"
    SHOP = "shop"
    TEACHER = "teacher"
    GUARD = "guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRules:
    """The figures of dispatch."""

    wave: int = 7
    """How many volunteers are to be on their way when they are not called all at once (alert 7,
    replace each refusal: van den Berg et al., PLOS ONE 2026, doi 10.1371/journal.pone.0343762)."""
    wait: Duration = seconds(75)
    """So long a silent one is waited for before the next is called as well (ours; p90 of the
    reaction of first responders is 74 s in synthetic course data)."""
    units: int = 1
    """How many cars an incident is to have (ours)."""
    delivery_limit: Duration = seconds(10)
    """A notice that has not arrived for so long is shown as undelivered (assumed)."""
    turnout: Duration = seconds(105)
    """Acceptance to leaving, where no arrival time is given (median, n = 4138, Resuscitation
    2025.110772)."""
    arrival_grace: Duration = seconds(60)
    """Who is so much later than expected no longer counts as coming (assumed)."""
    radius_m: float | None = None
    """Volunteers further away are not called; None calls them all. Others use 500 m (GoodSAM UK)
    or 1000 m (GoodSAM New Zealand)."""
    classes: tuple[VolunteerClass, ...] = ()
    """Only volunteers of these classes are called; empty means all."""
    witnesses: bool = True
    """Whether those who bring no working tool are called, as witnesses (R49)."""


OUR_RULES = DispatchRules()
"""What holds where a school says nothing else."""
