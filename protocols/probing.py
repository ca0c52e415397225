"""What answers at an address: asked without a description, and never written to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedPoint:
    """Something that can be read."""

    at: str
    """As a description writes it under `at:`."""
    name: str = ""
    """What the device calls it; empty where it has no names."""
    kind: str = ""
    """The type that the device says, or that its answer has."""
    value: str = ""
    """What it held just now, as it came."""
    depth: int = 0
    """How deep it lies in the device's own tree."""
    writable: bool = False
    observable: bool = False


@dataclass(slots=True, kw_only=True)
class Probed:
    """What was found."""

    identity: Mapping[str, str] = field(default_factory=dict)
    """What the device says that it is."""
    points: list[ProbedPoint] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    """Modbus: stretches that can be read, as `hr:0-9`."""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """OPC UA: alias → namespace URI, as a description writes it."""
    notes: list[str] = field(default_factory=list)
    """What was not asked, or not answered."""
