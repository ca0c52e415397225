"""The loopback as descriptions know it: its devices report by themselves and are not polled."""

from protocols.dialect import ALL_TYPES, EVERYWHERE, Dialect
from protocols.loopback.address import parse_slot

DIALECT = Dialect(
    protocol="loopback",
    schemes=frozenset(("loopback",)),
    parse_address=parse_slot,
    keys=EVERYWHERE,
    wire_types=ALL_TYPES,
)
