"""Recorded DataValues → readings, and writes → what goes into a WriteValue, without a server."""

import struct
from collections.abc import Mapping

from asyncua import ua
from asyncua.common.utils import Buffer, NotEnoughData
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary, variant_to_binary
from asyncua.ua.uaerrors import UaError

from protocols.model import DeviceModel, Point, Write
from protocols.opcua.address import Method
from protocols.opcua.codec import reading_of, sent, variant_of, written
from protocols.opcua.nodes import namespace_of
from protocols.recorded import Circumstances, Decoded, Recorded, Request, decoded
from twins.observation import Quality


def decode(model: DeviceModel, recorded: Recorded) -> Mapping[str, Decoded]:
    """Return a reading of every point whose DataValue was recorded."""
    values = recorded.opcua.datavalues_hex if recorded.opcua else {}
    return {
        name: _decoded(point, bytes.fromhex(values[name]))
        for name, point in model.points.items()
        if name in values
    }


def encode(model: DeviceModel, write: Write, circumstances: Circumstances) -> Request:  # noqa: ARG001  the same for every protocol
    """Return node, attribute and DataValue of a write; raises ValueError."""
    point = write.point
    if isinstance(point.address, Method):
        arguments = [variant_of(raw, kind) for kind, raw in sent(write.arguments)]
        return Request(
            point=point,
            value=write.value,
            terms={
                "method": f"nsu={namespace_of(model, point)};{point.at.partition(':')[2]}",
                "arguments": " ".join(variant_to_binary(one).hex() for one in arguments),
            },
        )
    identifier = point.at.partition(":")[2]
    data = written(point, write.value)
    return Request(
        point=point,
        value=write.value,
        terms={
            "node": f"nsu={namespace_of(model, point)};{identifier}",
            "attribute": AttributeIds.Value.value,
            "datavalue": struct_to_binary(data).hex(),
        },
    )


def _decoded(point: Point, data: bytes) -> Decoded:
    buffer = Buffer(data)
    try:
        value = struct_from_binary(ua.DataValue, buffer)
    except (NotEnoughData, UaError, struct.error, ValueError) as error:
        return decoded(point, (None, Quality.BAD, f"no DataValue: {error}"))
    if len(buffer):
        cause = f"no DataValue: {len(buffer)} bytes are left over"
        return decoded(point, (None, Quality.BAD, cause))
    status = value.StatusCode
    code = status.value if status is not None and not status.is_good() else None
    return decoded(point, reading_of(point, value), code)
