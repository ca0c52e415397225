"""The notation of device models: what may stand in their YAML, before it is compiled."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from protocols.deriving import Way
from protocols.model import Order, TextForm, WireType
from twins.documents import DurationText, PositiveDurationText

ContentFormat: TypeAlias = Literal[
    "text", "link-format", "octets", "json", "cbor", "senml+json", "senml+cbor", "lwm2m+tlv",
    "lwm2m+json",
]  # fmt: skip
"""How a CoAP payload is written, by its name in the IANA registry, shortened."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PointDocument(_Strict):
    """One point in a description."""

    at: str
    wire_type: WireType | None = Field(default=None, alias="as")
    words: Order = "big"
    bytes: Order = "big"
    bits: str | int | None = None
    length: int = Field(default=1, ge=1, le=125)
    scale: float = 1.0
    offset: float = 0.0
    mapping: dict[int, bool | int | float | str] = Field(default_factory=dict, alias="map")
    inverted: bool = Field(default=False, alias="not")
    text: TextForm = "zeros"
    invalid: int | float | str | list[int | float | str] = Field(default_factory=list)
    fixed: int | None = Field(default=None, ge=0)
    pulse: PositiveDurationText | None = None
    unit: str = ""
    minimum: float | None = Field(default=None, alias="min")
    maximum: float | None = Field(default=None, alias="max")
    deadband: float = Field(default=0.0, ge=0)
    poll: DurationText | None = None
    sample: DurationText | None = None
    observe: bool = False
    follows: str = ""
    field: str | int = ""
    condition: Literal[True] | str | None = None
    content_format: ContentFormat | None = Field(default=None, alias="format")
    printed: str | int = ""

    @property
    def invalid_values(self) -> list[int | float | str]:
        """Return the raw values that are none, also where only one was written."""
        return self.invalid if isinstance(self.invalid, list) else [self.invalid]


class DefaultsDocument(_Strict):
    """What holds for every point that does not say otherwise."""

    poll: DurationText | None = None
    words: Order = "big"


class SubscriptionDocument(_Strict):
    """OPC UA subscription settings."""

    publish: DurationText = "100ms"
    sample: DurationText = "50ms"
    queue: int = Field(default=10, ge=10)


class DerivedDocument(_Strict):
    """A value computed from points; one of `list`, `count`, `any`, `all`, `not` names them."""

    list: str | None = None
    count: str | None = None
    any: str | None = None
    all: str | None = None
    inverse: str | None = Field(default=None, alias="not")
    where: bool | int | float | str = True

    @property
    def given(self) -> Mapping[Way, str]:
        """Return the ways that are written, with their points."""
        written: Mapping[Way, str | None] = {
            "list": self.list, "count": self.count, "any": self.any, "all": self.all,
            "not": self.inverse,
        }  # fmt: skip
        return {way: point for way, point in written.items() if point is not None}


class EventDocument(_Strict):
    """Something that happens on an edge of a point: `{when: alarm rises, with: [zone]}`."""

    when: str = Field(pattern=r"^\S+ (rises|falls|changes)$")
    told: list[str] = Field(default_factory=list, alias="with")


class ArgumentDocument(_Strict):
    """One argument of a method; without a value it is the action's argument of the same name."""

    wire_type: WireType = Field(alias="as")
    value: bool | int | float | str | None = None


class CallDocument(_Strict):
    """A method that carries out an action, the object it is called on, and its arguments."""

    at: str
    on: str
    arguments: dict[str, ArgumentDocument] = Field(default_factory=dict, alias="with")


class ModelDocument(_Strict):
    """The file of a device model."""

    model: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    capability: str = Field(alias="is")
    protocol: Literal["modbus", "opcua", "coap", "loopback"]
    title: str
    source: str
    parameters: dict[str, str | int] = Field(default_factory=dict)
    repeat: dict[Literal["n"], str] = Field(default_factory=dict)
    namespaces: dict[str, str] = Field(default_factory=dict)
    subscription: SubscriptionDocument = SubscriptionDocument()
    defaults: DefaultsDocument = DefaultsDocument()
    quirks: list[str] = Field(default_factory=list)
    properties: dict[str, PointDocument]
    writes: dict[str, PointDocument] = Field(default_factory=dict)
    actions: dict[str, dict[str, bool | int | float | str]] = Field(default_factory=dict)
    calls: dict[str, CallDocument] = Field(default_factory=dict)
    verify: dict[str, dict[str, bool | int | float | str]] = Field(default_factory=dict)
    derived: dict[str, DerivedDocument] = Field(default_factory=dict)
    events: dict[str, EventDocument] = Field(default_factory=dict)
