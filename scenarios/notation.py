"""How the core's types are written in a school package, and how what was written becomes them.

A document class names the core type that it `makes`; its fields are called as the core's are, and
what is left out is left to the core's own default. So a figure stands in one place only, and a test
walks the core's types to see that each of their fields can be written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from scenarios.local_time import Start, parse_start, parse_window
from twins.instant import parse_duration
from twins.opaque_id import opaque_id
from twins.window import Window

OURS: Any = None
"""Default of a field that may be left out: the core's own default holds."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Reference(str):
    """The name of something else in the package."""

    __slots__ = ()


class OwnReference(Reference):
    """One that is known as `<school>/<name>` outside the package."""

    __slots__ = ()


class ResponderReference(OwnReference):
    """A responder: known by the id that several schools share, where it has one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a text as the name of something else; `check` looks it up."""

    what: str
    """What it must name: `device`, `zone`, `responder` …"""
    allowed: tuple[str, ...] = ()
    """For a device: what it may be; empty allows all."""
    kind: type[Reference] = OwnReference

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401  pydantic's own signature
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Return the schema of a text that becomes a reference."""
        return core_schema.no_info_after_validator_function(self.kind, handler(source))


@dataclass(frozen=True, slots=True)
class LocalInstant:
    """A local time as written; only the school's zone makes an instant of it."""

    start: Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What names and local times of a package are read by."""

    school: str
    zone: str
    shared: Mapping[str, str]
    """Responder's name → the id that several schools list it by."""

    def full(self, name: str) -> str:
        """Return what something of the school is called outside its folder."""
        return f"{self.school}/{name}"


class Strict(BaseModel):
    """A document, or a part of one, in which nothing unknown stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Written(Strict):
    """A part of a document that becomes a type of the core."""

    makes: ClassVar[type[Any]]
    key: ClassVar[str] = "id"
    """The core's field for the name under which it is written."""
    named_by_school: ClassVar[bool] = True
    """Whether that becomes `<school>/<name>`."""

    def made(self, frame: Frame, name: str = "") -> Any:  # noqa: ANN401  whatever it makes
        """Return the core's object; `name` is the key under which it stands, if any."""
        parts = parts_of(self, frame)
        if name and self.key not in parts:
            parts[self.key] = frame.full(name) if self.named_by_school else name
        return self.makes(**parts)


def parts_of(document: BaseModel, frame: Frame) -> dict[str, Any]:
    """Return the fields that were written, as the core has them: full ids, instants, tuples."""
    parts: dict[str, Any] = {}
    for part in document.model_fields_set:
        written = getattr(document, part)
        if _is_table(type(document).model_fields[part].annotation):
            parts[part] = tuple(one.made(frame, name) for name, one in written.items())
        else:
            parts[part] = _compiled(written, frame)
    return parts


def _compiled(written: Any, frame: Frame) -> Any:  # noqa: ANN401  any value of a document
    match written:
        case Written():
            return written.made(frame)
        case ResponderReference() if written in frame.shared:
            return frame.shared[written]
        case OwnReference():
            return frame.full(written)
        case LocalInstant():
            return written.start.instant(frame.zone)
        case dict():
            return {key: _compiled(one, frame) for key, one in written.items()}
        case frozenset():
            return frozenset(_compiled(one, frame) for one in written)
        case list():
            return tuple(_compiled(one, frame) for one in written)
        case _:
            return written


def references_in(model: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], Names]]:
    """Yield (path, what it must name) for every reference of a document; `*` is any key or row."""
    for name, info in model.model_fields.items():
        marks = [mark for mark in info.metadata if isinstance(mark, Names)]
        path = (info.alias or name,)
        yield from ((path, mark) for mark in marks)
        for inner, mark in _references(info.annotation):
            yield (*path, *inner), mark


def _references(annotation: Any) -> Iterator[tuple[tuple[str, ...], Names]]:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from references_in(annotation)
        return
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from (((), mark) for mark in annotation.__metadata__ if isinstance(mark, Names))
        parts = parts[:1]
    step = ("*",) if origin in (list, dict, frozenset) else ()
    for part in parts[1:] if origin is dict else parts:
        for path, mark in _references(part):
            yield (*step, *path), mark


def _is_table(annotation: Any) -> bool:  # noqa: ANN401  any type expression
    """Return whether names stand before things that hold their names themselves."""
    if get_origin(annotation) is not dict:
        return False
    inner = get_args(annotation)[1]
    written = isinstance(inner, type) and issubclass(inner, Written)
    return written and inner.key in inner.makes.__dataclass_fields__


def _span(written: object) -> int:
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is no duration; write for example 250ms, 2s, 3min or 1h")
    span = parse_duration(written)
    if span < 0:
        raise ValueError(f"{written!r} must not be negative")
    return span


def _positive(written: object) -> int:
    span = _span(written)
    if span == 0:
        raise ValueError(f"{written!r} must be longer than nothing")
    return span


def _window(written: object) -> Window:
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is no window; write for example Mo-Fr 07:20-08:10")
    return parse_window(written)


def _local(written: object) -> LocalInstant:
    """Read `2027-03-01`, which is its first instant, or `2026-09-07 07:40`."""
    if isinstance(written, date) and not isinstance(written, datetime):
        return LocalInstant(Start(day=written, time=0))
    if not isinstance(written, str) or not written[:1].isdigit():
        raise ValueError(f"{written} is no date; write for example 2027-03-01 or 2026-09-07 07:40")
    return LocalInstant(parse_start(written if " " in written.strip() else f"{written} 00:00"))


def _person(written: object) -> str:
    try:
        return opaque_id(str(written))
    except ValueError:
        message = f"{written!r} is no id: people are written by duty, as guard-1, never by name"
        raise ValueError(message) from None


Span = Annotated[int, BeforeValidator(_span)]
"""A duration as people write it, 0s or longer."""
PositiveSpan = Annotated[int, BeforeValidator(_positive)]
"""One that is longer than nothing."""
Windows = list[Annotated[Window, BeforeValidator(_window)]]
Local = Annotated[LocalInstant, BeforeValidator(_local)]
"""A day or a minute on the school's clock."""
Person = Annotated[str, BeforeValidator(_person)]
"""Opaque id of a person."""
Score = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]

AnyDevice = Annotated[str, Names("device")]
ZoneName = Annotated[str, Names("zone")]
PostName = Annotated[str, Names("post")]
ResponderName = Annotated[str, Names("responder", kind=ResponderReference)]
AuthorityName = Annotated[str, Names("authority", kind=Reference)]
GuardName = Annotated[str, Names("guard", kind=Reference)]
