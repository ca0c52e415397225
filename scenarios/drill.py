"""A drill: what is injected when, and what must follow by when (HSEEP master scenario list).

First the file as people write it (`DrillDocument`, manual in `docs/drills.md`), then the drill as
simulator, runner and judge use it. Reading and checking stand in `drill_loader`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    RootModel,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scenarios.local_time import Start, parse_start
from scenarios.story import EVENT_KINDS, EventKind, StoryEvent
from twins.capability import BilingualTitles, Titles
from twins.documents import DurationText, PositiveDurationText, did_you_mean
from twins.instant import Duration
from twins.observation import Value

DEEDS: Mapping[str, tuple[str, ...]] = {
    "loiters": ("who", "where"),
    "draws-knife": ("who", "where"),
    "shields": ("who", "where"),
    "press": ("device", "for"),
    "moves-pupils-in": ("who", "where"),
}
"""What can be injected → the keys that it needs."""

MEASURES: Mapping[str, str] = {
    "exposure": "pupils in the gate zone over time, and pupil-seconds until all are safe",
    "first-capable-responder": "from the alarm to the first person who can act",
    "latency-per-hop": "from hop to hop: press, observation, alarm, notice, acknowledgement",
    "police-arrival": "from the alarm to the first police unit at the gate",
    "response-gap": "min(first capable responder, police) - alarm, and the seconds gained",
}
"""Measures that a drill may ask for → what they are."""


def _start(text: str) -> str:
    parse_start(text)
    return text


def _one_of(known: Mapping[str, Any], what: str) -> Any:  # noqa: ANN401  a type for annotations
    def check(word: str) -> str:
        if word not in known:
            raise ValueError(f"{word!r} is no {what}{did_you_mean(word, list(known))}")
        return word

    words: list[JsonValue] = [*sorted(known)]
    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": words})]


Scalar = bool | int | float | str
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FilterDocument(RootModel[dict[str, Scalar | list[Scalar]]]):
    """Which events are meant: `event`, a key of `EVENT_KINDS`, and values that they must have."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"oneOf": [_filter_schema(name, kind) for name, kind in EVENT_KINDS.items()]}


class CaseDocument(_Strict):
    """What the drill is made after."""

    text: BilingualTitles
    rows: list[str] = Field(default_factory=list)
    source: str = ""


class PeopleDocument(_Strict):
    """People who stand somewhere when the drill starts."""

    id: Name | None = None
    role: Name
    at: Name
    count: int = Field(default=1, ge=1)


class InjectDocument(_Strict):
    """One thing that the drill does."""

    id: Name | None = None
    at: DurationText
    do: _one_of(DEEDS, "deed")  # type: ignore[valid-type]  # built from the table
    who: str | None = None
    where: str | None = None
    device: str | None = None
    lasts: PositiveDurationText | None = Field(default=None, alias="for")


class CountDocument(_Strict):
    """How many events are right."""

    minimum: int = Field(default=0, alias="min", ge=0)
    maximum: int | None = Field(default=None, alias="max", ge=0)


class ExpectedDocument(_Strict):
    """One thing that must follow, or must not."""

    id: Name
    title: BilingualTitles
    when: FilterDocument
    after: str | FilterDocument | None = None
    until: str | FilterDocument | None = None
    within: PositiveDurationText | None = None
    never: bool = False
    count: Annotated[int, Field(ge=0)] | CountDocument | None = None


class DrillDocument(_Strict):
    """The file of a drill."""

    drill: Name
    title: BilingualTitles
    school: str
    start: Annotated[str, AfterValidator(_start)]
    case: CaseDocument
    population: list[PeopleDocument] = Field(min_length=1)
    injects: list[InjectDocument] = Field(min_length=1)
    expected: list[ExpectedDocument] = Field(min_length=1)
    measures: list[_one_of(MEASURES, "measure")] = Field(default_factory=list)  # type: ignore[valid-type]  # built from the table


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """People of one role at one place at the start."""

    id: str
    """The name of one person; empty for a group."""
    role: str
    place: str
    """Zone id."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """One thing that the drill does."""

    id: str
    at: Duration
    """From the drill's start; negative before it."""
    do: str
    """A key of `DEEDS`."""
    who: str = ""
    """A person's id or a role of the population."""
    where: str = ""
    """Zone or lane id."""
    device: str = ""
    """Device id."""
    lasts: Duration = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are meant: the kind, and the values that each named detail may have."""

    kind: str
    subjects: tuple[str, ...] = ()
    """Empty means any."""
    details: Mapping[str, tuple[Value, ...]]

    def matches(self, event: StoryEvent) -> bool:
        """Return whether the event is one of those meant."""
        return (
            event.kind == self.kind
            and (not self.subjects or event.subject in self.subjects)
            and all(event.details.get(name) in allowed for name, allowed in self.details.items())
        )

    def __str__(self) -> str:
        subjects = [_either(self.subjects)] if self.subjects else []
        parts = [*subjects, *(f"{name} {_either(v)}" for name, v in self.details.items())]
        return f"{self.kind} ({', '.join(parts)})" if parts else self.kind


def _either(values: tuple[Value, ...]) -> str:
    return " or ".join(str(value) for value in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAction:
    """What must follow. It is looked for after `after` and before `until`, in the story's order."""

    id: str
    title: Titles
    when: EventFilter
    after: EventFilter | None = None
    """The first such event is the anchor of all limits; None is the start of the story."""
    until: EventFilter | None = None
    """The first such event after the anchor ends the search; None is the end of the story."""
    within: Duration | None = None
    never: bool = False
    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A checked drill. Ids of devices, places and responders are full: `<school>/<name>`."""

    id: str
    title: Titles
    school: str
    start: Start
    """Where `0s` lies in the school's local time."""
    case: Titles
    rows: tuple[str, ...] = ()
    """Requirement rows that the drill exercises."""
    source: str = ""
    population: tuple[People, ...]
    injects: tuple[Inject, ...]
    """In the order of their instants."""
    expected: tuple[ExpectedAction, ...]
    measures: tuple[str, ...] = ()


def drill_schema() -> dict[str, Any]:
    """Return the JSON Schema of a drill file; `drill.schema.json` holds it for editors."""
    schema = DrillDocument.model_json_schema(by_alias=True)
    schema["title"] = "Gatehouse drill"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def drill_schema_text() -> str:
    """Return the text of `drill.schema.json`."""
    return json.dumps(drill_schema(), ensure_ascii=False, indent=2) + "\n"


def _filter_schema(name: str, kind: EventKind) -> dict[str, Any]:
    """Describe the filter of one kind of event: the names that it can be filtered by."""
    value = {"type": ["boolean", "integer", "number", "string", "array"]}
    return {
        "type": "object",
        "properties": {
            "event": {"const": name},
            **dict.fromkeys((kind.subject, *kind.details), value),
        },
        "required": ["event"],
        "additionalProperties": False,
    }
