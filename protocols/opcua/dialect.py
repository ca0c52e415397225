"""OPC UA as descriptions and device lists know it."""

from protocols.dialect import ALL_TYPES, EVERYWHERE, Dialect
from protocols.opcua.address import aliases, parse_call, parse_node
from protocols.opcua.fitting import fits
from protocols.opcua.settings import OpcuaSettings

DIALECT = Dialect(
    protocol="opcua",
    schemes=frozenset(("opc.tcp",)),
    parse_address=parse_node,
    keys=EVERYWHERE | {"poll", "sample", "field", "condition"},
    wire_types=ALL_TYPES - {"bcd16", "bcd32", "bits"} | {"localized"},  # OPC 10000-6 §5.1.2
    settings=OpcuaSettings,
    fits=fits,
    aliases=aliases,
    parse_call=parse_call,
    sampled=True,
    fixed_port=14840,
)
