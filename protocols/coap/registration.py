"""An observation as its client keeps it: who is told of what comes under its token."""

import asyncio
from collections.abc import Callable

from aiocoap.pipe import Pipe

from protocols.coap.address import ResourcePath
from protocols.coap.notifications import Notification
from protocols.coap.protection import Request

REGISTER = 0
CANCEL = 1
"""Values of the Observe option in a request (RFC 7641 §2)."""

OnEvent = Callable[[Pipe.Event], None]
OnNotification = Callable[[Notification], None]


class Registration:
    """An observation of one resource, living as long as its pipe (RFC 7641)."""

    def __init__(
        self,
        path: ResourcePath,
        accept: int | None,
        on_event: OnEvent,
        on_notification: OnNotification,
    ) -> None:
        self.path = path
        self.accept = accept
        self.token = b""
        self.sealing = Request()
        self.waiting: asyncio.Future[Pipe.Event] | None = None
        self.pipe: Pipe | None = None
        self.notified = on_notification
        self._on_event = on_event

    def take(self, event: Pipe.Event) -> bool:
        """Pass an event on, and to whoever waits for an answer; return whether more may come."""
        if event.is_last:
            self.pipe = None
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(event)
        self._on_event(event)
        return not event.is_last
