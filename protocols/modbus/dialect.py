"""Modbus as descriptions and device lists know it."""

from protocols.dialect import ALL_TYPES, EVERYWHERE, Dialect
from protocols.modbus.address import parse_register
from protocols.modbus.checks import clash, overload
from protocols.modbus.codec import width
from protocols.modbus.quirks import QUIRKS, habits_of
from protocols.modbus.settings import SCHEMES, ModbusSettings

DIALECT = Dialect(
    protocol="modbus",
    schemes=SCHEMES,
    parse_address=parse_register,
    keys=EVERYWHERE | {"words", "bytes", "bits", "length", "text", "fixed", "pulse", "poll"},
    wire_types=ALL_TYPES,
    settings=ModbusSettings,
    fits=width,
    units=True,
    fixed_port=15020,
    quirks=QUIRKS,
    read_quirks=habits_of,
    clash=clash,
    overload=overload,
)
