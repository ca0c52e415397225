"""`gatehouse explain`: a device model as a table that can be held beside its manual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatehouse.decoding import shown
from gatehouse.point_words import (
    access,
    bits_shown,
    limits,
    runs,
    runs_of_names,
    scaling,
    span,
    wire_type,
)
from gatehouse.wording import Say
from protocols.exchange.written import duration_text
from protocols.model import DeviceModel, Point
from protocols.reading_plan import PlannedRead, number_in_frame, planned
from twins.capability import ActionSpec
from twins.instant import SECOND, Duration

POLLED = ("modbus", "coap")
"""Protocols on which a point's `poll` is how it is read, and not what happens where a server does
not publish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A model with its reading plan."""

    model: DeviceModel
    reads: tuple[PlannedRead, ...]

    @property
    def requests_per_second(self) -> float:
        """Return what reading the device costs, as long as it answers."""
        return sum(read.requests_per_second for read in self.reads)

    @property
    def stalest(self) -> Duration:
        """Return the age that the slowest point reaches between two answers."""
        best: dict[str, Duration] = {}
        for read in self.reads:
            for name in read.points:
                best[name] = min(best.get(name, read.stale), read.stale)
        return max(best.values(), default=0)


def explain(model: DeviceModel) -> Explanation:
    """Return what there is to say of a model."""
    return Explanation(model=model, reads=planned(model))


def point_table(
    explanation: Explanation, language: str, say: Say
) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of the points; columns that say nothing are left out."""
    head = [
        say("point"), say("at"), say("printed"), say("wire type"), say("scaling"),
        say("range"), say("access"), say("poll"), say("meaning"),
    ]  # fmt: skip
    model = explanation.model
    points = [*model.points.values(), *model.command_points.values()]
    rows = [_row(run, model, language) for run in runs(points)]
    kept = [place for place in range(len(head)) if any(row[place] for row in rows)]
    return [head[place] for place in kept], [[row[place] for place in kept] for row in rows]


def action_rows(model: DeviceModel, say: Say) -> list[list[str]]:
    """Return a row per action of the device type: its words, what is written, its proof."""
    rows = []
    for name, spec in model.capability.actions.items():
        told = " ".join([name, *(f"{argument}=…" for argument in spec.arguments)])
        proof = model.proofs.get(name) or spec.sets
        rows.append([told, _way(model, name, spec) or say("no way"), _states(proof)])
    return rows


def _way(model: DeviceModel, action: str, spec: ActionSpec) -> str:
    """Return what is called or written for an action; nothing where the model has no way."""
    call = model.calls.get(action)
    if call is not None:
        given = [
            one.name if one.value is None else f"{one.name} = {shown(one.value)}"
            for one in call.arguments
        ]
        return f"{call.point.at}({', '.join(given)})"
    return _states(model.actions.get(action) or _state_written(model, spec.sets) or {})


def derived_rows(model: DeviceModel) -> list[list[str]]:
    """Return a row per derived value and event: name, and what it is made of."""
    rows = []
    for run in runs_of_names(list(model.derived)):
        derived = model.derived[run[0]]
        sources = list(derived.sources.values())
        where = "" if derived.way == "not" else f" = {shown(derived.where)}"
        rows.append([span(run), f"{derived.way} {span(sources)}{where}"])
    for event in model.events:
        told = f" ({', '.join(event.told)})" if event.told else ""
        rows.append([event.name, f"{event.point} {event.edge}{told}"])
    return rows


def plan_rows(explanation: Explanation, say: Say) -> list[list[str]]:
    """Return a row per request of the reading plan."""
    how = {
        "read": say("read"),
        "observe": say("observed, and read"),
        "subscribe": say("subscribed"),
        "control read": say("read what was quiet"),
    }
    return [
        [
            how[read.how],
            read.what,
            str(len(read.points)),
            duration_text(read.every),
            f"{read.requests_per_second:.2f}" if read.requests_per_second else "",
        ]
        for read in explanation.reads
    ]


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return all of it for programs; every point by itself."""
    model = explanation.model
    points = [*model.points.values(), *model.command_points.values()]
    return {
        "model": model.name,
        "title": model.title,
        "device_type": model.capability.name,
        "protocol": model.protocol,
        "source": model.source,
        "points": [_point_json(point) for point in points],
        "actions": [
            {
                "action": name,
                "arguments": sorted(spec.arguments),
                "writes": dict(model.actions.get(name) or _state_written(model, spec.sets) or {}),
                "way": _way(model, name, spec),
                "proof": dict(model.proofs.get(name) or spec.sets),
            }
            for name, spec in model.capability.actions.items()
        ],
        "derived": [
            {"name": one.name, "way": one.way, "of": list(one.sources.values()), "where": one.where}
            for one in model.derived.values()
        ],
        "events": [
            {"event": one.name, "point": one.point, "edge": one.edge, "with": list(one.told)}
            for one in model.events
        ],
        "plan": [
            {
                "how": read.how,
                "what": read.what,
                "points": list(read.points),
                "every_s": read.every / SECOND,
                "requests_per_second": round(read.requests_per_second, 6),
            }
            for read in explanation.reads
        ],
        "requests_per_second": round(explanation.requests_per_second, 6),
        "worst_staleness_s": explanation.stalest / SECOND,
    }


def _point_json(point: Point) -> dict[str, Any]:
    written: dict[str, Any] = {
        "point": point.name,
        "at": point.at,
        "pdu_address": number_in_frame(point),
        "printed": point.printed,
        "type": point.value_type,
        "wire_type": point.wire_type,
        "words": point.words,
        "bytes": point.bytes,
        "bits": list(point.bits) if point.bits else None,
        "scale": point.scale,
        "offset": point.offset,
        "map": {str(raw): value for raw, value in point.mapping.items()},
        "inverted": point.inverted,
        "unit": point.unit,
        "min": point.minimum,
        "max": point.maximum,
        "access": access(point),
        "poll_s": None if point.command else point.poll / SECOND,
    }
    return written


def _row(run: Sequence[Point], model: DeviceModel, language: str) -> list[str]:
    point = run[0]
    spec = model.capability.properties.get(point.name)
    meaning = spec.title.get(language, "") if spec else ""
    return [
        span([one.name for one in run]),
        span([one.at + bits_shown(one) for one in run]),
        span([one.printed for one in run]),
        wire_type(point),
        scaling(point),
        limits(point),
        access(point),
        "" if point.command or model.protocol not in POLLED else duration_text(point.poll),
        meaning,
    ]


def _state_written(model: DeviceModel, sets: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the state itself where it can be written, as the driver does without an entry."""
    points = [model.points.get(name) for name in sets]
    return sets if points and all(point and point.writable for point in points) else None


def _states(states: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {shown(value)}" for name, value in states.items())
