"""Modbus as descriptions and device lists know it."""

from protocols.dialect import ALL_TYPES, EVERYWHERE, Dialect
from protocols.modbus.address import parse_register
from protocols.modbus.codec import width

DIALECT = Dialect(
    protocol="modbus",
    schemes=frozenset(("modbus+tcp",)),
    parse_address=parse_register,
    keys=EVERYWHERE | {"words", "bytes", "bits", "length", "poll"},
    wire_types=ALL_TYPES,
    fits=width,
    units=True,
    fixed_port=15020,
)
