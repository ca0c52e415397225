"""Every protocol as descriptions know it; light enough for every command to import."""

from collections.abc import Mapping

from protocols.coap.dialect import DIALECT as COAP
from protocols.dialect import Dialect
from protocols.loopback.dialect import DIALECT as LOOPBACK
from protocols.modbus.dialect import DIALECT as MODBUS
from protocols.opcua.dialect import DIALECT as OPCUA

DIALECTS: Mapping[str, Dialect] = {
    dialect.protocol: dialect for dialect in (MODBUS, OPCUA, COAP, LOOPBACK)
}
"""Protocol → its dialect."""

SCHEMES: Mapping[str, str] = {
    scheme: dialect.protocol for dialect in DIALECTS.values() for scheme in dialect.schemes
}
"""URL scheme → protocol."""
