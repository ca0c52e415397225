"""What an emulated CoAP host does wrong: datagrams lost, late, stale, unreadable, or not at all."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiocoap import Message
from aiocoap.numbers.codes import CONTENT, INTERNAL_SERVER_ERROR
from aiocoap.numbers.types import ACK

from protocols.coap.formats import CBOR, TEXT
from protocols.faults import Fault, Faults
from twins.instant import in_seconds

GARBAGE = b"\xff\x00\xff"
"""No text, no JSON, no CBOR, no TLV."""

Send = Callable[[Message], None]


@dataclass(slots=True, kw_only=True)
class FaultySending:
    """Stands between aiocoap and the socket; each answer and notification may go wrong."""

    send: Send
    faults: Callable[[], Faults | None]
    _before: dict[object, tuple[bytes, int | None]] = field(default_factory=dict)
    """By observer: payload and number of the notification before."""
    _forgotten: set[object] = field(default_factory=set)
    """Observers that are told nothing any more until they ask again."""

    def __call__(self, message: Message) -> None:
        """Send a message, or do what goes wrong with it instead."""
        faults = self.faults()
        if faults is None or not message.code.is_response():
            self.send(message)
            return
        observer = (message.remote, message.token)
        if message.mtype is ACK:
            self._forgotten.discard(observer)
        elif observer in self._forgotten:
            return
        fault = faults.next()
        match fault:
            case Fault.DROP:
                return
            case Fault.FORGET if message.mtype is not ACK:
                self._forgotten.add(observer)
                return
            case Fault.DELAY:
                later = asyncio.get_running_loop().call_later
                later(in_seconds(faults.delay), self.send, message)
                return
        self._send_spoilt(message, fault, observer)

    def _send_spoilt(self, message: Message, fault: Fault | None, observer: object) -> None:
        """Send a message changed, and leave it as it was for when it is repeated."""
        kept = (message.code, message.payload, message.opt.content_format, message.opt.observe)
        before = self._before.get(observer)
        match fault:
            case Fault.REFUSE:
                message.code, message.payload, message.opt.observe = (
                    INTERNAL_SERVER_ERROR, b"", None,
                )  # fmt: skip
            case Fault.GARBAGE if message.code is CONTENT:
                message.payload = GARBAGE
            case Fault.WRONG_FORMAT if message.code is CONTENT:
                message.opt.content_format = TEXT if kept[2] == CBOR else CBOR
            case Fault.STALE if message.mtype is not ACK and before is not None:
                message.payload, message.opt.observe = before
            case _ if message.opt.observe is not None:
                self._before[observer] = (message.payload, message.opt.observe)
        self.send(message)
        message.code, message.payload, message.opt.content_format, message.opt.observe = kept


def make_faulty(context: Any, faults: Callable[[], Faults | None]) -> None:  # noqa: ANN401  aiocoap has no types
    """Put faults between a server and its socket."""
    for tokens in context.request_interfaces:
        messages = tokens.token_interface.message_interface
        messages.send = FaultySending(send=messages.send, faults=faults)
