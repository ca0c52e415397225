"""Notifications straight from their datagrams, past aiocoap's layers, which cost thrice as much.

Only what is plainly one of our observations is taken; everything else goes on to aiocoap, which
also made the registration and hears of its end.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

CONFIRMABLE = 0
"""Type of a message that is to be acknowledged (RFC 7252 §3)."""

CONTENT = 0x45
"""Code 2.05."""

ACKNOWLEDGEMENT = b"\x60\x00"
"""Version 1, type ACK, no token; code 0.00."""

HEADER = 4
TOKEN_LENGTH = 0x0F
LONGEST_TOKEN = 8
UNCONFIRMED_OR_NOT = 0b010
"""Version 1 and a type of 0 or 1: the upper three bits of a notification."""

PAYLOAD_MARKER = 0xFF
LARGEST_SHORT = 12
"""Greatest option delta that stands in its nibble alone (RFC 7252 §3.1)."""

ETAG, OBSERVE, CONTENT_FORMAT, MAX_AGE = 4, 6, 12, 14
"""Numbers of the options that a notification in one piece has (RFC 7252 §5.10, RFC 7641 §2)."""

LONGEST: Mapping[int, int] = {ETAG: 8, OBSERVE: 3, CONTENT_FORMAT: 2, MAX_AGE: 4}
"""Option → most bytes of its value."""


@dataclass(slots=True, kw_only=True)
class Notification:
    """One notification, whole in its datagram."""

    token: bytes
    confirmable: bool
    number: int
    payload: bytes
    content_format: int | None = None
    max_age: int | None = None
    """Seconds."""
    etag: bytes | None = None


Take: TypeAlias = Callable[[Notification], bool]
"""Takes a notification, or returns False to let aiocoap have it."""


class Ears(asyncio.DatagramProtocol):
    """Stands before aiocoap's own protocol on a client's socket."""

    def __init__(
        self, behind: asyncio.DatagramProtocol, transport: asyncio.DatagramTransport, take: Take
    ) -> None:
        self._behind = behind
        self._transport = transport
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Take a notification and acknowledge it, or pass the datagram on."""
        notification = notification_in(data)
        if notification is None or not self._take(notification):
            self._behind.datagram_received(data, addr)
        elif notification.confirmable:
            self._transport.sendto(ACKNOWLEDGEMENT + data[2:HEADER])

    def error_received(self, exc: Exception) -> None:
        """Pass on what the system says of a datagram."""
        self._behind.error_received(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on the end of the socket."""
        self._behind.connection_lost(exc)


def notification_in(data: bytes) -> Notification | None:
    """Return the notification that a datagram is, or None for whatever else it may be."""
    if len(data) < HEADER or data[1] != CONTENT or data[0] >> 5 != UNCONFIRMED_OR_NOT:
        return None
    token_end = at = HEADER + (data[0] & TOKEN_LENGTH)
    if at > HEADER + LONGEST_TOKEN:
        return None
    values: dict[int, bytes] = {}
    number = 0
    while at < len(data) and data[at] != PAYLOAD_MARKER:
        delta, length = data[at] >> 4, data[at] & TOKEN_LENGTH
        number += delta
        begin = at + 1
        at = begin + length
        if (
            delta > LARGEST_SHORT
            or length > LONGEST.get(number, -1)
            or number in values
            or at > len(data)
        ):
            return None  # also every option that we do not know, and all extended forms
        values[number] = data[begin:at]
    observe = values.get(OBSERVE)
    if observe is None or len(data) == at + 1:
        return None
    age, content_format = values.get(MAX_AGE), values.get(CONTENT_FORMAT)
    return Notification(
        token=data[HEADER:token_end],
        confirmable=data[0] >> 4 & 3 == CONFIRMABLE,
        number=int.from_bytes(observe),
        payload=data[at + 1 :],
        content_format=None if content_format is None else int.from_bytes(content_format),
        max_age=None if age is None else int.from_bytes(age),
        etag=values.get(ETAG),
    )
