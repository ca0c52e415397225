"""One date at one school as instants: when the gate opens, lessons begin, and pupils go home."""

from dataclasses import dataclass
from datetime import date

from scenarios.local_time import Start
from scenarios.package import SchoolPackage
from twins.documents import ConfigError, Problem
from twins.instant import SECOND, Duration, Instant

OPENS, LESSON, DISMISSAL = "gate-opens", "first-lesson", "dismissal"
"""Bells of `school.yaml` that a simulated day turns on."""

BEFORE: Duration = 3600 * SECOND
"""The day begins this long before the gate opens (assumed)."""

AFTER: Duration = 2 * 3600 * SECOND
"""And ends this long after the dismissal (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The instants of one school day."""

    day: date
    midnight: Instant
    """The local one that the day begins with."""
    begins: Instant
    opens: Instant
    lesson: Instant
    dismissal: Instant
    ends: Instant


def timetable(package: SchoolPackage, day: date) -> Timetable | None:
    """Return the day's instants, or None where no bell calls the pupils on this date.

    Raises ConfigError for a school whose bells do not say when pupils come and go.
    """
    midnight = Start(day=day, time=0).instant(package.school.zone)
    rings: dict[str, Instant] = {}
    for name in (OPENS, LESSON, DISMISSAL):
        bells = [bell for bell in package.bells if bell.id == f"{package.school.id}/{name}"]
        if not bells:
            message = f"has no bell {name!r}: a simulated day needs it"
            raise ConfigError([Problem(file=str(package.folder / "school.yaml"), message=message)])
        today = [midnight + bell.at for bell in bells if day.weekday() in bell.weekdays]
        if not today:
            return None
        rings[name] = min(today)
    return Timetable(
        day=day,
        midnight=midnight,
        begins=rings[OPENS] - BEFORE,
        opens=rings[OPENS],
        lesson=rings[LESSON],
        dismissal=rings[DISMISSAL],
        ends=rings[DISMISSAL] + AFTER,
    )
