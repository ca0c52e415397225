"""Device types as the platform understands them: no protocol, no product."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from twins.documents import DurationText, read_yaml
from twins.instant import Duration, seconds
from twins.observation import Value

PANIC_LOST_AFTER: Duration = seconds(2)
"""Longest silence of a panic-class device before its values are bad (ours)."""

LOST_AFTER: Duration = seconds(10)
"""The same for every other device (ours)."""


class Protection(StrEnum):
    """The axis a device serves: 人防, 物防, 技防."""

    PEOPLE = "people"
    PHYSICAL = "physical"
    TECHNICAL = "technical"


class Line(StrEnum):
    """The line of defence a device stands in: 遠端, 門前, 內部."""

    REMOTE = "remote"
    GATE_FRONT = "gate-front"
    INNER = "inner"


Titles = Mapping[str, str]
"""Language → title; `en` and `zh` are always there."""


def _bilingual(titles: dict[str, str]) -> dict[str, str]:
    missing = [language for language in ("en", "zh") if not titles.get(language)]
    if missing:
        raise ValueError(f"a title is missing in {' and '.join(missing)}")
    return titles


BilingualTitles = Annotated[dict[str, str], AfterValidator(_bilingual)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PropertySpec(_Strict):
    """One property: its type, unit and range, and whether it may be written."""

    type: Literal["boolean", "integer", "number", "string"]
    title: BilingualTitles
    unit: str = ""
    minimum: float | None = Field(default=None, alias="min")
    maximum: float | None = Field(default=None, alias="max")
    enum: tuple[str, ...] = ()
    write: bool = False
    optional: bool = False

    def objection(self, value: Value) -> str:
        """Return why a value cannot be this property's, or nothing."""
        fits = {
            "boolean": isinstance(value, bool),
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, int | float) and not isinstance(value, bool),
            "string": isinstance(value, str),
        }
        if not fits[self.type]:
            return f"{value!r} is no {self.type}"
        if self.enum and value not in self.enum:
            return f"{value!r} is none of {', '.join(self.enum)}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                return f"{value} is below {self.minimum:g}"
            if self.maximum is not None and value > self.maximum:
                return f"{value} is above {self.maximum:g}"
        return ""


class ActionSpec(_Strict):
    """One action: its arguments and the state that proves it.

    `sets` maps property → value; `{argument}` in a name or a value stands for that argument.
    """

    title: BilingualTitles
    arguments: dict[str, PropertySpec] = Field(default_factory=dict)
    sets: dict[str, bool | int | float | str] = Field(default_factory=dict)
    momentary: bool = False
    """What it sets does not last, as an unlocked locker that is shut again: nothing is desired."""
    not_after: DurationText = "5s"

    def objection(self, arguments: Mapping[str, Value]) -> str:
        """Return why these cannot be the action's arguments, or nothing."""
        if set(arguments) != set(self.arguments):
            return f"it takes {sorted(self.arguments)}, not {sorted(arguments)}"
        for name, spec in self.arguments.items():
            reason = spec.objection(arguments[name])
            if reason:
                return f"{name}: {reason}"
        return ""


class CapabilityDocument(_Strict):
    """The file of a capability, `twins/capabilities/<name>.yaml`."""

    capability: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: BilingualTitles
    protection: Protection
    line: Line
    panic: bool = False
    repeat: dict[Literal["n"], str] = Field(default_factory=dict)
    properties: dict[str, PropertySpec] = Field(default_factory=dict)
    actions: dict[str, ActionSpec] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A device type: properties, actions, titles, and what it serves.

    Properties of a bank are already repeated: `door07.closed` is a name like any other.
    """

    name: str
    title: Titles
    protection: Protection
    line: Line
    panic: bool
    """Panic-class devices show their loss within 2 s and are never disarmed."""
    properties: Mapping[str, PropertySpec]
    actions: Mapping[str, ActionSpec] = field(default_factory=dict)

    @property
    def lost_after(self) -> Duration:
        """Return the longest silence before the device's values are bad."""
        return PANIC_LOST_AFTER if self.panic else LOST_AFTER


NUMBER = re.compile(r"\{n(?::(0\d))?\}")
"""The running number of a bank in a name or an address: `{n}`, or `{n:02}` for two digits."""


def span(text: str) -> range:
    """Read `1..48` as the numbers 1 to 48; raises ValueError for anything else."""
    match = re.fullmatch(r"(\d+)\.\.(\d+)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"{text!r} is no span; write for example 1..48")
    return range(int(match[1]), int(match[2]) + 1)


def numbered(template: str, number: int) -> str:
    """Put a running number into a template.

    >>> numbered("door{n:02}.closed", 7)
    'door07.closed'
    """
    return NUMBER.sub(lambda match: format(number, match[1] or ""), template)


def compile_capability(document: CapabilityDocument) -> Capability:
    """Return the capability of a checked document, banks repeated."""
    numbers = span(document.repeat["n"]) if document.repeat else range(0)
    properties: dict[str, PropertySpec] = {}
    for name, spec in document.properties.items():
        names = [numbered(name, number) for number in numbers] if NUMBER.search(name) else [name]
        properties.update(dict.fromkeys(names, spec))
    return Capability(
        name=document.capability,
        title=document.title,
        protection=document.protection,
        line=document.line,
        panic=document.panic,
        properties=properties,
        actions=document.actions,
    )


@cache
def capabilities() -> Mapping[str, Capability]:
    """Return every capability of the package by name, read once."""
    folder = files("twins").joinpath("capabilities")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    compiled = (
        compile_capability(read_yaml(str(folder.joinpath(name)), CapabilityDocument))
        for name in found
    )
    return {capability.name: capability for capability in compiled}


def expected_state(action: ActionSpec, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """Return the property values that prove an action done with these arguments.

    >>> from twins.capability import ActionSpec
    >>> spec = ActionSpec(title={"en": "x", "zh": "x"}, sets={"door{door:02}.closed": False})
    >>> expected_state(spec, {"door": 7})
    {'door07.closed': False}
    """

    def filled(text: str) -> str:
        return text.format_map(dict(arguments)) if "{" in text else text

    state: dict[str, Value] = {}
    for name, value in action.sets.items():
        if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
            state[filled(name)] = arguments[value[1:-1]]
        else:
            state[filled(name)] = value
    return state
