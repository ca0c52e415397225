"""CoAP as descriptions and device lists know it."""

from protocols.coap.address import parse_path
from protocols.coap.fitting import fits
from protocols.coap.settings import CoapSettings
from protocols.dialect import ALL_TYPES, EVERYWHERE, Dialect

DIALECT = Dialect(
    protocol="coap",
    schemes=frozenset(("coap",)),
    parse_address=parse_path,
    keys=EVERYWHERE | {"observe", "follows", "poll", "field", "format"},
    wire_types=ALL_TYPES,
    settings=CoapSettings,
    fits=fits,
    fixed_port=15683,
    quirks={
        "no-accept": "asks without the Accept option, which the device does not know",
    },
)
