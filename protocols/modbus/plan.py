"""The poll plan: which cells are read together, and how a refused block is taken apart.

Compiled once per link. A value of several registers is always read in one request, so that its
halves are of one moment; points that share registers stay together for the same reason.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from protocols.interfaces import ConnectedDevice
from protocols.modbus.address import Table
from protocols.modbus.codec import register_of, width
from protocols.modbus.quirks import STRICTLY, Habits, habits_of
from protocols.model import Point
from protocols.turns import Lane
from twins.instant import Duration

HOLE_REGISTERS = 8
"""Longest gap that is read along: 16 bytes cost less than another request (assumed)."""

HOLE_BITS = 32
"""The same for bits: 4 bytes (assumed)."""

NUMBERS = ("integer", "number")

BEATS = 3
"""At least one read of a device in each third of its `lost_after`, whatever its points ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One point of one device and the cells it takes."""

    device: str
    unit: int
    point: Point
    poll: Duration
    start: int
    end: int
    """First cell behind it."""
    lane: Lane = Lane.POLL
    habits: Habits = STRICTLY
    """Of its unit: what suits every device there."""

    @property
    def most(self) -> int:
        """Return how many cells one read of its unit may ask for."""
        return self.habits.max_bits if self.table.of_bits else self.habits.max_registers

    @property
    def hole(self) -> int:
        """Return the longest gap that may be read along."""
        if not self.habits.holes:
            return 0
        return HOLE_BITS if self.table.of_bits else HOLE_REGISTERS

    @property
    def table(self) -> Table:
        """Return the table that holds its cells."""
        return register_of(self.point).table


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Cells that are read by one request, with the points that lie in them, by address."""

    unit: int
    table: Table
    poll: Duration
    start: int
    end: int
    items: tuple[Item, ...]
    lane: Lane
    devices: tuple[str, ...]
    """The devices that have points in it."""

    @property
    def count(self) -> int:
        """Return how many cells are read."""
        return self.end - self.start

    def points_of(self, device: str) -> tuple[str, ...]:
        """Return the names of a device's points in it."""
        return tuple(item.point.name for item in self.items if item.device == device)

    def __str__(self) -> str:
        """Return it for people: `unit 1 co:0-11, 12 points`."""
        return (
            f"unit {self.unit} {self.table}:{self.start}-{self.end - 1}, {len(self.items)} points"
        )


def plan(devices: Iterable[ConnectedDevice]) -> tuple[Block, ...]:
    """Return the fewest blocks that read every point of the devices at its interval."""
    listed = tuple(devices)
    units = habits_by_unit(listed)
    items = [
        item
        for device in listed
        for item in _items(device, device.model.points.values(), units[device.unit])
    ]
    return tuple(_blocks(items))


def habits_by_unit(devices: Iterable[ConnectedDevice]) -> dict[int, Habits]:
    """Return what suits every device of a unit."""
    units: dict[int, Habits] = {}
    for device in devices:
        own = habits_of(device.model.quirks)
        units[device.unit] = units.get(device.unit, STRICTLY).joined(own)
    return units


def plan_of(device: ConnectedDevice, points: Iterable[Point]) -> tuple[Block, ...]:
    """Return the blocks that read only some points of one device, for a read-back.

    No other cell is read along: a refusal would leave a command unproven.
    """
    habits = replace(habits_of(device.model.quirks), holes=False)
    return tuple(_blocks(_items(device, points, habits)))


def halves(block: Block) -> tuple[Block, Block] | None:
    """Return a refused block as two, or None where its points share cells.

    A hole that was read along is the first suspect, the widest before the others.
    """
    atoms = _atoms(block.items)
    if len(atoms) == 1:
        return None

    def worth(place: int) -> tuple[int, int]:
        """Prefer a wide hole before this atom, then the middle, for the fewest requests."""
        before = max(item.end for item in atoms[place - 1])
        return atoms[place][0].start - before, -abs(2 * place - len(atoms))

    middle = max(range(1, len(atoms)), key=worth)
    return _block(atoms[:middle]), _block(atoms[middle:])


def split_at(block: Block, place: int) -> tuple[Block, ...]:
    """Return a block as what lies before a cell and what lies from there on."""
    before = tuple(atom for atom in _atoms(block.items) if atom[0].start < place)
    behind = tuple(atom for atom in _atoms(block.items) if atom[0].start >= place)
    return tuple(_block(part) for part in (before, behind) if part)


def _items(device: ConnectedDevice, points: Iterable[Point], habits: Habits) -> list[Item]:
    slowest_beat = device.lost_after // BEATS
    found = []
    for point in points:
        start = register_of(point).offset
        found.append(
            Item(
                device=device.id,
                unit=device.unit,
                point=point,
                poll=point.poll,
                start=start,
                end=start + width(point),
                lane=_lane(device, point),
                habits=habits,
            )
        )
    fastest = min((item.poll for item in found), default=0)
    if fastest <= slowest_beat:
        return found
    return [replace(item, poll=slowest_beat) if item.poll == fastest else item for item in found]


def _lane(device: ConnectedDevice, point: Point) -> Lane:
    """Return how urgent a point is: of a panic device, a state, or a measured number."""
    if device.model.capability.panic:
        return Lane.ALARM
    return Lane.POLL if point.value_type in NUMBERS and not point.mapping else Lane.EVENT


def _blocks(items: Iterable[Item]) -> Iterator[Block]:
    def group(item: Item) -> tuple[int, str, Duration]:
        return item.unit, item.table.value, item.poll

    for _, members in groupby(sorted(items, key=group), key=group):
        yield from _packed(_atoms(tuple(members)))


def _atoms(items: Sequence[Item]) -> list[tuple[Item, ...]]:
    """Return the items in groups that share cells and fit into one request, by address."""
    atoms: list[list[Item]] = []
    start = end = 0
    for item in sorted(items, key=lambda item: (item.start, item.end)):
        if atoms and item.start < end and item.end - start <= item.most:
            atoms[-1].append(item)
            end = max(end, item.end)
        else:
            atoms.append([item])
            start, end = item.start, item.end
    return [tuple(atom) for atom in atoms]


def _packed(atoms: Sequence[tuple[Item, ...]]) -> Iterator[Block]:
    """Join atoms across small holes as long as one request can carry them."""
    most, hole = atoms[0][0].most, atoms[0][0].hole
    joined: list[tuple[Item, ...]] = []
    start = end = 0
    for atom in atoms:
        atom_end = max(item.end for item in atom)
        if joined and (atom[0].start - end > hole or atom_end - start > most):
            yield _block(joined)
            joined = []
        if not joined:
            start, end = atom[0].start, atom_end
        joined.append(atom)
        end = max(end, atom_end)
    yield _block(joined)


def _block(atoms: Sequence[tuple[Item, ...]]) -> Block:
    items = tuple(item for atom in atoms for item in atom)
    return Block(
        unit=items[0].unit,
        table=items[0].table,
        poll=min(item.poll for item in items),
        start=items[0].start,
        end=max(item.end for item in items),
        items=items,
        lane=min(item.lane for item in items),
        devices=tuple(dict.fromkeys(item.device for item in items)),
    )
