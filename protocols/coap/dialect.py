"""CoAP as descriptions and device lists know it."""

from protocols.coap.address import parse_path
from protocols.dialect import ALL_TYPES, EVERYWHERE, Dialect

DIALECT = Dialect(
    protocol="coap",
    schemes=frozenset(("coap",)),
    parse_address=parse_path,
    keys=EVERYWHERE | {"observe", "follows", "poll"},
    wire_types=ALL_TYPES,
    fixed_port=15683,
)
