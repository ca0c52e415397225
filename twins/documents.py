"""Hand-written YAML with a position for every complaint: file:line:column, all at once.

YAML 1.2 (so `no` and `12:30` stay text); duplicate keys and aliases are refused.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from twins.instant import parse_duration

CHARACTERS_MAX = 250_000
"""Longest file that is read; reading with positions takes about 3 s for it (measured)."""

KeyPath: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


def _duration(text: str) -> str:
    parse_duration(text)
    return text


DurationText = Annotated[str, AfterValidator(_duration)]
"""A duration as people write it, checked: `250ms`, `2s`, `3min`, `1h`."""


def _longer_than_nothing(text: str) -> str:
    if parse_duration(text) <= 0:
        raise ValueError(f"{text!r} must be longer than nothing")
    return text


PositiveDurationText = Annotated[str, AfterValidator(_longer_than_nothing)]
"""The same, longer than nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing wrong with a file. Line and column count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


class ConfigError(Exception):
    """Something we were given to read is wrong; holds every problem found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed YAML file that remembers where each key and each value stands."""

    file: str
    data: Any
    positions: dict[KeyPath, tuple[int, int]]

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return a problem at `path`, or at its nearest ancestor that has a position."""
        while path not in self.positions and path:
            path = path[:-1]
        line, column = self.positions.get(path, (1, 1))
        return Problem(file=self.file, line=line, column=column, message=message)


def parse_yaml(file: str) -> Document:
    """Read a YAML file with positions; raises ConfigError when it is no readable YAML."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError([Problem(file=file, message="there is no such file")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(file=file, message=f"cannot be read: {error}")]) from None
    if len(text) > CHARACTERS_MAX:
        message = f"is longer than {CHARACTERS_MAX} characters; bulk data belongs into CSV"
        raise ConfigError([Problem(file=file, message=message)])
    yaml = YAML(typ="safe", pure=True)
    reader = _Reader(file, yaml)
    try:
        root = yaml.compose(text)
        data = reader.value(root, ()) if root is not None else None
    except RecursionError:
        raise ConfigError([Problem(file=file, message="is nested too deeply")]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = error.problem or error.context or "is no YAML"
        raise ConfigError([Problem(file=file, line=line, column=column, message=what)]) from None
    if reader.problems:
        raise ConfigError(reader.problems)
    return Document(file, data, reader.positions)


class _Reader:
    """Turns YAML nodes into plain values, notes positions, refuses what hides mistakes."""

    def __init__(self, file: str, yaml: YAML) -> None:
        self.file = file
        self.positions: dict[KeyPath, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._constructor = yaml.constructor
        self._seen: set[int] = set()

    def value(self, node: Node, path: KeyPath) -> Any:  # noqa: ANN401  YAML holds anything
        self.positions.setdefault(path, _mark(node))
        if id(node) in self._seen:
            self._complain(node, "aliases are not allowed: write the value out")
            return None
        self._seen.add(id(node))
        match node:
            case MappingNode():
                return self._mapping(node, path)
            case SequenceNode():
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            case ScalarNode():
                return self._constructor.construct_object(node)
            case _:
                raise AssertionError(f"unknown YAML node {node!r}")

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str | int, Any]:
        result: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            key = self._constructor.construct_object(key_node)
            if not isinstance(key, str | int):
                self._complain(key_node, f"a key must be a word or a number, not {key!r}")
                continue
            if key in result:
                self._complain(key_node, f"{key!r} stands here twice")
                continue
            self.positions[(*path, key)] = _mark(key_node)
            result[key] = self.value(value_node, (*path, key))
        return result

    def _complain(self, node: Node, message: str) -> None:
        line, column = _mark(node)
        self.problems.append(Problem(file=self.file, line=line, column=column, message=message))


def _mark(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def validated(document: Document, model: type[Model]) -> Model:
    """Return the document as `model`; raises ConfigError with every problem and its place."""
    return validated_part(document, (), model)


def validated_part(
    document: Document,
    place: KeyPath,
    model: type[Model],
    context: Mapping[str, object] | None = None,
) -> Model:
    """Return what stands at a place as `model`, as if empty where nothing does.

    `context` is for the model's own checks. Raises ConfigError with every problem and its place.
    """
    data = document.data
    for part in place:
        data = data.get(part, {}) if isinstance(data, dict) else {}
    try:
        return model.model_validate(data, context=dict(context or {}))
    except ValidationError as error:
        problems = [_located(document, place, model, detail) for detail in error.errors()]
        raise ConfigError(problems) from None


def read_yaml(file: str, model: type[Model]) -> Model:
    """Parse and validate a YAML file in one step; raises ConfigError."""
    return validated(parse_yaml(file), model)


def _located(
    document: Document, place: KeyPath, model: type[BaseModel], detail: ErrorDetails
) -> Problem:
    """Turn a pydantic complaint into ours.

    pydantic puts union tags into its path, so parts that are no keys of the document are skipped.
    """
    path = place
    for part in detail["loc"]:
        if (*path, part) in document.positions:
            path = (*path, part)
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "missing":
        message = f"{detail['loc'][-1]!r} is missing"
    elif detail["type"] == "extra_forbidden":
        word = str(detail["loc"][-1])
        message = (
            f"{word!r} is not known here{did_you_mean(word, _keys(model, detail['loc'][:-1]))}"
        )
    elif path:
        message = f"{path[-1]}: {message}"
    return document.problem(path, message)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return `; did you mean …?` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _keys(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the keys allowed at a path of a model, following nested models as far as they go."""
    models = {model}
    for part in path:
        inner: set[type[BaseModel]] = set()
        for candidate in models:
            for name, info in candidate.model_fields.items():
                if part in (name, info.alias):
                    inner |= _models_in(info.annotation)
        models = inner or models
    return sorted({info.alias or name for one in models for name, info in one.model_fields.items()})


def _models_in(annotation: Any) -> set[type[BaseModel]]:  # noqa: ANN401  any type expression
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for part in get_args(annotation) for model in _models_in(part)}
