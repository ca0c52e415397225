"""Bytes without a device: what the drivers would read in them, and what they would send.

Each protocol's `offline` module hands bytes to the same functions that its driver and its emulator
call; nothing is decoded or encoded a second way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from protocols.coap import offline as coap
from protocols.modbus import offline as modbus
from protocols.model import DeviceModel, Write
from protocols.opcua import offline as opcua
from protocols.recorded import Circumstances, Decoded, Recorded, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """The two edges of one protocol's codec."""

    decode: Callable[[DeviceModel, Recorded], Mapping[str, Decoded]]
    """What was recorded → point → reading; points of which nothing was recorded are left out."""
    encode: Callable[[DeviceModel, Write, Circumstances], Request]
    """A write → the request that would go out; raises ValueError for what cannot be written."""


OFFLINE: Mapping[str, Offline] = {
    "modbus": Offline(decode=modbus.decode, encode=modbus.encode),
    "opcua": Offline(decode=opcua.decode, encode=opcua.encode),
    "coap": Offline(decode=coap.decode, encode=coap.encode),
}
"""Protocol → its codec without a wire. The loopback has no bytes."""


def decode(model: DeviceModel, recorded: Recorded) -> Mapping[str, Decoded]:
    """Return every point that was recorded, then what is derived from them."""
    found = dict(OFFLINE[model.protocol].decode(model, recorded))
    points = {
        name: (one.value, one.quality, one.cause)
        for name, one in found.items()
        if not isinstance(one.value, list)
    }
    for name, derived in model.derived.items():
        reading = derived.reading_of(points)
        if reading is not None:
            value, quality, cause = reading
            found[name] = Decoded(name=name, value=value, quality=quality, cause=cause)
    return found
