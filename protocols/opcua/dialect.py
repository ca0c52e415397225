"""OPC UA as descriptions and device lists know it."""

from protocols.dialect import ALL_TYPES, EVERYWHERE, Dialect
from protocols.opcua.address import parse_node
from protocols.opcua.settings import OpcuaSettings

DIALECT = Dialect(
    protocol="opcua",
    schemes=frozenset(("opc.tcp",)),
    parse_address=parse_node,
    keys=EVERYWHERE | {"poll", "sample"},
    wire_types=ALL_TYPES - {"bcd16", "bcd32", "bits"},  # built-in types, OPC 10000-6 §5.1.2
    settings=OpcuaSettings,
    in_namespaces=True,
    sampled=True,
    fixed_port=14840,
)
