"""How a description writes a Modbus address: `co:2`, `di:0`, `ir:7`, `hr:259`.

The number is the one in the frame, counted from 0, never the 1-based or five-digit number that
manuals print (that one may stand under `printed:`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

LAST_ADDRESS = 0xFFFF
"""Greatest address a request can carry (Modbus Application Protocol V1.1b3 §4.3)."""

_REGISTER = re.compile(r"([a-z]+):(0[xX][0-9a-fA-F]+|\d+)", re.ASCII)


class Table(StrEnum):
    """The four tables of a Modbus device, by the letters descriptions use."""

    COIL = "co"
    DISCRETE_INPUT = "di"
    INPUT_REGISTER = "ir"
    HOLDING_REGISTER = "hr"

    @property
    def of_bits(self) -> bool:
        """Return whether the table holds single bits rather than registers of 16."""
        return self in (Table.COIL, Table.DISCRETE_INPUT)

    @property
    def writable(self) -> bool:
        """Return whether a client may write to the table."""
        return self in (Table.COIL, Table.HOLDING_REGISTER)


@dataclass(frozen=True, slots=True)
class Register:
    """One place in one table; for values of several registers the first of them."""

    table: Table
    offset: int

    def moved(self, by: int) -> "Register":
        """Return the one so many cells further on."""
        return Register(self.table, self.offset + by)

    def __str__(self) -> str:
        """Return it as descriptions write it, `hr:259`."""
        return f"{self.table}:{self.offset}"


def parse_register(text: str) -> Register:
    """Read `co:2`, `di:0`, `ir:7` or `hr:0x103`; raises ValueError with what is wrong.

    >>> str(parse_register("hr:0x103"))
    'hr:259'
    """
    match = _REGISTER.fullmatch(text)
    tables = [table.value for table in Table]
    if match is None or match[1] not in tables:
        raise ValueError(
            f"{text!r} is no Modbus address; write the table (co, di, ir or hr), a colon and the "
            "number counted from 0, for example co:2 or hr:0x103"
        )
    offset = int(match[2], 16 if match[2][:2] in ("0x", "0X") else 10)
    if offset > LAST_ADDRESS:
        raise ValueError(f"{text!r}: a Modbus address ends at {LAST_ADDRESS}")
    return Register(Table(match[1]), offset)
