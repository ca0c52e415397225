"""Clients of other makers' libraries, bare: what is on the wire, without a line of ours between."""

import asyncio
import struct
from collections.abc import Mapping

from aiocoap import GET, PUT, Context, Message
from asyncua import Client, ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary

from protocols.modbus.codec import register_of, width
from protocols.model import DeviceModel, Point
from protocols.recorded import Recorded, Request

READ_FUNCTION = {"co": 1, "di": 2, "hr": 3, "ir": 4}
TABLE = {
    "co": "coils",
    "di": "discrete_inputs",
    "hr": "holding_registers",
    "ir": "input_registers",
}


async def recorded(url: str, model: DeviceModel) -> Recorded:
    """Read every point of a device once and return what came."""
    return await READERS[model.protocol](url, model)


async def sent(url: str, model: DeviceModel, request: Request) -> None:
    """Send a request as `encode` shows it; raises AssertionError where the device refuses."""
    await SENDERS[model.protocol](url, model, request.terms)


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.partition("://")[2].partition("/")[0].rpartition(":")
    return host, int(port)


async def _exchange(url: str, frame: bytes) -> bytes:
    """Return the PDU that answers a Modbus TCP frame."""
    reader, writer = await asyncio.open_connection(*_address(url))
    try:
        writer.write(frame)
        head = await reader.readexactly(7)
        return await reader.readexactly(struct.unpack(">H", head[4:6])[0] - 1)
    finally:
        writer.close()
        await writer.wait_closed()


async def _registers(url: str, model: DeviceModel) -> Recorded:
    tables: dict[str, list[dict]] = {name: [] for name in TABLE.values()}
    for point in model.points.values():
        register, count = register_of(point), width(point)
        table = register.table.value
        pdu = struct.pack(">BHH", READ_FUNCTION[table], register.offset, count)
        answer = await _exchange(url, struct.pack(">HHHB", 1, 0, 1 + len(pdu), 1) + pdu)
        assert answer[0] == READ_FUNCTION[table], f"{point.name}: {answer.hex()}"
        data = answer[2:]
        if register.table.of_bits:
            cells = {"bits": [data[n // 8] >> n % 8 & 1 for n in range(count)]}
        else:
            cells = {"words_hex": [data[n : n + 2].hex().upper() for n in range(0, len(data), 2)]}
        tables[TABLE[table]].append({"pdu_start": register.offset, **cells})
    return Recorded.model_validate({"modbus": tables})


async def _resources(url: str, model: DeviceModel) -> Recorded:
    context = await Context.create_client_context(transports=["simple6"])
    try:
        found = []
        for path in dict.fromkeys(str(point.address) for point in model.points.values()):
            answer = await context.request(Message(code=GET, uri=f"{url}{path}")).response
            found.append(
                {
                    "path": path,
                    "code": answer.code.dotted,
                    "ct": answer.opt.content_format,
                    "payload_hex": answer.payload.hex(),
                }
            )
    finally:
        await context.shutdown()
    return Recorded.model_validate({"coap": {"resources": found}})


async def _nodes(url: str, model: DeviceModel) -> Recorded:
    async with Client(url) as client:
        found = {}
        for name, point in model.points.items():
            node = client.get_node(await _node_id(client, model, point))
            data = await node.read_data_value(raise_on_bad_status=False)
            found[name] = struct_to_binary(data).hex()
    return Recorded.model_validate({"opcua": {"datavalues_hex": found}})


async def _node_id(client: Client, model: DeviceModel, point: Point) -> ua.NodeId:
    alias, _, identifier = point.at.partition(":")
    index = await client.get_namespace_index(model.namespaces[alias])
    return ua.NodeId.from_string(f"ns={index};{identifier}")


async def _send_frame(url: str, model: DeviceModel, terms: Mapping[str, str | int]) -> None:
    frame = bytes.fromhex(str(terms["tcp"]))
    answer = await _exchange(url, frame)
    assert answer[0] == frame[7], f"refused: {answer.hex()}"


async def _send_put(url: str, model: DeviceModel, terms: Mapping[str, str | int]) -> None:
    context = await Context.create_client_context(transports=["simple6"])
    try:
        message = Message(code=PUT, uri=f"{url}{terms['path']}")
        message.opt.content_format = int(terms["content_format"])
        message.payload = bytes.fromhex(str(terms["payload"]))
        answer = await context.request(message).response
        assert answer.code.is_successful(), answer
    finally:
        await context.shutdown()


async def _send_value(url: str, model: DeviceModel, terms: Mapping[str, str | int]) -> None:
    uri, _, identifier = str(terms["node"]).removeprefix("nsu=").partition(";")
    data = struct_from_binary(ua.DataValue, Buffer(bytes.fromhex(str(terms["datavalue"]))))
    async with Client(url) as client:
        index = await client.get_namespace_index(uri)
        await client.get_node(ua.NodeId.from_string(f"ns={index};{identifier}")).write_value(data)


READERS = {"modbus": _registers, "coap": _resources, "opcua": _nodes}
SENDERS = {"modbus": _send_frame, "coap": _send_put, "opcua": _send_value}
