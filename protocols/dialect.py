"""What one protocol adds to the notation: addresses, words that say something, settings of a link.

Light on purpose: no protocol's library is imported to read a description.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ConfigDict

from protocols.model import Point, WireType

if TYPE_CHECKING:
    from protocols.interfaces import Link

EVERYWHERE: frozenset[str] = frozenset(
    ("at", "as", "scale", "offset", "map", "not", "invalid", "unit", "min", "max", "deadband",
     "printed")
)  # fmt: skip
"""Keys of a point that say something on every protocol."""

ALL_TYPES: frozenset[WireType] = frozenset(get_args(WireType)) - {"localized"}
"""Types that say something wherever registers or payloads are read."""


class MisfitError(ValueError):
    """A point cannot be as it is described; `key` is what is wrong with it."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class LinkSettings(BaseModel):
    """What a link needs beside its address, under `links:` of `devices.yaml`; here nothing.

    Validated with the context `{"scheme": …, "folder": …}`: what is written may depend on the URL's
    scheme, and files are written relative to the school's folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One protocol as descriptions and device lists know it."""

    protocol: str
    schemes: frozenset[str]
    """URL schemes of its links."""
    parse_address: Callable[[str], object]
    """Reader of a point's `at:`; raises ValueError with a sentence a person can act on."""
    keys: frozenset[str]
    """Keys of a point that say something."""
    wire_types: frozenset[WireType]
    """What may stand under `as:`."""
    settings: type[LinkSettings] = LinkSettings
    """Type of the settings of its links."""
    fits: Callable[[Point], object] | None = None
    """Whether a point's type can stand at its address; raises ValueError where it cannot."""
    aliases: Callable[[object], Sequence[str]] | None = None
    """Aliases that an address uses and that must stand under `namespaces:`."""
    parse_call: Callable[[str, str], object] | None = None
    """Reader of a method's address and of the object it is called on; None: it has no methods."""
    units: bool = False
    """True where several devices share a link, told apart by a unit id."""
    sampled: bool = False
    """True where servers sample a point and publish what they sampled."""
    fixed_port: int = 0
    """First port of its emulators under `--ports fixed`; 0: it has none."""
    quirks: Mapping[str, str] = field(default_factory=dict)
    """Quirk → what a driver does about it."""
    read_quirks: Callable[[Sequence[str]], object] | None = None
    """Reader of a model's quirks; raises ValueError for one that cannot be."""
    clash: Callable[[Point, Point], str] | None = None
    """What is wrong with two points that are both written, or nothing."""
    overload: Callable[["Link"], str] | None = None
    """What of a link's poll plan its line cannot carry, with the numbers, or nothing."""
