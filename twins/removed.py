"""What is said of things that a snapshot knows and the configuration does not know any more."""

from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """What was taken out of the configuration."""

    SCHOOL = "school"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedFromConfiguration:
    """Output: a snapshot knew this school or device; with it these standing things are gone.

    What has a life of its own ends by its own record: a case is handled, a command is unknown, a
    call has failed, a test has ended. The latched alarms of a removed device stay until their
    reset; those of a removed school are named here.
    """

    subject: str
    sort: Sort
    dropped: tuple[str, ...] = ()
    """Alarms, visits and used lockers by id."""
