"""Recorded answers of resources → readings, and writes → requests, without a device."""

from collections.abc import Mapping

from aiocoap import Message
from aiocoap.numbers.codes import Code

from protocols.coap.address import ResourcePath
from protocols.coap.answers import reading_of
from protocols.coap.codec import written
from protocols.model import DeviceModel, Write
from protocols.recorded import Circumstances, Decoded, Recorded, RecordedResource, Request, decoded


def decode(model: DeviceModel, recorded: Recorded) -> Mapping[str, Decoded]:
    """Return a reading of every point whose resource's answer was recorded."""
    resources = recorded.coap.resources if recorded.coap else []
    answers = {resource.path: _message(resource) for resource in resources}
    return {
        name: decoded(point, reading_of(answers[str(point.address)], point))
        for name, point in model.points.items()
        if str(point.address) in answers
    }


def encode(model: DeviceModel, write: Write, circumstances: Circumstances) -> Request:  # noqa: ARG001  the same for every protocol
    """Return method, path, content format and payload of a write; raises ValueError."""
    address = write.point.address
    assert isinstance(address, ResourcePath)
    content_format, payload = written(write.point, write.value)
    return Request(
        point=write.point,
        value=write.value,
        terms={
            "method": address.method,
            "path": str(address),
            **({} if content_format is None else {"content_format": content_format}),
            "payload": payload.hex(),
        },
    )


def _message(resource: RecordedResource) -> Message:
    class_, _, detail = resource.code.partition(".")
    code = Code(int(class_) << 5 | int(detail))
    message = Message(code=code, payload=resource.payload)
    message.opt.content_format = resource.ct
    return message
