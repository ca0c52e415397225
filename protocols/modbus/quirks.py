"""Where devices depart from the standard, by name, and what a driver does about each.

A device that needs something else is an entry in `QUIRKS`, a field of `Habits` and a test.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from twins.instant import Duration, parse_duration, seconds

MAX_REGISTERS = 125
"""Most registers of one read (Modbus Application Protocol V1.1b3 §6.3)."""

MAX_BITS = 2000
"""Most bits of one read (the same, §6.1)."""

SETTLING: Duration = seconds(1)
"""How long a device with a single connection gets to notice that it is free (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a unit wants to be spoken to."""

    max_registers: int = MAX_REGISTERS
    max_bits: int = MAX_BITS
    holes: bool = True
    """Whether cells that no point needs may be read along."""
    single_writes: bool = True
    multiple_writes: bool = True
    numbered: bool = True
    """Whether its answers repeat the transaction number."""
    own_unit: bool = True
    """Whether its answers repeat the unit id."""
    gap: Duration = 0
    """Silence before a frame for it."""
    settling: Duration = 0
    """Pause before a new connection."""
    stays: bool = True
    """Whether a connection outlives an answer."""

    def joined(self, other: "Habits") -> "Habits":
        """Return what suits both, for devices that share a unit or a connection."""
        return Habits(
            max_registers=min(self.max_registers, other.max_registers),
            max_bits=min(self.max_bits, other.max_bits),
            holes=self.holes and other.holes,
            single_writes=self.single_writes and other.single_writes,
            multiple_writes=self.multiple_writes and other.multiple_writes,
            numbered=self.numbered and other.numbered,
            own_unit=self.own_unit and other.own_unit,
            gap=max(self.gap, other.gap),
            settling=max(self.settling, other.settling),
            stays=self.stays and other.stays,
        )


QUIRKS: Mapping[str, str] = {
    "closes-after-answer": "opens a connection for each request; that it closes is no loss",
    "gap=T": "the line rests for T (such as `30ms`) before each frame for the device",
    "max-bits=N": "reads at most N coils or inputs at once",
    "max-registers=N": "reads at most N registers at once",
    "no-fc5-fc6": "writes one cell by function 15 or 16 as well",
    "no-fc15-fc16": "writes several cells one by one, by function 5 or 6, the lowest first",
    "no-fc23": "nothing: function 23 is never used, a read and a write are two requests",
    "no-holes": "reads no cell that no point needs",
    "one-connection": "closes its connection before it opens another, and waits a second between",
    "other-unit": "takes answers under another unit id than was asked (TCP and TLS)",
    "same-transaction": "takes answers under any transaction number (TCP and TLS), one at a time, "
    "and after a time-out waits as long again for the late one",
    "swapped-floats": "reads f32 and f64 low word first, unless a point says `words`",
}
"""Quirk as written in a description → what a driver does; N and T stand for a number."""

SWAPPED_FLOATS = "swapped-floats"

_PLAIN: Mapping[str, Habits] = {
    "closes-after-answer": Habits(stays=False),
    "no-fc5-fc6": Habits(single_writes=False),
    "no-fc15-fc16": Habits(multiple_writes=False),
    "no-fc23": Habits(),
    "no-holes": Habits(holes=False),
    "one-connection": Habits(settling=SETTLING),
    "other-unit": Habits(own_unit=False),
    "same-transaction": Habits(numbered=False),
    SWAPPED_FLOATS: Habits(),
}


def _at_most(most: int, text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise ValueError(f"{text!r} is no number from 1 to {most}")
    return int(text)


_NUMBERED: Mapping[str, Callable[[str], Habits]] = {
    "gap": lambda text: Habits(gap=parse_duration(text)),
    "max-bits": lambda text: Habits(max_bits=_at_most(MAX_BITS, text)),
    "max-registers": lambda text: Habits(max_registers=_at_most(MAX_REGISTERS, text)),
}


def habits_of(quirks: Iterable[str]) -> Habits:
    """Return what quirks mean together; raises ValueError for one that is none.

    >>> habits_of(["max-registers=16", "no-holes"]).max_registers
    16
    """
    habits = Habits()
    for quirk in quirks:
        habits = habits.joined(_habits(quirk))
    if not (habits.single_writes or habits.multiple_writes):
        raise ValueError("no-fc5-fc6 and no-fc15-fc16 together leave no way to write")
    return habits


def _habits(quirk: str) -> Habits:
    name, _, number = quirk.partition("=")
    if quirk in _PLAIN:
        return _PLAIN[quirk]
    if name in _NUMBERED:
        try:
            return _NUMBERED[name](number)
        except ValueError as error:
            raise ValueError(f"{quirk}: {error}") from error
    raise ValueError(f"{quirk!r} is no quirk of modbus")


STRICTLY = Habits()
"""A device that does as the standard says."""


def with_gap(habits: Habits, gap: Duration) -> Habits:
    """Return the same with at least this silence before a frame."""
    return replace(habits, gap=max(habits.gap, gap))
