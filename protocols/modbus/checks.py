"""What of Modbus descriptions and links cannot be, found before anything is dialled."""

from collections.abc import Iterable

from protocols.interfaces import Link
from protocols.modbus.codec import register_of, width
from protocols.modbus.plan import Block, habits_by_unit, plan
from protocols.modbus.quirks import Habits
from protocols.modbus.settings import RTU, ModbusSettings, settings_of
from protocols.model import Point
from twins.instant import Duration, in_seconds, milliseconds

TURNAROUND: Duration = milliseconds(5)
"""What a device on a serial line needs before it answers (assumed)."""

ROUND_TRIP: Duration = milliseconds(1)
"""The same for a device in the local network, with the way there and back (assumed)."""

REQUEST_SIZE = 8
"""Bytes of a read request on a serial line."""

SHOWN = 3
"""Blocks that are named, the most expensive first."""


def clash(point: Point, other: Point) -> str:
    """Return why two points cannot both be written, or nothing.

    The same cells may be written by two points, but not some cells of the one by the other.
    """
    first, second = register_of(point), register_of(other)
    if first.table is not second.table:
        return ""
    ends = first.offset + width(point), second.offset + width(other)
    if ends[0] <= second.offset or ends[1] <= first.offset:
        return ""
    if (first, ends[0], point.bits) == (second, ends[1], other.bits):
        return ""
    if point.bits is not None and other.bits is not None and _apart(point.bits, other.bits):
        return ""
    return f"{other.name} at {other.at} overwrites a part of {point.name} at {point.at}"


def _apart(bits: tuple[int, int], others: tuple[int, int]) -> bool:
    return bits[1] < others[0] or others[1] < bits[0]


def overload(link: Link) -> str:
    """Return why a link's line cannot carry what its devices ask for, or nothing."""
    settings = settings_of(link.settings)
    patient = [device.id for device in link.devices if device.lost_after <= settings.answer_within]
    if patient:
        return (
            f"a time-out of {settings.timeout} is longer than {', '.join(patient)} may be silent; "
            "write a shorter `timeout`"
        )
    units = habits_by_unit(link.devices)
    wide = [
        f"{item.point.name} of {item.device} takes {item.end - item.start} cells, of which its "
        f"quirks let {item.most} be read at once"
        for block in plan(link.devices)
        for item in block.items
        if item.end - item.start > item.most
    ]
    if wide:
        return "; ".join(wide)
    blocks = [
        (exchange(block, link.scheme, settings, units[block.unit]), block)
        for block in plan(link.devices)
    ]
    load = sum(taken / block.poll for taken, block in blocks)
    if load <= 1:
        return ""
    worst = sorted(blocks, key=lambda one: one[0] / one[1].poll, reverse=True)
    return (
        f"the line would be busy for {load:.0%} of the time{_form(link.scheme, settings)}: "
        f"{_named(worst[:SHOWN])}; read fewer points, less often, or over a faster line"
    )


def exchange(block: Block, scheme: str, settings: ModbusSettings, habits: Habits) -> Duration:
    """Return how long one reading of a block holds the line."""
    size = (block.count + 7) // 8 if block.table.of_bits else 2 * block.count
    characters = REQUEST_SIZE + 5 + size
    quiet = max(settings.quiet(scheme), habits.gap)
    if scheme != RTU:
        return ROUND_TRIP + quiet
    return characters * settings.character(scheme) + 2 * quiet + TURNAROUND


def _form(scheme: str, settings: ModbusSettings) -> str:
    return f" at {settings.baud} baud" if scheme == RTU else ""


def _named(blocks: Iterable[tuple[Duration, Block]]) -> str:
    return "; ".join(
        f"{block}, takes {in_seconds(taken) * 1000:.0f} ms every "
        f"{in_seconds(block.poll) * 1000:.0f} ms"
        for taken, block in blocks
    )
