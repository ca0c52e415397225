"""巡查記錄 (R39): which patrols of a day were made and which were missed, read from the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from twins.duty import PatrolCompleted, PatrolKind
from twins.instant import Instant
from twins.records import Output
from twins.roster import local_day, on_day
from twins.school import School


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolLine:
    """One window of one patrol."""

    patrol: str
    kind: PatrolKind
    begin: Instant
    end: Instant
    done: Instant | None = None
    by: str = ""
    """Opaque id."""

    @property
    def missed(self) -> bool:
        """Return whether it was not made in its window."""
        return self.done is None


def patrol_lines(
    school: School, day: date, records: Iterable[tuple[Instant, Output]]
) -> tuple[PatrolLine, ...]:
    """Return every window of a local day, in the order of their starts.

    `records` are outputs with the instants at which they were told; others do no harm.
    """
    done = [(at, one) for at, one in records if isinstance(one, PatrolCompleted)]
    lines = []
    for patrol in school.duty.patrols if school.duty else ():
        for begin, end in on_day(patrol.windows, school.zone, day):
            first = next(
                ((at, one.by) for at, one in done if one.patrol == patrol.id and begin <= at < end),
                (None, ""),
            )
            lines.append(
                PatrolLine(
                    patrol=patrol.id,
                    kind=patrol.kind,
                    begin=begin,
                    end=end,
                    done=first[0],
                    by=first[1],
                )
            )
    return tuple(sorted(lines, key=lambda line: (line.begin, line.patrol)))


def missed_yesterday(
    school: School, records: Iterable[tuple[Instant, Output]], now: Instant
) -> tuple[PatrolLine, ...]:
    """Return what was missed on the day before `now`: the list of the next day."""
    day = local_day(school.zone, now) - timedelta(days=1)
    return tuple(line for line in patrol_lines(school, day, records) if line.missed)
