"""One product on one protocol, compiled: what driver, emulator and simulated device all use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from protocols.deriving import Derived, EdgeEvent
from twins.capability import Capability, PropertySpec
from twins.instant import Duration, milliseconds, seconds
from twins.observation import Quality, Value

PANIC_POLL: Duration = milliseconds(50)
"""Longest poll interval of a panic-class point, so that a press of 100 ms is seen twice."""

DEFAULT_POLL: Duration = seconds(1)
"""Poll interval of a point whose description names none."""

Raw: TypeAlias = bool | int | float | str
"""A value as the wire carries it, before scale, offset, map and inversion."""

WireType: TypeAlias = Literal[
    "bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64",
    "bcd16", "bcd32", "string", "bits", "localized",
]  # fmt: skip

Order: TypeAlias = Literal["big", "little"]

TextForm: TypeAlias = Literal["zeros", "blanks", "counted"]
"""How a text fills its registers: up to a zero, with blanks, or behind a register that holds how
many bytes follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One property ↔ one wire address, with everything needed to read, write and emulate it."""

    name: str
    """The capability's property, or the name of a command point."""
    at: str
    """The address as written, after repetition: `co:3`, `s7:s="Gate"."Closed"`."""
    address: object
    """`at`, parsed by the protocol; opaque here."""
    printed: str = ""
    """The number in the vendor's manual."""
    value_type: Literal["boolean", "integer", "number", "string"]
    wire_type: WireType
    words: Order = "big"
    bytes: Order = "big"
    bits: tuple[int, int] | None = None
    """First and last bit, 0 is the least significant."""
    length: int = 1
    """Registers of a string, a counted one's header among them."""
    text: TextForm = "zeros"
    scale: float = 1.0
    offset: float = 0.0
    mapping: Mapping[int, Value] = field(default_factory=dict)
    """Raw → value where the wire carries codes."""
    inverted: bool = False
    invalid: frozenset[int | float | str] = frozenset()
    """Raw values by which the device says that it has none."""
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    deadband: float = 0.0
    sample: Duration | None = None
    """OPC UA: time between two samples on the server; None: as the model says."""
    poll: Duration = DEFAULT_POLL
    """Longest time between reads; for observed and subscribed points, between control reads."""
    observe: bool = False
    """CoAP: ask for notifications (RFC 7641)."""
    field: str = ""
    """Which part of a structured value: `a.b[0]`; empty for the whole."""
    condition: str | None = None
    """OPC UA: the name of the condition whose source stands at `at`; empty: it stands there itself;
    None: no condition."""
    content_format: str = ""
    """CoAP: how the payload is written; empty where the device tells."""
    follows: str = ""
    """Read also whenever this other point notifies."""
    pulse: Duration = 0
    """How long a written true lasts until the driver writes false; 0: until somebody does."""
    writable: bool = False
    command: bool = False
    """True for a point that is only written, to carry out an action."""

    def value_of(self, raw: Raw) -> tuple[Value, Quality, str]:
        """Return a raw value in engineering units with its quality and, unless good, the cause."""
        if raw in self.invalid and not isinstance(raw, bool):
            return None, Quality.BAD, f"the device says it has no value ({raw})"
        if self.mapping:
            if raw not in self.mapping:
                return None, Quality.UNCERTAIN, f"{raw} is not in the map"
            return self.mapping[int(raw)], Quality.GOOD, ""
        value: Value
        if self.value_type == "boolean":
            value = bool(raw) is not self.inverted
        elif self.value_type == "string" or isinstance(raw, str):
            value = raw
        elif self.scale == 1.0 and self.offset == 0.0:
            value = raw if self.value_type == "number" else int(raw)
        else:
            value = round(raw * self.scale + self.offset, 9)
        return value, *self._in_range(value)

    def _in_range(self, value: Value) -> tuple[Quality, str]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Quality.GOOD, ""
        if self.minimum is not None and value < self.minimum:
            return Quality.UNCERTAIN, f"{value} is below {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return Quality.UNCERTAIN, f"{value} is above {self.maximum:g}"
        return Quality.GOOD, ""

    def raw_of(self, value: Value) -> Raw:
        """Return the raw value to write or emulate; raises ValueError for what cannot be."""
        if self.mapping:
            for raw, mapped in self.mapping.items():
                if mapped == value and type(mapped) is type(value):
                    return raw
            raise ValueError(f"{self.name}: {value!r} is not in the map")
        if self.value_type == "boolean":
            if not isinstance(value, bool):
                raise ValueError(f"{self.name} takes true or false, not {value!r}")
            return value is not self.inverted
        if self.value_type == "string":
            if not isinstance(value, str):
                raise ValueError(f"{self.name} takes text, not {value!r}")
            return value
        return self._number_of(value)

    def _number_of(self, value: Value) -> Raw:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{self.name} takes a number, not {value!r}")
        quality, cause = self._in_range(value)
        if quality is not Quality.GOOD:
            raise ValueError(f"{self.name}: {cause}")
        raw = (value - self.offset) / self.scale
        return raw if self.wire_type in ("f32", "f64") else round(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One point write that is part of a command."""

    point: Point
    value: Value
    arguments: tuple[tuple[WireType, Value], ...] = ()
    """OPC UA: what a method is called with, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a method."""

    name: str
    wire_type: WireType
    value: Value = None
    """What is always given; None: the action's argument of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An OPC UA method that carries out an action."""

    point: Point
    arguments: tuple[Argument, ...] = ()

    def with_arguments(self, given: Mapping[str, Value]) -> Write:
        """Return the call as a write; raises KeyError for an argument that is missing."""
        values = tuple(
            (one.wire_type, given[one.name] if one.value is None else one.value)
            for one in self.arguments
        )
        return Write(point=self.point, value=True, arguments=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """OPC UA subscription settings; what is asked, the server may revise."""

    publish: Duration = milliseconds(100)
    sample: Duration = milliseconds(50)
    queue: int = 10
    """At least 10: at 1 short presses are lost (measured, 14 of 20 at 30 ms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceModel:
    """One product: its capability and, per point, address and codec."""

    name: str
    capability: Capability
    protocol: str
    title: str
    source: str
    """Where the facts come from."""
    points: Mapping[str, Point]
    """Readable points by property name."""
    command_points: Mapping[str, Point] = field(default_factory=dict)
    """Points that are only written."""
    module: Mapping[str, Point] = field(default_factory=dict)
    """All points of the I/O module that a wired device hangs on; its emulator has them all."""
    actions: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """Action → command or property point (may hold `{argument}`) → value to write."""
    calls: Mapping[str, Call] = field(default_factory=dict)
    """Action → the method that carries it out, where that is no write."""
    proofs: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """Action → property (may hold `{argument}`) → value that proves it done on this product, where
    that is not what the capability expects."""
    derived: Mapping[str, Derived] = field(default_factory=dict)
    """Values computed from points, by name; those of the capability's properties are reported."""
    events: tuple[EdgeEvent, ...] = ()
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """OPC UA: alias → namespace URI."""
    subscription: Subscription = Subscription()
    quirks: frozenset[str] = frozenset()

    def spec(self, name: str) -> PropertySpec:
        """Return the capability's word on a property of this model."""
        return self.capability.properties[name]

    def writes_for(
        self, action: str, arguments: Mapping[str, Value], expects: Mapping[str, Value]
    ) -> tuple[Write, ...] | None:
        """Return the writes that carry out an action, or None where the model has no way.

        Without an entry under `actions`, the expected state itself is written, if it can be.
        """
        if action in self.calls:
            return (self.calls[action].with_arguments(arguments),)
        wanted: Mapping[str, Value] = expects
        if action in self.actions:
            wanted = {
                name.format_map(dict(arguments)): _given(value, arguments)
                for name, value in self.actions[action].items()
            }
        writes = []
        for name, value in wanted.items():
            point = self.command_points.get(name) or self.points.get(name)
            if point is None or not (point.writable or point.command):
                return None
            writes.append(Write(point=point, value=value))
        return tuple(writes) or None

    def proof_of(
        self, action: str, arguments: Mapping[str, Value], expects: Mapping[str, Value]
    ) -> Mapping[str, Value]:
        """Return what must be read back before an action counts as done; nothing never does."""
        if action not in self.proofs:
            return expects
        return {
            name.format_map(dict(arguments)): value for name, value in self.proofs[action].items()
        }

    def wired(self, capability: Capability, wiring: Mapping[str, str]) -> "DeviceModel":
        """Return this I/O module seen as another device: property → one of its points.

        Panic-class points are polled at least every 50 ms.
        """
        points = {}
        for name, channel in wiring.items():
            spec = capability.properties[name]
            point = self.points[channel]
            poll = min(point.poll, PANIC_POLL) if capability.panic else point.poll
            points[name] = replace(
                point,
                name=name,
                poll=poll,
                value_type=spec.type,
                minimum=spec.minimum,
                maximum=spec.maximum,
                unit=spec.unit or point.unit,
            )
        return replace(
            self,
            capability=capability,
            points=points,
            command_points={},
            module=self.points,
            actions={},
            calls={},
            proofs={},
            derived={},
            events=(),
        )


def _given(value: Value, arguments: Mapping[str, Value]) -> Value:
    """Return what is written: the argument itself for `{argument}`, else the value as it stands."""
    name = argument_named(value)
    return arguments[name] if name else value


def argument_named(value: Value) -> str:
    """Return the argument that stands where a value would: `{door}`; empty where none does."""
    name = value[1:-1] if isinstance(value, str) and value == f"{{{value[1:-1]}}}" else ""
    return name if name.isidentifier() else ""
