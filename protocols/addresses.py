"""How each protocol writes a point's address; light enough for every command to import."""

from collections.abc import Callable, Mapping

from protocols.coap.address import parse_path
from protocols.loopback.address import parse_slot
from protocols.modbus.address import parse_register
from protocols.modbus.codec import width
from protocols.model import Point
from protocols.opcua.address import parse_node

ADDRESSES: Mapping[str, Callable[[str], object]] = {
    "modbus": parse_register,
    "opcua": parse_node,
    "coap": parse_path,
    "loopback": parse_slot,
}
"""Protocol → reader of a point's `at:`; raises ValueError with a sentence a person can act on."""

FITS: Mapping[str, Callable[[Point], object]] = {"modbus": width}
"""Protocol → whether a point's type can stand at its address; raises ValueError where it cannot."""

SCHEMES: Mapping[str, str] = {
    "modbus+tcp": "modbus",
    "opc.tcp": "opcua",
    "coap": "coap",
    "loopback": "loopback",
}
"""URL scheme → protocol."""
