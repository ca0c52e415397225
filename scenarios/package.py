"""A school package once it is right: the engine's school, its documents and its registers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from twins.capability import Titles
from twins.documents import Document, KeyPath, Problem
from twins.instant import Duration
from twins.management.registers import Registers
from twins.school import Device, School
from twins.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEntry:
    """One line of the device list: which product stands where, and how it is reached."""

    id: str
    """`<school>/<name>`."""
    name: str
    model: str
    model_file: str
    capability: str
    """What it is: the model's capability, or `is:` where the model is an I/O module."""
    wired: Mapping[str, str] = field(default_factory=dict)
    """Property → point of the I/O module; empty elsewhere."""
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    """`with:`, filled into the model's addresses."""
    url: str
    """The endpoint, without the unit."""
    unit: int | None
    place: str
    """Zone id."""
    title: Titles
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """A bell: `at` is the time since local midnight."""

    id: str
    title: Titles
    weekdays: frozenset[int]
    at: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """People of one duty; empty `hours` means whenever the school is open."""

    id: str
    title: Titles
    role: str
    count: int
    place: str
    hours: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A plan of the ground: polygons and points in metres, or in degrees east and north."""

    coordinates_in: str
    zones: Mapping[str, tuple[tuple[float, float], ...]]
    """Zone id → outer ring."""
    devices: Mapping[str, tuple[float, float]]
    """Device id → where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyNode:
    """A link, switch, uplink or source of power, and what it hangs on."""

    id: str
    kind: str
    """`link`, `switch`, `uplink` or `power`."""
    title: Titles
    to: tuple[str, ...] = ()
    """Ids of nodes on the way out; any one of them will do."""
    power: str = ""
    lasts: bool = False
    """A source of power that goes on for some minutes by itself."""
    devices: tuple[str, ...] = ()
    """Device ids on a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One construction item."""

    id: str
    title: Titles
    place: str
    state: str
    """`designed`, `bought`, `built` or `accepted`."""
    devices: tuple[str, ...] = ()
    """Ids of the devices that it brings."""
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolPackage:
    """Everything known of one school; `school` is the part that the engine needs."""

    folder: Path
    school: School
    kind: str
    pupils: int
    synthetic: bool
    """True for a school that does not exist."""
    devices: tuple[DeviceEntry, ...]
    links: Mapping[str, Mapping[str, object]]
    """Address → settings as written, where a link has any."""
    bells: tuple[Bell, ...]
    staff: tuple[Staff, ...]
    as_found: Drawing
    design: Drawing
    topology: tuple[TopologyNode, ...]
    works: tuple[WorkItem, ...]
    registers: Registers
    """What people keep in writing; empty where the school has no `registers.yaml`."""
    documents: Mapping[str, Document]
    """File name → the parsed document, for complaints with a place."""

    def entry(self, device: str) -> DeviceEntry:
        """Return a device's entry by its id; raises KeyError."""
        for entry in self.devices:
            if entry.id == device:
                return entry
        raise KeyError(device)

    def device(self, device: str) -> Device:
        """Return the engine's view of a device by its id; raises KeyError."""
        for one in self.school.devices:
            if one.id == device:
                return one
        raise KeyError(device)

    def problem(self, file: str, path: KeyPath, message: str) -> Problem:
        """Return a problem at a place of a document, as `devices.yaml`, `("devices", name)`."""
        return self.documents[file].problem(path, message)
