"""A day as lines of JSON: what was asked, everything in the order of time, and the measures.

The measures of a trace are worked out again from its lines alone, to the last bit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from heapq import merge
from typing import Any

import msgspec

from scenarios.story import StoryEvent
from simulator.day.lived import Lived
from simulator.day.measures import MEASURES
from simulator.queues.lanes import Passage
from twins.documents import ConfigError, Problem
from twins.instant import Instant

VERSION = 1

_LISTS = ("story", "counts", "stays", "passages", "yard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One day that was kept."""

    head: Mapping[str, Any]
    """What was asked, and the school's drawing."""
    lived: Lived
    measures: Mapping[str, float | None]
    """As they were when the day was played."""

    def measured_again(self) -> Mapping[str, float | None]:
        """Return the measures from what happened."""
        return {name: MEASURES[name].of(self.lived) for name in self.measures if name in MEASURES}


def trace_lines(head: Mapping[str, object], lived: Lived) -> Iterator[str]:
    """Yield a day line by line; the same day gives the same lines anywhere."""
    yield _json({"trace": VERSION, **head})
    for _, line in merge(*_columns(lived), key=lambda one: one[0]):
        yield _json(line)
    facts = {one.name: getattr(lived, one.name) for one in fields(Lived) if one.name not in _LISTS}
    measures = {name: measure.of(lived) for name, measure in MEASURES.items()}
    yield _json({"facts": facts, "measures": measures})


def read_trace(file: str, lines: Iterable[str]) -> Trace:
    """Return a trace; raises ConfigError for lines that are none."""
    rows: list[Mapping[str, Any]] = []
    try:
        for line in lines:
            rows.append(msgspec.json.decode(line))  # noqa: PERF401  their number tells where
        lived = msgspec.convert({**_lists(rows[1:-1]), **rows[-1]["facts"]}, Lived)
        head, measures = rows[0], rows[-1]["measures"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        message = f"is no trace, or ends too early: {error}"
        raise ConfigError([Problem(file=file, line=len(rows), message=message)]) from None
    if head.get("trace") != VERSION:
        raise ConfigError([Problem(file=file, line=1, message="is a trace of another version")])
    return Trace(head=head, lived=lived, measures=measures)


def first_difference(one: Sequence[str], other: Sequence[str]) -> int | None:
    """Return the first line, from 0, in which two traces differ, or None."""
    for number in range(max(len(one), len(other))):
        if number >= min(len(one), len(other)) or one[number] != other[number]:
            return number
    return None


def _columns(lived: Lived) -> list[list[tuple[Instant, dict[str, object]]]]:
    return [
        [
            (one.at, {"at": one.at, "event": one.kind, "subject": one.subject, **_details(one)})
            for one in lived.story
        ],
        [(at, {"at": at, "pupils": count}) for at, count in lived.counts],
        [(one[0], {"stay": one}) for one in sorted(lived.stays)],
        [(one.arrives, {"passage": one}) for one in lived.passages],
        [(one[0], {"yard": one}) for one in lived.yard],
    ]


def _details(event: StoryEvent) -> dict[str, object]:
    return {"details": event.details} if event.details else {}


def _lists(rows: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    found: dict[str, list[object]] = {name: [] for name in _LISTS}
    for row in rows:
        if "event" in row:
            found["story"].append(
                StoryEvent(
                    at=row["at"], kind=row["event"], subject=row["subject"],
                    details=row.get("details", {}),
                )
            )  # fmt: skip
        elif "pupils" in row:
            found["counts"].append((row["at"], row["pupils"]))
        elif "passage" in row:
            found["passages"].append(Passage(*row["passage"]))
        elif "stay" in row:
            found["stays"].append(tuple(row["stay"]))
        else:
            found["yard"].append(tuple(row["yard"]))
    return dict(found)


def _json(row: object) -> str:
    return msgspec.json.encode(row, order="deterministic").decode()
